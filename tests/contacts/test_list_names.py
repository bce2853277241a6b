"""Lists and audiences stand in the order a person looks for them, and no two look alike."""

import re

import pytest
from django.test import Client

from staffetta.cli.main import main
from staffetta.contacts.lists import lists
from staffetta.contacts.lists.list_names import in_order
from staffetta.contacts.models import AudienceRules, Contact, ContactList, Import, ImportState

pytestmark = pytest.mark.django_db
ORDER = ["ALFA", "beta", "Élite", "elite 2", "Due", "zeta", "Zoo"]
AS_A_PERSON_WOULD = ["ALFA", "beta", "Due", "Élite", "elite 2", "zeta", "Zoo"]
RULES = {"match": "all", "rules": [{"about": "field", "field": "language", "is": "is", "value": "it"}]}


def offered(page: str, name: str) -> list[str]:
    found = re.search(rf'<select[^>]*name="{name}"[^>]*>(.*?)</select>', page, re.DOTALL)
    assert found
    return re.findall(r">([^<]+)</option>", found[1])[1:]


def test_menus_are_in_the_order_of_a_person_on_every_page(as_operator: Client) -> None:
    Contact.objects.create(phone="+393331234567")
    for name in ORDER:
        ContactList.objects.create(name=name)
        AudienceRules.objects.create(name=name, rules=RULES)
    page = as_operator.get("/contacts/").content.decode()
    assert offered(page, "list") == AS_A_PERSON_WOULD
    assert offered(page, "audience") == AS_A_PERSON_WOULD
    assert offered(as_operator.get("/contacts/lists/add/").content.decode(), "list") == AS_A_PERSON_WOULD
    composed = as_operator.get("/communications/new/").content.decode()
    assert offered(composed, "list") == AS_A_PERSON_WOULD
    assert offered(composed, "rules") == AS_A_PERSON_WOULD


def test_the_command_lists_in_the_same_order(capsys: pytest.CaptureFixture[str]) -> None:
    for name in ORDER:
        ContactList.objects.create(name=name)
    assert main(["audiences", "list"]) == 0
    told = capsys.readouterr().out
    assert sorted(ORDER, key=told.index) == AS_A_PERSON_WOULD


def test_menus_are_complete_beyond_two_hundred_and_keep_what_is_chosen(as_operator: Client) -> None:
    Contact.objects.create(phone="+393331234567")
    ContactList.objects.bulk_create(ContactList(name=f"Lista {number:03}") for number in range(230))
    Import.objects.bulk_create(Import(name=f"{number}.csv", state=ImportState.DONE) for number in range(310))
    stopped = Import.objects.create(name="a-meta.csv", state=ImportState.CANCELLED)
    page = as_operator.get(f"/contacts/?import={stopped.pk}").content.decode()
    assert len(offered(page, "list")) == 230
    assert len(offered(page, "import")) == 311
    assert re.search(rf'value="{stopped.pk}" selected', page), "the next search does not lose it"
    first = Import.objects.order_by("pk")[0]
    rules = {"match": "all", "rules": [{"about": "import", "is": "in", "value": first.pk}]}
    audience = AudienceRules.objects.create(name="Della prima importazione", rules=rules)
    edited = as_operator.get(f"/contacts/audiences/{audience.pk}/edit/").content.decode()
    assert f'value="{first.pk}" selected' in edited


@pytest.mark.parametrize("name", ["alfa", "ALFA ", "Al\u200bfa", "\uff21lfa", "Al\u00adfa"])
def test_a_list_that_looks_like_another_is_refused_or_is_that_one(name: str, as_operator: Client) -> None:
    known = ContactList.objects.create(name="Alfa")
    page = as_operator.post("/contacts/lists/new/", {"name": name}).content.decode()
    assert "Esiste già una lista con questo nome" in page
    assert lists.named(name, None) == known
    AudienceRules.objects.create(name="Alfa", rules=RULES)
    typed = {"name": name, "r:match": "all", "r.0:about": "field:language", "r.0:is": "is", "r.0:value": "it"}
    assert as_operator.post("/contacts/audiences/new/", typed).status_code == 200
    assert (ContactList.objects.count(), AudienceRules.objects.count()) == (1, 1)


def test_a_name_of_signs_nobody_sees_is_no_name(as_operator: Client) -> None:
    as_operator.post("/contacts/lists/new/", {"name": "\u200b\u2060\u00ad"})
    assert not ContactList.objects.exists()


def test_names_that_differ_by_accent_stand_together() -> None:
    rows = [ContactList(name=name) for name in ("perché", "perche", "Perche", "pera")]
    assert in_order(rows)[0].name == "pera"
