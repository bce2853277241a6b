"""The pages and commands of duplicate contacts."""

import json

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from staffetta.accounts.models import AuditEntry
from staffetta.cli.main import main
from staffetta.contacts.consents import consent
from staffetta.contacts.merging import search_twins
from staffetta.contacts.merging.merge import merge
from staffetta.contacts.models import Contact
from staffetta.contacts.record_models import Merge, Twin
from staffetta.work.lanes import LaneContext
from tests.contacts.people import person

pytestmark = pytest.mark.django_db
A, B = "+5511987654321", "+551187654321"


@pytest.fixture
def twins() -> tuple[Contact, Contact]:
    return person(A, first_name="Maria", last_name="Rossi"), person(B, first_name="Mariuccia")


def search() -> None:
    while search_twins.work(LaneContext(worker="test")):
        pass


def text(client: Client, address: str) -> str:
    return client.get(address).content.decode()


def test_a_search_lists_a_pair_with_its_reason_and_it_is_merged_and_undone(
    as_operator: Client, twins: tuple[Contact, Contact]
) -> None:
    kept, lost = twins
    consent.record([lost.pk], "whatsapp", consent.BOTH, "no", "stop_word")
    assert "non sono stati cercati" in text(as_operator, "/contacts/duplicates/")
    as_operator.post("/contacts/duplicates/search/")
    assert "in corso" in text(as_operator, "/contacts/duplicates/")
    search()
    listed = text(as_operator, "/contacts/duplicates/")
    assert "Lo stesso numero in altra forma" in listed
    address = f"/contacts/{kept.pk}/merge/{lost.pk}/"
    assert address in listed
    shown = text(as_operator, address)
    assert "Mariuccia" in shown
    assert "In seguito: No" in shown
    as_operator.post(address, {"choose_first_name": "other", "choose_phone": "kept"})
    kept.refresh_from_db()
    assert (kept.first_name, kept.phone, consent.opt_in(kept)) == ("Mariuccia", A, "no")
    assert "Mariuccia" in text(as_operator, "/contacts/merges/")
    done = Merge.objects.get()
    assert "Annullare" in text(as_operator, f"/contacts/merges/{done.pk}/undo/")
    answer = as_operator.post(f"/contacts/merges/{done.pk}/undo/")
    assert answer.headers["Location"] == f"/contacts/{lost.pk}/"
    assert "Annullata" in text(as_operator, "/contacts/merges/")
    deeds = set(AuditEntry.objects.values_list("deed", flat=True))
    assert {"twins_searched", "contacts_merged", "merge_undone"} <= deeds


def test_two_people_are_told_apart_for_good(as_operator: Client, twins: tuple[Contact, Contact]) -> None:
    as_operator.post("/contacts/duplicates/search/")
    search()
    as_operator.post(f"/contacts/duplicates/{Twin.objects.get().pk}/dismiss/")
    assert "Nessun contatto duplicato" in text(as_operator, "/contacts/duplicates/")


def test_a_viewer_sees_the_pairs_and_decides_nothing(as_viewer: Client, twins: tuple[Contact, Contact]) -> None:
    search_twins.ask(None)
    search()
    assert "/merge/" not in text(as_viewer, "/contacts/duplicates/")
    assert as_viewer.get(f"/contacts/{twins[0].pk}/merge/{twins[1].pk}/").status_code == 403


def test_the_pages_cost_the_same_for_any_number(
    as_operator: Client, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    for n in range(60):
        one, other = person(f"+39347{n:07}"), person(f"+39348{n:07}")
        Twin.objects.create(first=one, second=other, reason="near_number")
        merge(one, person(f"+39349{n:07}"), {}, None)
        if n in (1, 59):
            with django_assert_num_queries(4):
                assert "Nessuna unione" not in text(as_operator, "/contacts/merges/")
            with django_assert_num_queries(5):
                text(as_operator, "/contacts/duplicates/")


def test_the_commands_search_list_merge_and_take_back(
    capsys: pytest.CaptureFixture[str], twins: tuple[Contact, Contact]
) -> None:
    kept, lost = twins
    search_twins.ask(None)
    search()
    assert main(["contacts", "duplicates", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["pairs"] == [
        {"first": kept.pk, "second": lost.pk, "reason": "same_number"}
    ]
    assert main(["contacts", "merge", str(kept.pk), str(lost.pk), "--take", "first_name", "--json"]) == 0
    done = json.loads(capsys.readouterr().out)
    kept.refresh_from_db()
    assert kept.first_name == "Mariuccia"
    assert main(["contacts", "merge", str(kept.pk), str(lost.pk)]) == 1
    assert main(["contacts", "unmerge", str(done["id"]), "--json"]) == 0
    assert Contact.objects.count() == 2
    assert main(["contacts", "unmerge", str(done["id"])]) == 1
    assert main(["contacts", "unmerge", "999999"]) == 1
