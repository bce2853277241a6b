"""What a refresh brings, keeps and tells; what it leaves as it was when the provider breaks it off."""

from datetime import timedelta
from typing import Any

import pytest
from pytest_django import Settings

from engage_simulator.testing import Engage
from staffetta.channels.message_templates.switch import switch
from staffetta.channels.message_templates.templates import Counts, counts, selectable_variants
from staffetta.channels.models import Channel, ConnectionState, Refresh, RefreshState, TemplateVariant
from staffetta.channels.refreshing import ask, refresh, sweep
from staffetta.notices.models import Incident
from staffetta.work.clock import real_now
from tests.channels.conftest import ASSISTENZA, EVENTI, NOVITA, Connected
from tests.wire import refused_port


def template(name: str, text: str = "Ciao {{1}}", **more: Any) -> dict[str, Any]:
    components = [{"type": "BODY", "text": text}]
    return {
        "name": name,
        "language": "it",
        "status": "approved",
        "category": "UTILITY",
        "components": components,
        **more,
    }


def refreshed(channel: Channel) -> Refresh:
    asked = ask.ask(channel)
    refresh.run(asked.pk)
    asked.refresh_from_db()
    channel.refresh_from_db()
    return asked


def variant(channel: Channel, name: str, language: str = "it") -> TemplateVariant:
    return TemplateVariant.objects.get(template__channel=channel, template__name=name, language=language)


def shown(channel: Channel) -> Counts:
    return counts([channel.pk])[channel.pk]


def test_news_arrive_with_a_refresh_and_what_was_off_stays_off(engage: Engage, connected: Connected) -> None:
    channel = connected()
    switch(channel, [channel.templates.get(name="promo_estate").pk], on=False)
    engage.put_template(ASSISTENZA, template("auguri"))
    engage.put_field(ASSISTENZA, {"name": "tessera", "title": "Tessera", "type": "word"})
    assert shown(channel) == Counts(6, 5)
    done = refreshed(channel)
    assert done.state == RefreshState.DONE
    assert shown(channel) == Counts(7, 6)
    assert channel.customer_fields.count() == 6
    assert not channel.templates.get(name="promo_estate").active
    assert channel.templates.get(name="auguri").is_new
    assert done.result["templates_told"] == {"auguri": ["new"]}
    assert done.result["fields_new"] == ["tessera"]


def test_nothing_is_new_after_the_first_download(engage: Engage, connected: Connected) -> None:
    channel = connected()
    assert not channel.templates.filter(is_new=True).exists()
    done = refreshed(channel)
    assert done.result["templates_told"] == {}
    assert not any(done.result[key] for key in ("fields_new", "fields_changed", "fields_gone"))


def test_new_is_new_until_the_next_refresh(engage: Engage, connected: Connected) -> None:
    channel = connected()
    engage.put_template(ASSISTENZA, template("auguri"))
    refreshed(channel)
    refreshed(channel)
    assert not channel.templates.get(name="auguri").is_new


def test_a_template_that_stops_being_approved_stays_is_not_usable_and_not_counted(
    engage: Engage, connected: Connected
) -> None:
    channel = connected()
    before = variant(channel, "promo_estate").revision
    engage.change_template(ASSISTENZA, "promo_estate", status="paused")
    done = refreshed(channel)
    row = variant(channel, "promo_estate")
    assert (row.status, row.sendable, row.revision) == ("paused", False, before + 1)
    assert row not in selectable_variants(channel)
    assert shown(channel) == Counts(5, 5)
    assert done.result["templates_told"] == {"promo_estate": ["stopped"]}


def test_a_template_that_vanishes_leaves_a_tombstone_and_is_usable_again_when_it_comes_back(
    engage: Engage, connected: Connected
) -> None:
    channel = connected()
    engage.delete_template(ASSISTENZA, "promo_estate")
    assert refreshed(channel).result["templates_told"] == {"promo_estate": ["gone"]}
    gone = variant(channel, "promo_estate")
    assert gone.gone_at is not None
    assert not gone.sendable
    engage.put_template(ASSISTENZA, template("promo_estate"))
    assert "back" in refreshed(channel).result["templates_told"]["promo_estate"]
    back = variant(channel, "promo_estate")
    assert back.sendable
    assert back.revision > 1


def test_a_changed_text_raises_the_revision_and_an_unchanged_one_does_not(engage: Engage, connected: Connected) -> None:
    channel = connected()
    engage.put_template(ASSISTENZA, template("benvenuto", "Benvenuto, {{1}}!"))
    refreshed(channel)
    assert variant(channel, "benvenuto").revision == 2
    assert variant(channel, "novita_foto").revision == 1


