"""The proof that a STOP is known: it works, it finds each broken link, and it leaves nothing behind."""

import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from pytest_django import Settings

from engage_simulator.testing import Engage
from staffetta.channels.connection import disconnect
from staffetta.channels.models import Channel, ConnectionState, Exchange
from staffetta.contacts.consents import consent
from staffetta.contacts.consents.suppression import suppress
from staffetta.contacts.erasure.erase import erase
from staffetta.contacts.models import ConsentState, Contact, Suppression
from staffetta.contacts.opt_outs import word_lists
from staffetta.contacts.phones.phone import NotAPhone
from staffetta.deliveries.planning import plan
from staffetta.events import read_opt_outs
from staffetta.events.models import ProviderEvent, StopProof
from staffetta.events.proof_words import LINKS
from staffetta.events.prove_stop import INCIDENT, CannotProve, due, prove, set_number
from staffetta.events.tasks import prove_stops
from staffetta.notices.incidents import open_now
from staffetta.notices.models import Incident
from tests.deliveries.ledger import draft, people
from tests.wire import refused_port

NUMBER = "+393298887766"
DIGITS = NUMBER.removeprefix("+")
Break = Callable[[], object]


@pytest.fixture
def proven(channel: Channel) -> Channel:
    """A channel with a test number."""
    set_number(channel, NUMBER)
    return channel


def everything() -> dict[str, list[Any]]:
    """Return every row of every table but what the proof itself keeps."""
    tables = set(connection.introspection.table_names()) - {"events_stopproof", "notices_incident"}
    found = {}
    with connection.cursor() as cursor:
        for table in sorted(tables):
            cursor.execute(f'SELECT * FROM "{table}"')
            found[table] = sorted(map(repr, cursor.fetchall()))
    return found


def ignore(table: str, event: str, condition: str = "true") -> None:
    """Let the database drop some writes without a word, as a broken disk, rule or copy would."""
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute(
                f"CREATE TRIGGER broken BEFORE {event} ON {table} WHEN {condition} BEGIN SELECT RAISE(IGNORE); END"
            )
            return
        cursor.execute(f"""
            CREATE FUNCTION broken() RETURNS trigger LANGUAGE plpgsql AS
            $$ BEGIN IF {condition} THEN RETURN NULL; END IF; RETURN NEW; END $$
        """)
        cursor.execute(f"CREATE TRIGGER broken BEFORE {event} ON {table} FOR EACH ROW EXECUTE FUNCTION broken()")


def bring_back_the_yes() -> None:
    """Let the database turn every No into a Yes as soon as somebody is put into another list."""
    change = "UPDATE contacts_consentstate SET value = 'yes' WHERE value = 'no'"
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute(f"CREATE TRIGGER broken AFTER INSERT ON contacts_listmember BEGIN {change}; END")
            return
        cursor.execute(f"""
            CREATE FUNCTION broken() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN {change}; RETURN NEW; END $$
        """)
        cursor.execute(
            "CREATE TRIGGER broken AFTER INSERT ON contacts_listmember FOR EACH ROW EXECUTE FUNCTION broken()"
        )


def test_a_whole_chain_works_and_says_when(proven: Channel) -> None:
    proof = prove(proven)
    assert (proof.broken, proof.detail) == ("", "")
    kept = StopProof.objects.get()
    assert kept.at == kept.good_at == proof.at
    assert kept.at is not None
    assert not open_now()


def test_it_works_again_tomorrow(proven: Channel) -> None:
    assert [prove(proven).broken for _day in range(3)] == ["", "", ""]


def test_it_asks_nothing_of_the_network(proven: Channel, settings: Settings) -> None:
    settings.ENGAGE_URL = f"http://127.0.0.1:{refused_port()}"
    assert prove(proven).broken == ""
    assert not Exchange.objects.exists()


def test_nobody_is_sent_anything(proven: Channel, engage: Engage) -> None:
    people(3)
    prove(proven)
    assert engage.control("GET", "/ledger/summary")["accepted"] == 0


