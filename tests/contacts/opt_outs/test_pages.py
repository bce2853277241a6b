"""Possible opt-outs decided on one page, words of one's own, and both on the command line."""

import json
from typing import Any

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from staffetta.accounts.models import AuditEntry
from staffetta.cli.main import main
from staffetta.contacts.audiences.recipients import LeftOut, those
from staffetta.contacts.consents import consent
from staffetta.contacts.consents.suppression import is_suppressed
from staffetta.contacts.erasure.erase import erase
from staffetta.contacts.merging.merge import merge
from staffetta.contacts.models import ConsentState, Contact
from staffetta.contacts.opt_outs import decide, own_words
from staffetta.contacts.opt_outs.match import Outcome
from staffetta.contacts.opt_outs.models import Decision, OptOutWord, PossibleOptOut
from staffetta.contacts.save_contact import delete_contact
from staffetta.work.clock import now
from tests.contacts.people import person
from tests.world import a_channel

pytestmark = pytest.mark.django_db
PAGE, WORDS = "/contacts/opt-outs/", "/contacts/opt-outs/words/"


@pytest.fixture
def anna() -> Contact:
    return wrote("+393471234567", "Cancella", name="Anna")


def wrote(number: str, text: str, name: str = "Ugo") -> Contact:
    """Make somebody with an opt-in who wrote something that may be an opt-out."""
    contact = person(number, first_name=name)
    consent.record([contact.pk], "whatsapp", consent.BOTH, "yes", "hand", wording="Sì")
    channel = a_channel(f"{24000 + contact.pk}", "Negozio")
    decide.keep("whatsapp", [decide.Found({contact.pk}, channel.pk, channel.name, f"k{contact.pk}", text, now())])
    return contact


def page(client: Client, address: str = PAGE) -> str:
    return client.get(address).content.decode()


def said(contact: Contact) -> dict[str, str]:
    return dict(ConsentState.objects.filter(contact=contact).values_list("purpose", "value"))


def test_the_page_says_who_wrote_what_when_and_on_which_channel(as_operator: Client, anna: Contact) -> None:
    shown = page(as_operator)
    for words in ("Anna", "Cancella", "Negozio", anna.phone or "", "Solo marketing", "Non è una disiscrizione"):
        assert words in shown


@pytest.mark.parametrize(
    ("decision", "wanted"),
    [
        ("all", {"marketing": "no", "service": "no"}),
        ("marketing", {"marketing": "no", "service": "yes"}),
        ("none", {"marketing": "yes", "service": "yes"}),
    ],
)
def test_one_click_decides(as_operator: Client, anna: Contact, decision: str, wanted: dict[str, str]) -> None:
    row = PossibleOptOut.objects.get()
    assert as_operator.post(f"{PAGE}{row.pk}/decide/", {"decision": decision}).status_code == 302
    assert said(anna) == wanted
    assert "Niente da decidere" in page(as_operator)
    row.refresh_from_db()
    assert row.by_name
    assert row.by_name in page(as_operator, f"{PAGE}?show=decided")
    assert AuditEntry.objects.get(deed="possible_opt_out_decided").details == {"decision": decision, "people": 1}


def test_what_somebody_else_decided_meanwhile_is_not_decided_again(as_operator: Client, anna: Contact) -> None:
    row = PossibleOptOut.objects.get()
    decide.decide(PossibleOptOut.objects.all(), Decision.ALL, None)
    answer = as_operator.post(f"{PAGE}{row.pk}/decide/", {"decision": "none"}, follow=True).content.decode()
    assert "Nel frattempo" in answer
    assert said(anna) == {"marketing": "no", "service": "no"}


def test_the_same_words_of_several_people_are_decided_together_but_not_what_came_in_since(as_operator: Client) -> None:
    first, second = wrote("+393471234561", "Annulla"), wrote("+393471234562", "annulla!")
    other = wrote("+393471234563", "Alto")
    last = max(PossibleOptOut.objects.filter(alike="annulla").values_list("pk", flat=True))
    assert "2 risposte" in page(as_operator)
    late = wrote("+393471234564", "ANNULLA")
    as_operator.post(f"{PAGE}alike/", {"alike": "annulla", "last": str(last), "decision": "all"})
    assert said(first) == said(second) == {"marketing": "no", "service": "no"}
    assert said(other) == said(late) == {"marketing": "yes", "service": "yes"}
    assert decide.number_to_decide() == 2