def test_never_approved_templates_are_counted_by_name_and_nothing_else(engage: Engage, connected: Connected) -> None:
    channel = connected()
    assert channel.unapproved_templates == 3
    assert not channel.templates.filter(name="vecchio_avviso").exists()
    engage.change_template(ASSISTENZA, "sconto_autunno", status="approved")
    refreshed(channel)
    assert channel.unapproved_templates == 2
    assert shown(channel).available == 7


def test_switching_raises_the_revision_each_time(engage: Engage, connected: Connected) -> None:
    channel = connected()
    pk = channel.templates.get(name="conferma_ordine").pk
    assert switch(channel, [pk], on=False) == 1
    assert switch(channel, [pk], on=False) == 0
    assert switch(channel, [pk], on=True) == 1
    assert [variant(channel, "conferma_ordine", code).revision for code in ("it", "en")] == [3, 3]


@pytest.mark.parametrize("operation", ["list_channels", "list_fields", "list_templates"])
@pytest.mark.parametrize("kind", ["reset", "truncate"])
def test_a_refresh_that_is_broken_off_changes_nothing_and_says_so(
    engage: Engage, connected: Connected, operation: str, kind: str
) -> None:
    channel = connected()
    engage.put_template(ASSISTENZA, template("auguri"))
    engage.put_field(ASSISTENZA, {"name": "tessera", "title": "Tessera", "type": "word"})
    at = channel.refreshed_at
    engage.fault(kind, match={"operation": operation})
    done = refreshed(channel)
    assert (done.state, done.problem) == (RefreshState.FAILED, "cut_off")
    assert (channel.state, channel.problem, channel.refreshed_at) == ("connected", "cut_off", at)
    assert shown(channel) == Counts(6, 6)
    assert channel.customer_fields.count() == 5
    engage.clear_faults()
    assert refreshed(channel).state == RefreshState.DONE
    assert channel.problem == ""


def test_half_of_the_pages_is_no_refresh(engage: Engage, connected: Connected, settings: Settings) -> None:
    channel = connected()
    engage.put_template(ASSISTENZA, template("auguri"))
    engage.fault("reset", match={"operation": "list_templates", "nth": 2})
    assert refreshed(channel).problem == "cut_off"
    assert shown(channel) == Counts(6, 6)


def test_a_connection_that_fails_to_download_is_a_connection_all_the_same(engage: Engage, db: None) -> None:
    from staffetta.channels.connection import connect

    asked = connect.connect(engage.key(ASSISTENZA))
    engage.fault("answer", match={"operation": "list_templates"}, status=500, code=500, reason="Broken")
    refresh.run(asked.pk)
    channel = Channel.objects.get(provider_id=ASSISTENZA)
    assert (channel.state, channel.problem, channel.refreshed_at) == ("connected", "server_fault", None)


def test_one_channels_failure_does_not_stop_the_others(engage: Engage, connected: Connected) -> None:
    first, second = connected(), connected(NOVITA)
    engage.fault("answer", match={"channel": ASSISTENZA}, status=500, code=500, reason="Broken")
    for asked in ask.ask_all():
        refresh.run(asked.pk)
    first.refresh_from_db()
    second.refresh_from_db()
    assert (first.problem, second.problem) == ("server_fault", "")


def test_a_revoked_key_refuses_the_channel_opens_an_incident_and_a_good_one_closes_it(
    engage: Engage, connected: Connected
) -> None:
    from staffetta.channels.connection import connect

    channel = connected()
    engage.revoke_key(ASSISTENZA)
    assert refreshed(channel).problem == "key_refused"
    assert channel.state == ConnectionState.REFUSED
    assert channel.key_refused_at is not None
    assert Incident.objects.get(closed_at=None).subject == str(channel.pk)
    assert shown(channel) == Counts(6, 6)
    connect.connect(engage.regenerate_key(ASSISTENZA), row=channel, replace=True)
    channel.refresh_from_db()
    assert channel.state == ConnectionState.CONNECTED
    assert not Incident.objects.filter(closed_at=None).exists()