@pytest.mark.parametrize("known", [False, True], ids=["nobody has the number", "a contact has the number"])
def test_not_a_row_of_any_table_differs_afterwards(proven: Channel, known: bool) -> None:
    people(3)
    plan.plan(draft(proven).pk)  # others have messages that wait
    if known:
        Contact.objects.create(phone=NUMBER, first_name="Prova")
    before = everything()
    assert prove(proven).broken == ""
    assert everything() == before


def test_not_a_row_differs_after_a_broken_link(proven: Channel, monkeypatch: pytest.MonkeyPatch) -> None:
    people(3)
    no_words(monkeypatch, proven)
    before = everything()
    assert prove(proven).broken == "recognised"
    assert everything() == before
    monkeypatch.undo()
    forget_words()


def no_words(monkeypatch: pytest.MonkeyPatch, _channel: Channel) -> None:
    folder = Path(tempfile.mkdtemp())
    (folder / "always.toml").write_text("always = []")
    (folder / "labels.toml").write_text("label = []")
    (folder / "it.toml").write_text('all = ["basta"]')
    monkeypatch.setattr(word_lists, "FOLDER", folder)
    forget_words()


def forget_words() -> None:
    """Let the lists be read from their files anew."""
    for cached in (word_lists.built_in, word_lists.never_excepted, word_lists._files):
        cached.cache_clear()


def no_hooks(monkeypatch: pytest.MonkeyPatch, _channel: Channel) -> None:
    monkeypatch.setattr(consent, "_when_withdrawn", [])


def in_the_blacklist(_monkeypatch: pytest.MonkeyPatch, _channel: Channel) -> None:
    suppress("whatsapp", NUMBER, "hand")


def other_profile(**profile: object) -> Callable[[pytest.MonkeyPatch, Channel], None]:
    def change(_monkeypatch: pytest.MonkeyPatch, channel: Channel) -> None:
        channel.profile = profile
        channel.save()

    return change


BROKEN: dict[str, tuple[str, Callable[[pytest.MonkeyPatch, Channel], None]]] = {
    "replies are looked for elsewhere": ("read", other_profile(tickets={"rows": ["conversations"]})),
    "texts are looked for elsewhere": ("read", other_profile(history={"text": ["testo"]})),
    "the answer has another form": ("read", other_profile(example_reply={"answer": "<html>"})),
    "the profile is no profile": ("read", other_profile(there_is_no_such_section={})),
    "the number is in the Blacklist": ("reachable", in_the_blacklist),
    "replies are not written": ("stored", lambda *_: ignore("events_providerevent", "INSERT")),
    "the words are gone": ("recognised", no_words),
    "consents are not written": (
        "recorded",
        lambda *_: ignore("contacts_consentstate", "INSERT", "NEW.value = 'no'"),
    ),
    "nobody is told of a withdrawal": ("held_back", no_hooks),
    "the No does not last": ("refused", lambda *_: bring_back_the_yes()),
}


@pytest.mark.parametrize("case", BROKEN)
def test_a_broken_link_is_an_incident_and_its_end_closes_it(
    proven: Channel, monkeypatch: pytest.MonkeyPatch, case: str
) -> None:
    link, break_it = BROKEN[case]
    before = prove(proven).good_at
    with monkeypatch.context() as broken:
        break_it(broken, proven)
        proof = prove(proven)
    assert proof.broken == link
    assert proof.good_at == before
    [incident] = open_now()
    assert (incident.kind, incident.subject, incident.cause) == (INCIDENT, str(proven.pk), link)
    mend(proven)
    assert prove(proven).broken == ""
    assert not open_now()


def mend(channel: Channel) -> None:
    forget_words()
    channel.profile = {}
    channel.save()
    Suppression.objects.all().delete()
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute("DROP TRIGGER IF EXISTS broken")
        else:
            cursor.execute("DROP FUNCTION IF EXISTS broken CASCADE")


def test_every_link_that_can_break_has_a_test() -> None:
    assert {link for link, _break in BROKEN.values()} == {code for code, link in LINKS.items() if link.real}


