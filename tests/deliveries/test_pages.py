"""The report and the people behind its numbers, after a real send through the simulator (a twentieth of story B)."""

import csv
import io
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from engage_simulator.testing import Engage
from staffetta.accounts.models import AuditEntry
from staffetta.channels.models import Channel
from staffetta.communications.models import Communication
from staffetta.deliveries.models import Delivery, DeliveryState
from staffetta.reports.numbers import numbers
from tests.deliveries import ledger

STATES_TOLD = "97 = 82 inviati + 12 non inviati + 2 in errore + 1 da verificare + 0 in attesa + 0 annullati"


@pytest.fixture
def sent(engage: Engage, channel: Channel) -> Communication:
    """97 people: 85 with opt-in, of whom two are refused and one gets no answer; 12 without."""
    people = ledger.people(85)
    ledger.people(12, start=500, opt_in="no")
    refused = [(each.phone or "").removeprefix("+") for each in people[:2]]
    silent = (people[2].phone or "").removeprefix("+")
    engage.fault(
        "answer", match={"operation": "send_notification", "recipient": refused}, status=400, code=1021,
        reason="=number unknown",
    )  # fmt: skip
    engage.fault("reset", match={"operation": "send_notification", "recipient": [silent]}, accepted=True)
    communication = ledger.planned(channel)
    ledger.run()
    return communication


def report(client: Client, communication: Communication) -> str:
    return client.get(f"/communications/{communication.pk}/").content.decode()


def people(client: Client, communication: Communication, query: str = "") -> str:
    return client.get(f"/communications/{communication.pk}/people/{query}").content.decode()


def plain(html: str) -> str:
    """Return the visible text, blanks folded."""
    text, inside = [], False
    for piece in html.replace("<", "\0<").split("\0"):
        inside = piece.startswith("<")
        text.append(piece.partition(">")[2] if inside else piece)
    return " ".join("".join(text).split())


def rows_of(client: Client, communication: Communication, query: str = "") -> list[dict[str, Any]]:
    answer = client.get(f"/communications/{communication.pk}/people.csv{query}")
    assert answer.streaming
    content = answer.getvalue()
    assert content.startswith(b"\xef\xbb\xbf")
    return list(csv.DictReader(io.StringIO(content.decode("utf-8-sig")), delimiter=";"))


def test_the_sum_closes_and_each_term_leads_to_the_people(sent: Communication, as_viewer: Client) -> None:
    page = report(as_viewer, sent)
    assert STATES_TOLD in plain(page)
    for state in ("sent", "not_sent", "failed", "uncertain", "waiting", "cancelled"):
        assert f'href="/communications/{sent.pk}/people/?state={state}"' in page
    assert numbers(sent).audience == Delivery.objects.filter(communication=sent).count() == 97


def test_what_the_provider_cannot_tell_is_never_a_zero(sent: Communication, as_viewer: Client) -> None:
    assert plain(report(as_viewer, sent)).count("Non disponibile con Sinch Engage") == 2


def test_reasons_come_with_their_remedy(sent: Communication, as_viewer: Client) -> None:
    page = plain(report(as_viewer, sent))
    assert "Opt-in WhatsApp non impostato su Sì" in page
    assert "Raccogli il consenso, o escludi queste persone dall’audience." in page
    assert "Sinch Engage ha rifiutato il messaggio" in page
    assert "La connessione si è interrotta prima della risposta" in page


def test_behind_a_reason_are_exactly_its_people(sent: Communication, as_viewer: Client) -> None:
    page = people(as_viewer, sent, "?state=not_sent&reason=no_opt_in")
    assert "12 persone · Non inviato" in plain(page)
    assert page.count("/messages/") == 12


def test_the_providers_own_words_are_shown(sent: Communication, as_viewer: Client) -> None:
    page = people(as_viewer, sent, "?state=failed")
    assert "1021 =number unknown" in plain(page)


def test_many_people_come_in_pages_without_a_gap(sent: Communication, as_viewer: Client) -> None:
    seen: list[str] = []
    query = "?state=sent"
    while query:
        page = people(as_viewer, sent, query)
        seen += [piece.split("/")[0] for piece in page.split('href="/messages/')[1:]]
        rest = page.split('rel="next" href="')[1:]
        query = rest[0].split('"')[0].replace("&amp;", "&") if rest else ""
    assert len(seen) == len(set(seen)) == 82


def test_the_file_has_as_many_rows_as_the_number_and_no_formulas(sent: Communication, as_operator: Client) -> None:
    assert len(rows_of(as_operator, sent, "?state=not_sent&reason=no_opt_in")) == 12
    assert len(rows_of(as_operator, sent)) == 97
    failed = rows_of(as_operator, sent, "?state=failed")
    assert len(failed) == 2
    assert failed[0]["Risposta del fornitore"] == "'=number unknown"
    assert failed[0]["Stato"] == "In errore"


