"""API calls: all reads, all failures, the last 100 good sends, 30 days, never failing the work."""

from datetime import timedelta

from engage_simulator.testing import Engage
from staffetta.channels.calls import gateway, health
from staffetta.channels.calls.recorder import SENDS_KEPT, Recorder, prune
from staffetta.channels.models import Channel, ConnectionState, Exchange
from staffetta.connectors import messages
from staffetta.connectors.contract import Connector
from staffetta.connectors.errors import KeyRefused
from staffetta.notices.models import Incident
from staffetta.work.clock import now
from tests.channels.conftest import Connected


def exchange(number: int, *, error: str = "", is_send: bool = True, body: str = "{}") -> messages.Exchange:
    return messages.Exchange(
        "send", "POST", f"/chat/{number}", body, 200, "{}", error, 1_800_000_000 + number, 5, is_send
    )


def test_of_the_good_sends_the_last_hundred_stay_and_of_the_failures_all(db: None) -> None:
    channel = Channel.objects.create(provider_id="1")
    recorder = Recorder(channel.pk)
    for number in range(150):
        recorder(exchange(number))
        recorder(exchange(number, error="refused"))
    recorder.flush()
    recorder(exchange(900))
    recorder.flush()
    good = Exchange.objects.filter(error="").order_by("id")
    assert good.count() == SENDS_KEPT
    assert good.last().url == "/chat/900"  # type: ignore[union-attr]  # counted one line above
    assert Exchange.objects.exclude(error="").count() == 150


def test_a_burst_of_sends_costs_no_more_than_what_is_kept() -> None:
    recorder = Recorder(1)
    wanted = sum(recorder.wants(is_send=True, failed=False) for _ in range(1_000))
    assert SENDS_KEPT <= wanted <= 2 * SENDS_KEPT
    assert recorder.wants(is_send=True, failed=True)
    assert recorder.wants(is_send=False, failed=False)


def test_what_cannot_be_kept_is_dropped_without_a_fuss(db: None) -> None:
    for recorder in (Recorder(), Recorder(123_456)):
        recorder(exchange(1))
        recorder.flush()
    assert not Exchange.objects.exists()


def test_long_bodies_are_cut_and_nul_does_not_break_the_database(db: None) -> None:
    recorder = Recorder(Channel.objects.create(provider_id="1").pk)
    recorder(exchange(1, body="a\0b" * 10_000))
    recorder.flush()
    kept = Exchange.objects.get().request_body
    assert len(kept) == 8_000
    assert "\0" not in kept


def test_calls_older_than_thirty_days_go(db: None) -> None:
    channel = Channel.objects.create(provider_id="1")
    for days in (1, 29, 31, 400):
        Exchange.objects.create(channel=channel, at=now() - timedelta(days=days), operation="x", method="GET", url="/")
    assert prune() == 2
    assert Exchange.objects.count() == 2


def test_the_refusal_of_a_former_key_does_not_fall_on_the_new_one(engage: Engage, connected: Connected) -> None:
    channel = connected()
    former = Channel.objects.get(pk=channel.pk)
    Channel.objects.filter(pk=channel.pk).update(key_digest="that of a new key")
    health.key_refused(former, KeyRefused("401", "Invalid API key"))
    channel.refresh_from_db()
    assert channel.state == ConnectionState.CONNECTED
    assert not Incident.objects.exists()


def test_a_page_can_ask_the_provider_and_gets_the_answer(engage: Engage, connected: Connected) -> None:
    async def history(connector: Connector) -> int:
        return len(await connector.history("393330000001"))

    channel = connected()
    assert gateway.call(channel, history) == 0
    assert Exchange.objects.latest("id").operation == "history"


def test_a_profile_of_the_channel_lies_over_the_file(engage: Engage, connected: Connected) -> None:
    channel = connected()
    channel.profile = {"templates": {"path": "/elsewhere"}}
    settings = gateway.connector_settings(channel.profile)
    assert settings.profile == {"templates": {"path": "/elsewhere"}}
