"""The editor of audiences by rules in the browser's terms, the page of one, and where audiences are chosen."""

from typing import Any

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from staffetta.contacts.audiences import audiences
from staffetta.contacts.audiences.rule_world import known
from staffetta.contacts.audiences.rules import read
from staffetta.contacts.lists import lists
from staffetta.contacts.models import AudienceRules, ContactField, Import
from tests.contacts.people import person

pytestmark = pytest.mark.django_db

NEW = "/contacts/audiences/new/"
HTMX = {"HX-Request": "true"}


@pytest.fixture(autouse=True)
def fields() -> None:
    ContactField.objects.create(name="citta", label="Città")
    ContactField.objects.create(name="saldo", label="Saldo", type="number")
    ContactField.objects.create(name="gusti", label="Gusti", type="choices", choices=["caffè", "tè"])


def typed(**more: Any) -> dict[str, Any]:
    """One condition and a group of two, as the form sends them."""
    return {
        "name": "Torinesi",
        "r:match": "all",
        "r.0:about": "field:citta",
        "r.0:is": "is",
        "r.0:value": "Torino",
        "r.1:match": "any",
        "r.1.0:about": "field:gusti",
        "r.1.0:is": "any_of",
        "r.1.0:values": ["caffè", "tè"],
        "r.1.1:about": "consent",
        "r.1.1:is": "yes",
        "r.1.1:platform": "whatsapp",
        "r.1.1:purpose": "marketing",
        **more,
    }


def in_turin(name: str = "Torinesi") -> AudienceRules:
    condition = {"about": "field", "field": "citta", "is": "is", "value": "Torino"}
    return audiences.save(None, name, read({"rules": [condition]}, known()), None)


def test_an_audience_is_written_saved_and_shown_in_words(as_operator: Client) -> None:
    answer = as_operator.post(NEW, typed())
    made = AudienceRules.objects.get()
    assert answer.url == f"/contacts/audiences/{made.pk}/"  # type: ignore[attr-defined]
    assert made.rules["rules"][1]["rules"][0] == {
        "about": "field",
        "field": "gusti",
        "is": "any_of",
        "values": ["caffè", "tè"],
    }
    page = as_operator.get(f"/contacts/audiences/{made.pk}/").content.decode()
    assert "Città è «Torino» e (Gusti è tra «caffè», «tè» o Opt-in WhatsApp (marketing) Sì)" in page
    edited = as_operator.get(f"/contacts/audiences/{made.pk}/edit/").content.decode()
    assert 'value="Torino"' in edited
    assert '<option value="caffè" selected>' in edited


def test_what_was_typed_stays_on_an_error_and_each_fault_is_at_its_place(as_operator: Client) -> None:
    wrong = typed(**{"name": "", "r.0:about": "field:saldo", "r.0:is": "more", "r.0:value": "tanto"})
    page = as_operator.post(NEW, wrong).content.decode()
    assert not AudienceRules.objects.exists()
    assert 'value="tanto"' in page
    assert "Non è un numero" in page
    assert 'id="r.0:error"' in page
    assert 'id="r.1.0:error"' not in page


def test_a_condition_comes_and_goes_and_nothing_typed_is_lost(as_operator: Client) -> None:
    part = as_operator.post(f"{NEW}?do=add:r.1", typed(), headers=HTMX).content.decode()
    assert "<html" not in part
    assert 'name="r.1.2:about"' in part
    assert 'value="Torino"' in part
    part = as_operator.post(f"{NEW}?do=remove:r.1.0", typed(), headers=HTMX).content.decode()
    assert 'name="r.1.0:purpose"' in part
    assert "r.1.1" not in part
    part = as_operator.post(f"{NEW}?do=group:r.1", typed()).content.decode()
    assert "<html" in part, "without JavaScript a button gets the whole page"
    assert 'name="r.1.2.0:about"' in part
    assert "?do=group:r.1.2" not in part, "no group deeper than three"
    for nonsense in ("add:r.9", "remove:r", "remove:r.7.7", "dance:r", "add:x", ""):
        assert as_operator.post(f"{NEW}?do={nonsense}", typed(), headers=HTMX).status_code == 200


def test_another_field_brings_its_own_comparisons(as_operator: Client) -> None:
    changed = typed(**{"r.0:about": "field:saldo", "r.0:is": "is"})
    part = as_operator.post(f"{NEW}?do=look", changed, headers=HTMX).content.decode()
    assert '<option value="between">' in part
    changed = typed(**{"r.0:about": "field:saldo", "r.0:is": "between"})
    part = as_operator.post(f"{NEW}?do=look", changed, headers=HTMX).content.decode()
    assert 'name="r.0:to"' in part