def test_a_real_stop_from_the_test_number_counts(proven: Channel, engage: Engage) -> None:
    person = Contact.objects.create(phone=NUMBER)
    consent.record([person.pk], "whatsapp", consent.BOTH, "yes", "import")
    assert prove(proven).broken == ""
    assert set(ConsentState.objects.values_list("value", flat=True)) == {"yes"}
    engage.put_customer(proven.provider_id, id=DIGITS)
    engage.control("POST", f"/channels/{proven.provider_id}/messages", {"from": DIGITS, "text": "STOP"})
    read_opt_outs.read(proven)
    assert prove(proven).broken == ""
    assert set(ConsentState.objects.values_list("value", "source")) == {("no", "stop_word")}


def test_a_real_stop_that_waits_for_its_contact_goes_on_waiting(proven: Channel, engage: Engage) -> None:
    engage.put_customer(proven.provider_id, id=DIGITS)
    engage.control("POST", f"/channels/{proven.provider_id}/messages", {"from": DIGITS, "text": "STOP"})
    read_opt_outs.read(proven)
    assert prove(proven).broken == ""
    assert ProviderEvent.objects.get().applied_at is None


def test_a_number_is_one_that_can_be_written_to(channel: Channel) -> None:
    for wrong in ("329 8887766", "+39", "pippo"):
        with pytest.raises(NotAPhone):
            set_number(channel, wrong)
    suppress("whatsapp", NUMBER, "hand")
    with pytest.raises(CannotProve, match="suppressed"):
        set_number(channel, NUMBER)
    assert not StopProof.objects.exists()


def test_a_number_is_kept_as_it_is_dialled(channel: Channel) -> None:
    set_number(channel, " +39 329 888-77.66 ")
    assert StopProof.objects.get().number == NUMBER


def test_another_number_begins_anew(proven: Channel) -> None:
    prove(proven)
    set_number(proven, "+393298887767")
    assert StopProof.objects.get().at is None


def test_without_a_number_or_a_connection_nothing_is_tried(channel: Channel) -> None:
    with pytest.raises(CannotProve, match="no_number"):
        prove(channel)
    set_number(channel, NUMBER)
    channel.state = ConnectionState.REFUSED
    with pytest.raises(CannotProve, match="not_connected"):
        prove(channel)


def test_it_is_offered_on_whatsapp_only(channel: Channel) -> None:
    channel.platform = "telegram"
    with pytest.raises(CannotProve, match="not_offered"):
        set_number(channel, NUMBER)


def broken_proof(channel: Channel) -> None:
    channel.profile = {"tickets": {"rows": ["conversations"]}}
    channel.save()
    assert prove(channel).broken == "read"
    assert open_now()


def test_removing_the_number_ends_the_incident(proven: Channel) -> None:
    broken_proof(proven)
    set_number(proven, "")
    assert not open_now()
    assert not StopProof.objects.exists()


def test_disconnecting_the_channel_ends_the_incident(proven: Channel) -> None:
    broken_proof(proven)
    disconnect.disconnect(proven)
    assert not open_now()
    assert not StopProof.objects.exists()


def test_erasing_the_person_of_the_test_number_removes_it(proven: Channel) -> None:
    erase(Contact.objects.create(phone=NUMBER), "", None)
    assert not StopProof.objects.exists()


def test_each_morning_every_connected_channel_with_a_number_is_tried(proven: Channel, other_channel: Channel) -> None:
    broken_proof(proven)
    assert due() == [proven]
    set_number(other_channel, NUMBER)
    away = Channel.objects.create(provider_id="31003", platform="whatsapp", state=ConnectionState.REFUSED)
    StopProof.objects.create(channel=away, number=NUMBER)
    prove_stops.func()
    results = dict(StopProof.objects.values_list("channel__provider_id", "broken"))
    assert results == {proven.provider_id: "read", other_channel.provider_id: "", "31003": ""}
    assert StopProof.objects.get(channel=away).at is None
    assert Incident.objects.get().failures == 2
