"""What is known of who stopped, and how old it is, on the channel's home and by command; an administrator decides."""

import json
from datetime import timedelta
from html import unescape

import pytest
from django.test import Client
from django.urls import reverse
from django.utils.html import strip_tags

from engage_simulator.testing import Engage
from staffetta.accounts.models import AuditEntry
from staffetta.channels.models import Channel
from staffetta.cli.main import main
from staffetta.communications.models import Communication
from staffetta.events.allow import allow_sources
from staffetta.events.models import ReadMark, SourcesAllowed, StartKnowledge
from staffetta.events.read_conversations import read_conversations
from staffetta.work.clock import now
from tests.deliveries.ledger import draft, people

ALONE = "Chi scrive STOP riceverà altri messaggi finché qualcuno non lo ferma su Sinch Engage."
OLDER = "Chi è stato fermato su Sinch Engage dopo quella lettura può ricevere ancora un messaggio."


def words(html: bytes) -> str:
    return " ".join(unescape(strip_tags(html.decode().replace("<", " <"))).split())


def home(channel: Channel, client: Client) -> str:
    return words(client.get(reverse("channels:home", args=[channel.pk]), headers={"accept-language": "it"}).content)


def report(communication: Communication, client: Client) -> str:
    answer = client.get(reverse("communications:show", args=[communication.pk]), headers={"accept-language": "it"})
    return words(answer.content)


def save(channel: Channel, client: Client, **data: str) -> int:
    return client.post(reverse("channels:sources", args=[channel.pk]), data).status_code


def allowed() -> tuple[bool, bool]:
    row = SourcesAllowed.objects.first() or SourcesAllowed()
    return row.stopped_alone, row.older


def test_the_home_shows_each_source_with_its_age(channel: Channel, as_viewer: Client) -> None:
    assert "non ancora letto" in home(channel, as_viewer)
    communication = draft(channel)
    ReadMark.objects.update(
        at=now() - timedelta(minutes=1),
        customers_at=now() - timedelta(minutes=12),
        customers_number=50_000,
        round_began=now() - timedelta(seconds=30),
        round_number=20_000,
    )
    StartKnowledge.objects.create(
        communication=communication, asked_at=now(), lookup="done", began=now(), people=10, unknown=2
    )
    text = home(channel, as_viewer)
    assert "Come sappiamo chi si è disiscritto" in text
    assert "50.000 letti, da" in text
    assert "Lettura in corso: 20.000 finora" in text
    assert "10 numeri" in text
    assert "di cui 2 non noti a Sinch Engage" in text


def test_an_administrator_decides_both_in_words_and_the_audit_log_keeps_it(
    channel: Channel, as_administrator: Client
) -> None:
    text = home(channel, as_administrator)
    assert ALONE in text
    assert OLDER in text
    assert save(channel, as_administrator, stopped_alone="on") == 302
    assert allowed() == (True, False)
    assert save(channel, as_administrator, older="on") == 302
    assert allowed() == (False, True)
    told = list(AuditEntry.objects.filter(deed="channel_sources_allowed").order_by("pk"))
    assert [entry.details for entry in told] == [
        {"stopped_alone": True, "older_opt_outs": False},
        {"stopped_alone": False, "older_opt_outs": True},
    ]
    log = words(as_administrator.get(reverse("accounts:audit"), headers={"accept-language": "it"}).content)
    assert "Ha deciso come si conoscono le disiscrizioni del canale" in log
    assert save(channel, as_administrator, older="on") == 302
    assert AuditEntry.objects.filter(deed="channel_sources_allowed").count() == 2, "nothing changed, nothing is noted"


@pytest.mark.parametrize("who", ["as_operator", "as_viewer"])
def test_nobody_else_decides(channel: Channel, who: str, request: pytest.FixtureRequest) -> None:
    client: Client = request.getfixturevalue(who)
    assert ALONE not in home(channel, client)
    assert save(channel, client, stopped_alone="on", older="on") == 403
    assert allowed() == (False, False)


def test_without_the_token_of_the_form_nothing_is_decided(channel: Channel, as_administrator: Client) -> None:
    strict = Client(enforce_csrf_checks=True)
    strict.cookies = as_administrator.cookies
    assert save(channel, strict, stopped_alone="on") == 403
    assert allowed() == (False, False)


@pytest.mark.parametrize(
    ("status", "said"),
    [
        (404, "Sinch Engage non offre le conversazioni a questo account."),
        (403, "Alla API Key non è permesso leggere le conversazioni."),
    ],
)
def test_an_account_without_conversations_is_told_on_the_home_with_what_to_do(
    channel: Channel, engage: Engage, as_administrator: Client, status: int, said: str
) -> None:
    engage.fault("answer", match={"operation": "list_tickets"}, status=status, code=status)
    read_conversations(channel)
    text = home(channel, as_administrator)
    assert said in text
    assert "Nessuna comunicazione può partire." in text
    allow_sources(channel, None, stopped_alone=True)
    text = home(channel, as_administrator)
    assert "Nessuna comunicazione può partire." not in text
    assert "come ha deciso un amministratore" in text


def test_a_start_that_waits_says_for_what_how_far_and_until_when(channel: Channel, as_operator: Client) -> None:
    people(1)
    communication = draft(channel)
    ReadMark.objects.update(at=now(), customers_at=None)
    assert "Attende di sapere chi si è disiscritto: su Sinch Engage si legge" in report(communication, as_operator)
    ReadMark.objects.update(
        customers_at=now() - timedelta(hours=1),
        customers_number=50_000,
        round_began=now() - timedelta(seconds=30),
        round_number=20_000,
    )
    text = report(communication, as_operator)
    assert "20.000 finora" in text
    assert "ha più di 15 minuti" in text
    assert "Riprende verso" in text


def test_the_command_decides_says_the_consequence_and_takes_it_back(
    channel: Channel, capsys: pytest.CaptureFixture[str]
) -> None:
    def told(*more: str) -> str:
        assert main(["channels", "opt-outs", channel.provider_id, *more]) == 0
        return capsys.readouterr().out

    assert "non ammesso" in told()
    assert ALONE in told("--stopped-alone", "yes")
    assert OLDER in told("--older", "yes")
    assert allowed() == (True, True)
    assert AuditEntry.objects.filter(deed="channel_sources_allowed").count() == 2
    assert ALONE not in told("--stopped-alone", "no", "--older", "no")
    assert allowed() == (False, False)
    data = json.loads(told("--json"))
    assert (data["stopped_alone"], data["older"], data["conversations_read_at"]) == (False, False, None)