def test_the_count_comes_late_with_some_of_the_people(as_operator: Client) -> None:
    person("+393200000001", first_name="Anna", values={"citta": "Torino", "gusti": ["tè"]})
    person("+393200000002", first_name="Bea", values={"citta": "Milano"})
    part = as_operator.post("/contacts/audiences/count/", typed()).content.decode()
    assert '<div class="figure-big">1</div>' in part
    assert ("Anna" in part, "Bea" in part) == (True, False)
    part = as_operator.post("/contacts/audiences/count/", typed(**{"r.0:value": ""})).content.decode()
    assert "Completa le condizioni" in part
    made = in_turin()
    assert "figure-big" not in as_operator.get(f"/contacts/audiences/{made.pk}/").content.decode()
    for address in (f"/contacts/audiences/{made.pk}/count/", f"/contacts/audiences/{made.pk}/?count=1"):
        assert '<div class="figure-big">1</div>' in as_operator.get(address).content.decode()


def test_broken_rules_say_so_and_can_be_mended(as_operator: Client) -> None:
    made = in_turin()
    ContactField.objects.filter(name="citta").delete()
    page = as_operator.get(f"/contacts/audiences/{made.pk}/").content.decode()
    assert "Il campo «citta» non esiste più." in page
    edited = as_operator.get(f"/contacts/audiences/{made.pk}/edit/").content.decode()
    assert "Il campo «citta» non esiste più." in edited
    assert '<option value="field:citta" selected>' in edited
    assert as_operator.get(f"/contacts/?audience={made.pk}").status_code == 200


def test_before_something_goes_its_use_in_rules_is_told(as_operator: Client) -> None:
    members = lists.named("VIP", None)
    condition = {"about": "list", "is": "in", "value": members.pk}
    audiences.save(None, "Solo VIP", read({"rules": [condition]}, known()), None)
    in_turin()
    own = ContactField.objects.get(name="citta")
    assert "Solo VIP" in as_operator.get(f"/contacts/lists/{members.pk}/delete/").content.decode()
    assert "Torinesi" in as_operator.get(f"/contacts/fields/{own.pk}/delete/").content.decode()


def test_before_an_import_is_undone_its_use_in_rules_is_told(as_operator: Client) -> None:
    source = Import.objects.create(name="a.csv", state="done", created=1)
    condition = {"about": "import", "is": "in", "value": source.pk}
    audiences.save(None, "Venuti con a.csv", read({"rules": [condition]}, known()), None)
    assert "Venuti con a.csv" in as_operator.get(f"/contacts/imports/{source.pk}/undo/").content.decode()


def test_an_audience_is_copied_and_deleted(as_operator: Client) -> None:
    made = in_turin()
    answer = as_operator.post(f"/contacts/audiences/{made.pk}/duplicate/")
    copy = AudienceRules.objects.exclude(pk=made.pk).get()
    assert answer.url == f"/contacts/audiences/{copy.pk}/edit/"  # type: ignore[attr-defined]
    assert as_operator.post(NEW, typed()).status_code == 200, "the name is taken"
    as_operator.post(f"/contacts/audiences/{made.pk}/delete/")
    assert AudienceRules.objects.get() == copy


def test_viewers_look_and_change_nothing(as_viewer: Client) -> None:
    made = in_turin()
    assert as_viewer.get(f"/contacts/audiences/{made.pk}/").status_code == 200
    assert as_viewer.get(f"/contacts/audiences/{made.pk}/count/").status_code == 200
    for address in (NEW, f"/contacts/audiences/{made.pk}/edit/", f"/contacts/audiences/{made.pk}/delete/"):
        assert as_viewer.get(address).status_code == 403
    assert as_viewer.post("/contacts/audiences/count/", typed()).status_code == 403


def test_the_pages_ask_a_fixed_number_of_questions(
    as_operator: Client, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    made = in_turin()
    for number in range(5):
        in_turin(f"Altra {number}")
        lists.named(f"Lista {number}", None)
    as_operator.get("/contacts/lists/")
    with django_assert_num_queries(5):
        as_operator.get("/contacts/lists/")
    with django_assert_num_queries(8):
        as_operator.get(f"/contacts/audiences/{made.pk}/")
    with django_assert_num_queries(8):
        as_operator.get(f"/contacts/audiences/{made.pk}/edit/")