def test_a_refresh_tries_refused_keys_again(engage: Engage, connected: Connected) -> None:
    channel = connected()
    key = engage.key(ASSISTENZA)
    engage.revoke_key(ASSISTENZA)
    refreshed(channel)
    engage.change_channel(ASSISTENZA, apikey=key)
    for asked in ask.ask_all():
        refresh.run(asked.pk)
    channel.refresh_from_db()
    assert channel.state == ConnectionState.CONNECTED
    assert not Incident.objects.filter(closed_at=None).exists()


def test_two_refreshes_at_once_become_one(engage: Engage, connected: Connected) -> None:
    channel = connected()
    assert ask.ask(channel) == ask.ask(channel)
    assert Refresh.objects.filter(channel=channel, state=RefreshState.WAITING).count() == 1


def test_a_refresh_runs_once_however_often_its_task_does(engage: Engage, connected: Connected) -> None:
    channel = connected()
    asked = refreshed(channel)
    engage.clear_requests()
    refresh.run(asked.pk)
    assert engage.requests() == []


def test_a_channel_is_gone_only_when_no_key_sees_it_any_more(engage: Engage, connected: Connected) -> None:
    first, telegram = connected(), connected(EVENTI)
    engage.delete_channel(NOVITA)
    refreshed(first)
    novita = Channel.objects.get(provider_id=NOVITA)
    assert novita.state == ConnectionState.AVAILABLE
    refreshed(telegram)
    novita.refresh_from_db()
    assert novita.state == ConnectionState.GONE
    engage.put_channel(id=NOVITA, name="Novità e offerte", messenger="WB")
    refreshed(first)
    novita.refresh_from_db()
    assert novita.state == ConnectionState.AVAILABLE


def test_a_list_that_fails_makes_no_channel_gone(engage: Engage, connected: Connected, settings: Settings) -> None:
    channel = connected()
    settings.ENGAGE_URL = f"http://127.0.0.1:{refused_port()}"
    assert refreshed(channel).problem == "unreachable"
    assert not Channel.objects.filter(state=ConnectionState.GONE).exists()


def test_without_a_list_of_templates_nothing_of_them_changes(engage: Engage, connected: Connected) -> None:
    channel = connected()
    engage.fault("answer", match={"operation": "list_templates"}, status=404, code=404, reason="Unknown method")
    assert refreshed(channel).state == RefreshState.DONE
    assert not channel.templates_listed
    assert shown(channel) == Counts(6, 6)


def test_a_slow_provider_ends_the_refresh_in_time(engage: Engage, connected: Connected, settings: Settings) -> None:
    channel = connected()
    settings.READ_TIMEOUT = 0.3
    engage.fault("latency", ms=2000)
    assert refreshed(channel).problem == "timed_out"


def test_a_lost_refresh_is_taken_up_again_and_given_up_after_three_tries(engage: Engage, connected: Connected) -> None:
    channel = connected()
    asked = ask.ask(channel)
    stale = real_now() - timedelta(seconds=90)
    Refresh.objects.filter(pk=asked.pk).update(state=RefreshState.RUNNING, attempt=1, beat_at=stale)
    assert sweep.stuck_refreshes() == 1
    asked.refresh_from_db()
    assert asked.state == RefreshState.WAITING
    Refresh.objects.filter(pk=asked.pk).update(state=RefreshState.RUNNING, attempt=3, beat_at=stale)
    sweep.stuck_refreshes()
    asked.refresh_from_db()
    assert (asked.state, asked.problem) == (RefreshState.FAILED, "lost")


def test_a_run_that_was_cancelled_writes_nothing(engage: Engage, connected: Connected) -> None:
    from staffetta.channels.refreshing.store import Download, Overtaken, store
    from staffetta.connectors.messages import ChannelListing

    channel = connected()
    asked = ask.ask(channel)
    taken = refresh.claim(asked.pk)
    assert taken is not None
    ask.cancel([channel.pk])
    with pytest.raises(Overtaken):
        store(taken, Download(ChannelListing(()), (), ()))
    assert shown(channel) == Counts(6, 6)


def test_channels_are_refreshed_by_themselves_only_when_a_schedule_is_set(
    connected: Connected, settings: Settings
) -> None:
    channel = connected()
    Channel.objects.update(refreshed_at=real_now() - timedelta(hours=7))
    assert sweep.due_refreshes() == 0
    settings.REFRESH_HOURS = 6
    assert sweep.due_refreshes() == 1
    assert Refresh.objects.filter(channel=channel, state=RefreshState.WAITING).count() == 1
    Refresh.objects.all().delete()
    Channel.objects.update(problem="timed_out", problem_at=real_now())
    assert sweep.due_refreshes() == 0