def test_one_message_tells_its_attempts(sent: Communication, as_viewer: Client) -> None:
    row = Delivery.objects.get(communication=sent, state="uncertain")
    page = plain(as_viewer.get(f"/messages/{row.public_id}/").content.decode())
    assert "Tentativi" in page
    assert "La connessione si è interrotta prima della risposta" in page
    assert "Tratta come inviato" not in page  # a viewer decides nothing


def test_an_uncertain_one_is_treated_as_sent_by_a_person(sent: Communication, as_operator: Client) -> None:
    row = Delivery.objects.get(communication=sent, state="uncertain")
    page = as_operator.get(f"/messages/{row.public_id}/").content.decode()
    assert "Tratta come inviato" in page
    assert "Invia di nuovo" in page
    as_operator.post(f"/messages/{row.public_id}/settle/", {"deed": "sent"})
    row.refresh_from_db()
    assert (row.state, row.settled_by) == (DeliveryState.SENT, "person")
    assert AuditEntry.objects.filter(deed="treated_as_sent", actor_name="ottavio").exists()
    assert "97 = 83 inviati" in plain(report(as_operator, sent))


def test_all_of_them_can_be_sent_again_after_being_asked(
    sent: Communication, engage: Engage, as_operator: Client, later: Callable[[float], None]
) -> None:
    asked = plain(as_operator.get(f"/communications/{sent.pk}/uncertain/").content.decode())
    assert "Per 1 persona non sappiamo se il messaggio è partito." in asked
    engage.clear_faults()
    as_operator.post(f"/communications/{sent.pk}/uncertain/", {"deed": "again"})
    later(7)  # not so soon after what may have arrived
    ledger.run()
    assert numbers(sent).uncertain == 0
    assert len(engage.summary()["duplicates"]) == 1  # it had arrived, and a person said: again


def test_settling_twice_changes_nothing_and_says_so(sent: Communication, as_operator: Client) -> None:
    row = Delivery.objects.get(communication=sent, state="uncertain")
    as_operator.post(f"/messages/{row.public_id}/settle/", {"deed": "sent"})
    answer = as_operator.post(f"/messages/{row.public_id}/settle/", {"deed": "again"}, follow=True)
    assert "Era già stato deciso" in answer.content.decode()
    row.refresh_from_db()
    assert row.state == DeliveryState.SENT


def test_viewers_settle_nothing(sent: Communication, as_viewer: Client) -> None:
    row = Delivery.objects.get(communication=sent, state="uncertain")
    assert as_viewer.post(f"/messages/{row.public_id}/settle/", {"deed": "sent"}).status_code == 403
    assert as_viewer.post(f"/communications/{sent.pk}/uncertain/", {"deed": "again"}).status_code == 403


def test_report_and_people_take_a_fixed_number_of_queries(
    sent: Communication, as_viewer: Client, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    report(as_viewer, sent)
    with django_assert_num_queries(6):  # session, person, notices, the communication, its counters, its attempts
        report(as_viewer, sent)
    with django_assert_num_queries(6):  # the same, and one page of rows
        people(as_viewer, sent, "?state=sent")


def test_another_communication_shows_nothing_of_it(
    sent: Communication, other_channel: Channel, as_viewer: Client
) -> None:
    other = ledger.draft(other_channel)
    assert "0 = 0 inviati" in plain(report(as_viewer, other))
    assert "Nessuno" in plain(people(as_viewer, other))


def test_a_code_of_whatsapp_in_the_answer_is_told_in_words_and_decides_nothing(
    engage: Engage, channel: Channel, as_operator: Client
) -> None:
    ledger.people(1)
    reason = "(#131026) Message undeliverable"
    engage.fault("answer", match={"operation": "send_notification"}, status=400, code=400, reason=reason)
    communication = ledger.planned(channel)
    ledger.run()
    row = ledger.the(communication)
    assert (row.state, row.reason) == ("failed", "refused")
    page = plain(as_operator.get(f"/messages/{row.public_id}/").content.decode())
    assert "il codice 131026 di WhatsApp. Il numero non è raggiungibile su WhatsApp." in page
    assert "Chi se ne occupa: un operatore" in page
    [line] = rows_of(as_operator, communication)
    assert line["Motivo di WhatsApp"] == "Il numero non è raggiungibile su WhatsApp"


def test_who_only_reads_is_not_asked_to_decide(sent: Communication, as_viewer: Client, as_operator: Client) -> None:
    page = f"/communications/{sent.pk}/"
    assert "Mostra le persone</a>" in as_viewer.get(page).content.decode()
    assert "Decidi</a>" not in as_viewer.get(page).content.decode()
    assert "Decidi</a>" in as_operator.get(page).content.decode()