@pytest.mark.parametrize("given", [{}, {"decision": "answered"}, {"decision": "x"}, {"decision": "all", "last": "²"}])
def test_a_form_that_says_nothing_decides_nothing(as_operator: Client, anna: Contact, given: dict[str, str]) -> None:
    row = PossibleOptOut.objects.get()
    answer = as_operator.post(f"{PAGE}alike/", {"alike": "cancella", **given}, follow=True)
    assert "non è stato deciso nulla" in answer.content.decode()
    if given.get("decision") != "all":
        as_operator.post(f"{PAGE}{row.pk}/decide/", given)
    assert decide.number_to_decide() == 1


def test_viewers_see_and_decide_nothing(as_viewer: Client, anna: Contact) -> None:
    row = PossibleOptOut.objects.get()
    assert "Cancella" in page(as_viewer)
    assert "Solo marketing" not in page(as_viewer)
    assert as_viewer.post(f"{PAGE}{row.pk}/decide/", {"decision": "none"}).status_code == 403
    assert as_viewer.post(f"{PAGE}alike/", {"decision": "none"}).status_code == 403


def test_deciding_needs_the_token_of_the_form(anna: Contact, operator: Any) -> None:
    strict = Client(enforce_csrf_checks=True)
    strict.force_login(operator)
    row = PossibleOptOut.objects.get()
    assert strict.post(f"{PAGE}{row.pk}/decide/", {"decision": "none"}).status_code == 403
    assert strict.post(f"{WORDS}add/", {"text": "x", "counts_as": "all"}).status_code == 403


def test_the_overview_counts_who_waits_for_a_decision(as_operator: Client, as_viewer: Client) -> None:
    assert "disiscritt" not in page(as_operator, "/")
    wrote("+393471234561", "Annulla")
    wrote("+393471234562", "Alto")
    for client in (as_operator, as_viewer):
        shown = page(client, "/")
        assert "2 persone potrebbero essersi disiscritte" in shown
        assert PAGE in shown


def test_the_persons_page_says_what_waits(as_operator: Client, anna: Contact) -> None:
    shown = page(as_operator, f"/contacts/{anna.pk}/")
    assert "«Cancella»" in shown
    assert PAGE in shown


def test_the_number_of_queries_does_not_grow_with_the_replies(
    as_operator: Client, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    for number in range(12):
        wrote(f"+3934712345{number:02}", "Annulla" if number % 2 else "Alto")
    page(as_operator)
    with django_assert_max_num_queries(9):
        page(as_operator)
    with django_assert_max_num_queries(9):
        page(as_operator, f"{PAGE}?show=decided")
    with django_assert_max_num_queries(9):
        page(as_operator, f"{WORDS}?try=stop")


def test_marketing_waits_while_service_goes_on(anna: Contact) -> None:
    assert those([anna.pk], "whatsapp", "marketing")[0].reason == LeftOut.TO_DECIDE
    assert those([anna.pk], "whatsapp", "service")[0].reason == LeftOut.NO
    assert those([anna.pk], "telegram", "marketing")[0].reason == LeftOut.NO_ADDRESS


def test_who_is_deleted_before_anybody_decided_stays_out(anna: Contact) -> None:
    delete_contact(anna, None)
    assert is_suppressed("whatsapp", "+393471234567")


def test_a_merge_keeps_what_is_to_be_decided_and_an_erasure_deletes_it(anna: Contact) -> None:
    other = person("+393471234599", first_name="Anna")
    consent.record([other.pk], "whatsapp", consent.BOTH, "yes", "hand", wording="Sì")
    merge(other, anna, {}, None)
    assert those([other.pk], "whatsapp", "marketing")[0].reason == LeftOut.TO_DECIDE
    done = erase(Contact.objects.get(pk=other.pk), "", None)
    assert done.deleted["contacts.possibleoptout"] == 1
    assert not PossibleOptOut.objects.exists()


# Words of one's own


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ("Stop, grazie", "Disiscrizione da tutto"),
        ("basta pubblicità", "Disiscrizione dal marketing"),
        ("Cancella", "Possibile disiscrizione"),
        ("Come faccio a disiscrivermi?", "in un messaggio più lungo"),
        ("Ci fermiamo alle 8?", "Nulla dice"),
        ("STOP \ud83d", "Disiscrizione da tutto"),
    ],
)
def test_a_typed_text_is_tried(as_viewer: Client, text: str, what: str) -> None:
    shown = as_viewer.get(WORDS, {"try": text.encode("utf-8", "surrogatepass")}).content.decode()
    assert what in shown


