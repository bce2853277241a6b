"""Search: parts of names and numbers, without accents and case, by an index that stays in step."""

import pytest
from django.db import connection

from staffetta.contacts.models import Contact
from staffetta.contacts.storage import search, search_index
from staffetta.contacts.storage.search import by_id, find
from tests.contacts.people import Accept, finish, person

pytestmark = pytest.mark.django_db


def found(query: str) -> list[str]:
    return [str(contact) for contact in find(Contact.objects.order_by("pk"), query)]


@pytest.fixture
def two() -> tuple[Contact, Contact]:
    return (
        person("+393471234567", first_name="Niccolò", last_name="D'Amico"),
        person("+393480000000", first_name="Anna", last_name="100%_Rossi", telegram_id="777"),
    )


@pytest.mark.parametrize(
    ("query", "names"),
    [
        ("niccolo", ["Niccolò D'Amico"]),
        ("NICCOLÒ", ["Niccolò D'Amico"]),
        ("amico nic", ["Niccolò D'Amico"]),
        ("d'am", ["Niccolò D'Amico"]),
        ("+39 347 123", ["Niccolò D'Amico"]),
        ("471234", ["Niccolò D'Amico"]),
        ("an", ["Anna 100%_Rossi"]),
        ("0%_r", ["Anna 100%_Rossi"]),
        ("0x_r", []),
        ("777", ["Anna 100%_Rossi"]),
        ('"', []),
        ('ros" OR "nic', []),
        ("zzz", []),
        ("", ["Niccolò D'Amico", "Anna 100%_Rossi"]),
    ],
)
def test_every_word_must_be_held(two: tuple[Contact, Contact], query: str, names: list[str]) -> None:
    assert found(query) == names


def test_changes_and_deletions_are_followed(two: tuple[Contact, Contact]) -> None:
    niccolo, anna = two
    niccolo.first_name = "Giovanni"
    niccolo.save(update_fields=["first_name"])
    anna.delete()
    assert (found("niccolo"), found("giovanni"), found("anna")) == ([], ["Giovanni D'Amico"], [])


def test_imported_people_are_found(accept: Accept) -> None:
    person("+393200000001", first_name="Vecchia")
    lines = "Nome;Telefono\nNuova;+39 320 000 0001\nNoemi;+39 320 000 0002\n"
    finish(accept(lines.encode(), {"Nome": "first_name", "Telefono": "phone"}))
    assert (found("vecchia"), found("nuova"), found("noemi")) == ([], ["Nuova"], ["Noemi"])


def test_an_index_that_lost_its_triggers_is_mended(two: tuple[Contact, Contact]) -> None:
    if connection.vendor != "sqlite":
        pytest.skip("SQLite's own trouble")
    with connection.cursor() as cursor:
        cursor.execute("DROP TRIGGER contacts_search_insert")
    person("+393490000000", first_name="Dispersa")
    assert found("dispersa") == []
    search_index.ensure(connection)
    search_index.ensure(connection)
    assert found("dispersa") == ["Dispersa"]


def test_an_id_is_asked_for_with_a_hash() -> None:
    assert (by_id("#12"), by_id("12"), by_id("#x"), by_id("")) == (12, None, None, None)


@pytest.mark.parametrize("oldest", [True, False])
def test_words_that_fit_few_and_words_that_fit_many_find_the_same_people_in_order(
    monkeypatch: pytest.MonkeyPatch, *, oldest: bool
) -> None:
    monkeypatch.setattr(search, "LOOKED_THROUGH", 5)
    monkeypatch.setattr(search, "A_PAGE", 3)
    names = ["Anna 50%"] * 6 + ["Bruno 50_"] * 6 if oldest else ["Bruno 50_"] * 6 + ["Anna 50%"] * 6
    people = [person(f"+3932000000{n:02d}", first_name=name) for n, name in enumerate(names)]
    newest = Contact.objects.order_by("-pk")
    for query in ("anna", "bruno", "50%", "50_", "an 50", "o 5", "+3932000000", "zzz"):
        paged = [each.pk for each in search.page_through(newest, query)]
        assert paged == [each.pk for each in find(newest, query)], query
    assert len(list(search.page_through(newest, "320000"))) == len(people)


def test_words_on_a_page_at_both_ends_are_many() -> None:
    for number in range(3 * search.A_PAGE):
        person(f"+39320{number:07d}", first_name="Tutti" if number % 2 else "Dispari", last_name="100%")
    assert search._many(["tutti", "100%"]) is True
    assert search._many(["100_"]) is False
    assert search._many(["+39320000001"]) is False
