"""Days and moments read as the reader's language writes them; in forms and exports they stay unambiguous."""

import io

import pytest
from django.test import Client
from django.utils import translation

from staffetta.accounts.models import User
from staffetta.contacts.fields.value_words import in_words
from staffetta.contacts.imports import import_file
from staffetta.contacts.models import ContactField
from staffetta.contacts.record_models import ContactChange
from staffetta.sync.models import SyncRow
from tests import world as factory
from tests.contacts.people import person

pytestmark = pytest.mark.django_db
DAY, MOMENT = "1990-07-05", "1990-07-05T08:30:00+00:00"
WORDS = {"it": ("05/07/1990", "05/07/1990, 10:30"), "en": ("5 July 1990", "5 July 1990, 10:30")}


@pytest.fixture(autouse=True)
def fields() -> None:
    ContactField.objects.create(name="scade", label="Scade", type="date")
    ContactField.objects.create(name="visto", label="Visto", type="datetime")


@pytest.mark.parametrize("language", WORDS)
def test_the_contact_its_history_and_the_merge_show_them_in_the_readers_language(
    as_operator: Client, language: str
) -> None:
    User.objects.update(language=language)
    contact = person(values={"scade": DAY, "visto": MOMENT})
    other = person("+393200000002", values={"scade": DAY, "visto": MOMENT})
    ContactChange.objects.create(contact=contact, source="hand", changes={"scade": [None, DAY], "visto": ["", MOMENT]})
    for path in ("", "history/", f"merge/{other.pk}/"):
        page = as_operator.get(f"/contacts/{contact.pk}/{path}").content.decode()
        for words in WORDS[language]:
            assert words in page, path
        assert DAY not in page, path


@pytest.mark.parametrize("language", WORDS)
def test_a_run_and_its_conflicts_show_them_so(as_operator: Client, language: str) -> None:
    User.objects.update(language=language)
    world = factory.build()
    run, contact = world.sync_run, person()
    changes, asked = {"scade": ["", DAY], "visto": ["", MOMENT]}, {"scade": ["2025-01-31", DAY]}
    SyncRow.objects.create(run=run, outcome="updated", customer_id="1", contact=contact, changes=changes)
    SyncRow.objects.create(run=run, outcome="conflicting", customer_id="2", contact=contact, conflicts=asked)
    address = f"/engage/channels/{run.configuration.channel_id}/sync/{run.configuration_id}/"
    for path, told in ((f"runs/{run.pk}/", WORDS[language]), ("conflicts/", WORDS[language][:1])):
        page = as_operator.get(address + path).content.decode()
        assert all(f"{words}" in page for words in told), path
        assert DAY not in page, path
        assert "2025-01-31" not in page, path


def test_the_preview_of_an_import_shows_them_so(as_operator: Client) -> None:
    source = import_file.accept(io.BytesIO(f"Telefono;Scade\n+393471234561;{DAY}\n".encode()), "a.csv", None)
    import_file.map_columns(source, {"Telefono": "phone", "Scade": "scade"}, "")
    assert "05/07/1990" in as_operator.get(f"/contacts/imports/{source.pk}/preview/").content.decode()


def test_forms_and_exports_keep_them_unambiguous(as_operator: Client) -> None:
    contact = person(values={"scade": DAY})
    assert f'value="{DAY}"' in as_operator.get(f"/contacts/{contact.pk}/edit/").content.decode()
    exported = b"".join(as_operator.get("/contacts/contacts.csv"))
    assert DAY in exported.decode()


@pytest.mark.parametrize(("kind", "value"), [("date", "boh"), ("datetime", ""), ("date", None), ("text", DAY)])
def test_what_is_no_day_is_shown_as_it_is(kind: str, value: str | None) -> None:
    with translation.override("it"):
        assert in_words(kind, value) == (value or "")
