"""Every row of the retry table, made by a real answer over real HTTP: what becomes of the message, the person, the
template, the communication and the channel, and what a person reads in both languages.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from html import unescape
from typing import Any

import pytest
from django.test import Client
from pytest_django import Settings

from engage_simulator.testing import Engage
from staffetta.accounts.models import User
from staffetta.channels.models import Channel, TemplateVariant
from staffetta.communications.models import Communication
from staffetta.connectors import errors
from staffetta.contacts.models import Consent, Contact, Suppression
from staffetta.deliveries.ledger import states
from staffetta.deliveries.ledger.counts import counts_of, reconcile
from staffetta.deliveries.ledger.retry_table import NO_SEND_RAISES, TABLE, Does, Kind, Rule, rule_of
from staffetta.deliveries.models import Attempt, Breaker, Delivery
from staffetta.deliveries.sending import sweep
from staffetta.notices.models import Incident
from staffetta.work import lease
from staffetta.work.clock import real_now
from tests.deliveries.ledger import FIRST, outcomes, people, planned, run, states_of
from tests.deliveries.test_claims import holder
from tests.wire import refused_port

SENDS = {"operation": "send_notification", "channel": FIRST}
Make = Callable[[Engage, Channel, Settings], None]


@dataclass(frozen=True)
class Row:
    """One way to a row of the table, and what must be found after the first attempt."""

    code: str
    name: str
    make: Make
    state: str
    italian: str
    english: str
    attempts: tuple[str, ...] = ()
    communication: str = "done"
    held: str = ""
    channel: str = "connected"
    incidents: tuple[str, ...] = ()
    breakers: Mapping[str, int] = field(default_factory=dict)
    template_there: bool = True
    people: int = 1
    others_go_on: bool = True


def fault(kind: str, **action: Any) -> Make:
    def make(engage: Engage, _channel: Channel, _settings: Settings) -> None:
        engage.fault(kind, match=SENDS, **action)

    return make


def no_door(_engage: Engage, _channel: Channel, settings: Settings) -> None:
    settings.ENGAGE_URL = f"http://127.0.0.1:{refused_port()}"


def forbidden(_engage: Engage, _channel: Channel, settings: Settings) -> None:
    settings.ALLOW_PRIVATE_ADDRESSES = False


def no_template(engage: Engage, channel: Channel, _settings: Settings) -> None:
    engage.delete_template(channel.provider_id, "saluto")


def no_key(engage: Engage, channel: Channel, _settings: Settings) -> None:
    engage.revoke_key(channel.provider_id)


def forbidden_key(engage: Engage, _channel: Channel, _settings: Settings) -> None:
    engage.fault("answer", match={"channel": FIRST}, status=403, code=403, reason="Forbidden")


def nonsense(_engage: Engage, _channel: Channel, _settings: Settings) -> None:
    """Frozen values that our own code cannot send: it fails before the request."""
    Delivery.objects.filter(channel__provider_id=FIRST).update(parameters=[])


def worker_dies(_engage: Engage, channel: Channel, _settings: Settings) -> None:
    mine = holder(channel)
    states.turn(mine, [], 1)
    lease.release(mine.lease, mine.fence)
    Delivery.objects.filter(state="sending").update(sending_at=real_now() - timedelta(minutes=2))
    sweep.in_flight()


@pytest.fixture
def account_of_two(channel: Channel, other_channel: Channel) -> tuple[Channel, Channel]:
    return channel, other_channel


REFUSED: dict[str, Any] = {
    "state": "failed", "attempts": ("refused",), "italian": "Sinch Engage ha rifiutato il messaggio",
    "english": "Sinch Engage refused the message", "breakers": {"template": 1},
}  # fmt: skip
KEY: dict[str, Any] = {
    "state": "waiting", "attempts": ("key_refused",), "communication": "held", "held": "key_refused",
    "channel": "refused", "incidents": ("channel_key",),
    "italian": "Sinch Engage rifiuta la API Key del canale",
    "english": "Sinch Engage refuses the API Key of the channel",
}  # fmt: skip
LIMIT: dict[str, Any] = {
    "state": "waiting", "attempts": ("too_fast",), "communication": "running",
    "italian": "Sinch Engage ha chiesto di rallentare", "english": "Sinch Engage asked to slow down",
}  # fmt: skip
SILENT: dict[str, Any] = {"state": "uncertain", "breakers": {"channel": 1}}
FAULT: dict[str, Any] = {
    "italian": "Sinch Engage ha segnalato un proprio guasto", "english": "Sinch Engage reported a fault of its own",
    "attempts": ("server_fault",), **SILENT,
}  # fmt: skip
CUT: dict[str, Any] = {
    "italian": "La connessione si è interrotta prima della risposta", "attempts": ("cut_off",),
    "english": "The connection broke off before the answer", **SILENT,
}  # fmt: skip
UNREADABLE: dict[str, Any] = {
    "italian": "La risposta di Sinch Engage non era leggibile", "attempts": ("bad_answer",),
    "english": "The answer of Sinch Engage could not be read", **SILENT,
}  # fmt: skip
ROWS: tuple[Row, ...] = (
    Row("unreachable", "no connection", no_door, "waiting", "Sinch Engage non è raggiungibile",
        "Sinch Engage cannot be reached", ("unreachable",), "running", breakers={"channel": 1}, others_go_on=False),
    Row("too_fast", "429 with Retry-After", fault("rate_limit", retry_after=30), **LIMIT),
    Row("too_fast", "429 without Retry-After", fault("rate_limit"), **LIMIT),
    Row("refused", "400", fault("answer", status=400, code=400, reason="Parameter id"), **REFUSED),
    Row("refused", "200 with another code", fault("answer", status=200, code=517, reason="No such"), **REFUSED),
    Row("refused", "409, not listed", fault("answer", status=409, code=409, reason="Conflict"), **REFUSED),
    Row("not_deliverable", "412", fault("answer", status=412, code=412, reason="User is stopped"), "failed",
        "Non recapitabile: fermato o bloccato su Sinch Engage",
        "Not deliverable: stopped or blocked on Sinch Engage", ("not_deliverable",)),
    Row("not_found", "404", no_template, "failed", "Sinch Engage non conosce più il template",
        "Sinch Engage does not know the template any more", ("not_found",), "held", "template_refused",
        template_there=False, people=30),
    Row("key_refused", "401", no_key, **KEY),
    Row("key_refused", "403 to everything", forbidden_key, **KEY),
    Row("not_permitted", "403 to sends alone", fault("answer", status=403, code=403, reason="Forbidden"), "waiting",
        "Sinch Engage non permette alla API Key di inviare messaggi",
        "Sinch Engage does not let the API Key send messages", ("not_permitted",), "held", "send_not_permitted",
        incidents=("channel_send",)),
    Row("address_forbidden", "a private address", forbidden, "waiting",
        "Questa installazione non può chiamare l’indirizzo di Sinch Engage",
        "This installation may not call the address of Sinch Engage", ("address_forbidden",), "held",
        "address_forbidden", others_go_on=False),
    Row("timed_out", "no answer", fault("hang", accepted=True), "uncertain", "Sinch Engage non ha risposto in tempo",
        "Sinch Engage did not answer in time", ("timed_out",), breakers={"channel": 1}),
    Row("cut_off", "reset after acceptance", fault("reset", accepted=True), **CUT),
    Row("cut_off", "reset before acceptance", fault("reset", accepted=False), **CUT),
    Row("cut_off", "half an answer", fault("truncate", accepted=True), **CUT),
    Row("server_fault", "500", fault("answer", status=500, accepted=True), **FAULT),
    Row("server_fault", "503", fault("answer", status=503), **FAULT),
    Row("bad_answer", "a page", fault("html", accepted=True), **UNREADABLE),
    Row("bad_answer", "garbage", fault("garbage", accepted=True), **UNREADABLE),
    Row("bad_answer", "a redirect", fault("answer", status=307, headers={"Location": "/api/v16/user"}), **UNREADABLE),
    Row("unexpected", "our own fault", nonsense, "uncertain", "Staffetta ha avuto un errore durante l’invio",
        "Staffetta failed while sending", ("unexpected",), breakers={"channel": 1}),
    Row("worker_gone", "a worker that died", worker_dies, "uncertain", "Staffetta è stata interrotta durante l’invio",
        "Staffetta was interrupted while sending", ("",)),
)  # fmt: skip


def test_each_row_of_the_table_is_here() -> None:
    assert {row.code for row in ROWS} == set(TABLE)


def test_what_is_found_after_each_answer_is_what_the_table_says() -> None:
    """The rows above are checked against the world, and here against each column of the table."""
    for row in ROWS:
        rule = TABLE[row.code]
        assert rule.state == row.state
        assert (rule.template is Does.COUNTS) == ("template" in row.breakers)
        assert (rule.template is Does.TAKES_OUT) == (not row.template_there)
        assert (rule.communication is Does.HOLDS) == (row.communication == "held")
        assert (rule.channel is Does.COUNTS) == ("channel" in row.breakers)
        assert rule.channel is not Does.HOLDS or row.held in ("key_refused", "address_forbidden", "send_not_permitted")


def test_the_table_has_a_row_for_each_error_that_a_send_can_raise() -> None:
    assert {error.code for error in errors.FAMILY} - set(TABLE) == NO_SEND_RAISES
    for error in errors.FAMILY:
        ruling, rule = error.ruling, rule_of(error)
        assert (rule.channel is Does.HOLDS) == (ruling is errors.Ruling.CHANNEL or error is errors.NotPermitted)
        assert (rule.channel is Does.SLOWS) == (ruling is errors.Ruling.SLOW)
        assert (rule.template is Does.TAKES_OUT) == (ruling is errors.Ruling.TEMPLATE)
        assert (rule.state == "uncertain") == (ruling is errors.Ruling.UNKNOWN)


@pytest.mark.parametrize("row", ROWS, ids=[f"{row.code}: {row.name}" for row in ROWS])
@pytest.mark.usefixtures("db")
def test_a_row_of_the_table(
    row: Row, account_of_two: tuple[Channel, Channel], engage: Engage, settings: Settings, as_operator: Client
) -> None:
    channel, other_channel = account_of_two
    contact = people(row.people)[0]
    communication, other = planned(channel), planned(other_channel)
    before = _person(contact)
    row.make(engage, channel, settings)
    run(4)
    _check_message(row, communication)
    assert _person(contact) == before, "an answer to a send changes nothing of the person"
    _check_around(row, communication, channel)
    assert states_of(other) == {"sent": row.people} or not row.others_go_on
    _check_next_attempt(TABLE[row.code], _first(communication))
    _check_words(row, as_operator, communication)
    assert reconcile([communication.pk, other.pk]) == []
    assert engage.summary()["duplicates"] == []


def _first(communication: Communication) -> Delivery:
    return Delivery.objects.filter(communication=communication).earliest("pk")


def _check_message(row: Row, communication: Communication) -> None:
    message = _first(communication)
    assert message.state == row.state
    assert message.reason == ("" if row.state == "waiting" else row.code)
    assert tuple(dict.fromkeys(outcomes(message))) == row.attempts, "an attempt is a row"
    if row.people == 1:
        assert counts_of(communication.pk) == {(row.state, message.reason): 1}


def _check_next_attempt(rule: Rule, message: Delivery) -> None:
    """A row that waits by itself has its next moment from the table; one that waits for the channel goes on with it."""
    if rule.kind is Kind.TRANSIENT and rule.wait:
        # From the answer, and not from now: a busy machine may come here after the wait is over.
        last = Attempt.objects.filter(delivery=message).latest("number")
        assert last.answered_at is not None
        waits = (message.not_before - last.answered_at).total_seconds()
        assert 0 < waits <= rule.wait.first * 2 ** (last.number - 1) + 0.5
    elif message.state == "waiting":
        assert message.not_before <= real_now() + timedelta(seconds=1)


def _check_words(row: Row, client: Client, communication: Communication) -> None:
    """What a person reads on the page of the message, the communication, the channel and its templates."""
    message, channel = _first(communication), f"/engage/channels/{communication.channel_id}/"
    for language, words in (("it", row.italian), ("en", row.english)):
        User.objects.update(language=language)
        assert words in escape_undone(client.get(f"/messages/{message.public_id}/")), "on the message's own page"
        told = words in escape_undone(client.get(f"/communications/{communication.pk}/"))
        assert told == (TABLE[row.code].kind is not Kind.LIMIT), "on the communication's, where a limit is no attempt"
        key_refused = {"it": "Chiave rifiutata", "en": "Key refused"}[language]
        assert (key_refused in escape_undone(client.get(channel))) == (row.channel == "refused")
        slowed = {"it": "ha chiesto di rallentare: ", "en": "asked to slow down: "}[language]
        assert (slowed in escape_undone(client.get(channel))) == (TABLE[row.code].channel is Does.SLOWS)
        gone = {"it": "Non più presente", "en": "No longer there"}[language]
        assert (gone in escape_undone(client.get(f"{channel}whatsapp/"))) == (not row.template_there)


def escape_undone(answer: Any) -> str:
    return unescape(answer.content.decode())


def _check_around(row: Row, communication: Communication, channel: Channel) -> None:
    communication.refresh_from_db()
    channel.refresh_from_db()
    assert (communication.state, communication.held_reason) == (row.communication, row.held)
    assert channel.state == row.channel
    variant = TemplateVariant.objects.get(communications=communication)
    assert (variant.gone_at is None) == row.template_there
    mine = Incident.objects.filter(closed_at=None).exclude(subject="0")
    assert tuple(mine.values_list("kind", flat=True)) == row.incidents
    slowed = Breaker.objects.filter(kind="channel", subject=channel.pk, pace_level__lt=1, slowed_at__isnull=False)
    assert slowed.exists() == (TABLE[row.code].channel is Does.SLOWS)
    counted = Breaker.objects.filter(of_channel=channel.pk, failures__gt=0)
    assert dict(counted.values_list("kind", "failures")) == row.breakers


def _person(contact: Contact) -> tuple[object, ...]:
    fresh = Contact.objects.get(pk=contact.pk)
    told = Consent.objects.filter(contact=contact).values_list("platform", "purpose", "value")
    return fresh.phone, sorted(told), Suppression.objects.count(), fresh.updated_at