def test_a_word_is_added_tried_and_removed(as_administrator: Client, as_operator: Client) -> None:
    assert as_administrator.post(f"{WORDS}add/", {"text": " Pausa  Estiva! ", "counts_as": "all"}).status_code == 302
    row = OptOutWord.objects.get()
    assert (row.text, row.folded, row.outcome) == ("Pausa Estiva!", "pausa estiva", "all")
    shown = as_operator.get(WORDS, {"try": "pausa estiva, grazie"}).content.decode()
    assert "parole tue" in shown
    as_administrator.post(f"{WORDS}add/", {"text": "pausa estiva", "counts_as": "exception"})
    assert OptOutWord.objects.get().outcome == ""
    as_administrator.post(f"{WORDS}{row.pk}/remove/")
    assert not OptOutWord.objects.exists()
    deeds = set(AuditEntry.objects.values_list("deed", flat=True))
    assert {"opt_out_word_added", "opt_out_word_removed"} <= deeds


@pytest.mark.parametrize(
    ("text", "counts_as"),
    [("🛑", "all"), ("stop", "exception"), ("S.T.O.P.", "possible"), ("un altro " * 7, "all"), ("", "all"), ("x", "y")],
)
def test_what_cannot_be_a_word_is_said_on_the_form(as_administrator: Client, text: str, counts_as: str) -> None:
    answer = as_administrator.post(f"{WORDS}add/", {"text": text, "counts_as": counts_as})
    assert answer.status_code == 200
    assert "is-invalid" in answer.content.decode()
    assert not OptOutWord.objects.exists()


def test_only_administrators_change_the_words(as_operator: Client) -> None:
    row = own_words.add("pausa", Outcome.ALL, None)
    assert as_operator.post(f"{WORDS}add/", {"text": "x", "counts_as": "all"}).status_code == 403
    assert as_operator.post(f"{WORDS}{row.pk}/remove/").status_code == 403
    assert "Aggiungi le parole" not in page(as_operator, WORDS)


def test_narrowing_the_words_lifts_no_recorded_no() -> None:
    contact = wrote("+393471234561", "Disiscriviti")
    decide.decide(PossibleOptOut.objects.all(), Decision.ALL, None)
    own_words.add("disiscriviti", Outcome.NOTHING, None)
    assert said(contact) == {"marketing": "no", "service": "no"}


# The command line


def test_the_command_line_lists_and_decides(capsys: pytest.CaptureFixture[str], anna: Contact) -> None:
    assert main(["opt-outs", "list", "--json"]) == 0
    [row] = json.loads(capsys.readouterr().out)
    assert (row["text"], row["channel"], row["contact"]) == ("Cancella", "Negozio", anna.pk)
    assert main(["opt-outs", "list"]) == 0
    assert "Cancella" in capsys.readouterr().out
    assert main(["opt-outs", "decide", str(row["id"]), "999999", "--as", "all"]) == 1
    assert said(anna)["marketing"] == "yes"
    assert main(["opt-outs", "decide", str(row["id"]), "--as", "marketing", "--json"]) == 0
    assert said(anna) == {"marketing": "no", "service": "yes"}


def test_the_command_line_tries_adds_and_removes_words(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["opt-outs", "add-words", "pausa estiva", "--as", "marketing"]) == 0
    assert main(["opt-outs", "add-words", "stop", "--as", "exception"]) == 1
    capsys.readouterr()
    assert main(["opt-outs", "try", "Pausa estiva, grazie!", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["outcome"] == "marketing"
    assert main(["opt-outs", "words", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)[0]["as"] == "marketing"
    assert main(["opt-outs", "remove-words", "Pausa Estiva"]) == 0
    assert main(["opt-outs", "remove-words", "Pausa Estiva"]) == 1
    assert main(["opt-outs", "try", "ciao"]) == 0
    assert "disiscrizione" in capsys.readouterr().out
