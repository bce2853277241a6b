"""What becomes of each row."""

import pytest

from staffetta.contacts.consents import consent
from staffetta.contacts.imports import rejects
from staffetta.contacts.models import (
    Consent,
    ConsentState,
    Contact,
    ContactField,
    Import,
    ImportedContact,
    ImportReject,
)
from tests.contacts.people import Accept, finish, person

pytestmark = pytest.mark.django_db
MAP = {"Nome": "first_name", "Telefono": "phone", "Città": "citta"}


def rows(*lines: str, heading: str = "Nome;Telefono;Città;Opt-in") -> bytes:
    return "\n".join([heading, *lines]).encode() + b"\n"


def counts(source: Import) -> tuple[int, int, int, int]:
    return (source.created, source.updated, source.unchanged, source.rejected)


def reasons(source: Import) -> list[tuple[int, str, str]]:
    return list(ImportReject.objects.filter(source=source).order_by("row").values_list("row", "reason", "column"))


def test_the_number_is_kept_as_typed_and_as_e164(accept: Accept) -> None:
    finish(accept(rows("Anna;+39 347-123.4567;;"), MAP))
    contact = Contact.objects.get()
    assert (contact.phone_raw, contact.phone, contact.whatsapp_id) == ("+39 347-123.4567", "+393471234567", "")


def test_existing_contacts_are_updated_by_filled_cells_only(accept: Accept) -> None:
    old = person("+393471234567", first_name="Anna", last_name="Rossi", values={"citta": "Roma", "taglia": "M"})
    source = finish(accept(rows("Annamaria;+39 347 123 4567;;"), MAP))
    old.refresh_from_db()
    assert counts(source) == (0, 1, 0, 0)
    assert (old.first_name, old.last_name, old.values) == ("Annamaria", "Rossi", {"citta": "Roma", "taglia": "M"})
    assert ImportedContact.objects.get().before == {"first_name": "Anna"}


def test_a_row_that_says_nothing_new_is_unchanged(accept: Accept) -> None:
    old = person("+393471234567", first_name="Anna", values={"citta": "Roma"})
    source = finish(accept(rows("Anna;+39 347 123 4567;Roma;"), MAP))
    assert counts(source) == (0, 0, 1, 0)
    before = old.updated_at
    old.refresh_from_db()
    assert (old.updated_at, old.phone_raw) == (before, "+393471234567")


def test_own_fields_are_made_with_the_heading_as_label(accept: Accept) -> None:
    finish(accept(rows("Anna;+39 347 123 4567;Forlì;"), MAP))
    field = ContactField.objects.get()
    assert (field.name, field.label, Contact.objects.get().values) == ("citta", "Città", {"citta": "Forlì"})


def test_the_first_row_with_a_number_counts_also_across_batches(accept: Accept) -> None:
    many = [f";+39 320 000 {n:04d};;" for n in range(1500)]
    source = finish(accept(rows("Anna;+39 347 123 4567;;", *many, "Luca;+39347 1234567;;", many[3]), MAP))
    assert counts(source) == (1501, 0, 0, 2)
    assert reasons(source) == [(1503, "doubled_in_file", ""), (1504, "doubled_in_file", "")]
    assert Contact.objects.get(phone="+393471234567").first_name == "Anna"


def test_a_row_rejected_for_another_reason_does_not_use_up_its_number(accept: Accept) -> None:
    lines = rows("Anna;+39 347 123 4567;;forse", "Luca;+39 347 123 4567;;Sì")
    source = finish(accept(lines, MAP, "Opt-in"))
    assert reasons(source) == [(2, "bad_consent_value", "Opt-in")]
    assert Contact.objects.get().first_name == "Luca"


@pytest.mark.parametrize(
    ("line", "reason", "column"),
    [
        ("Anna;347 1234567;;", "invalid_phone", "Telefono"),
        ("Anna;;;", "missing_phone", "Telefono"),
        ("Anna;+39 347 123 4567;;;oltre", "too_many_cells", ""),
        (f"{'x' * 201};+39 347 123 4567;;", "too_long", "Nome"),
        (f"Anna;+39 347 123 4567;{'x' * 1001};", "too_long", "Città"),
    ],
)
def test_a_row_that_cannot_be_taken_says_why(accept: Accept, line: str, reason: str, column: str) -> None:
    source = finish(accept(rows(line), MAP))
    assert reasons(source) == [(2, reason, column)]
    assert ImportReject.objects.get().cells == line.split(";")
    assert not Contact.objects.exists()


def test_a_short_row_has_empty_cells(accept: Accept) -> None:
    assert counts(finish(accept(rows("Anna;+39 347 123 4567"), MAP, "Opt-in"))) == (1, 0, 0, 0)


@pytest.mark.parametrize(
    ("word", "value"),
    [(word, "yes") for word in ("Sì", "si", "SI", "Yes", "y", "1", "true", "x")]
    + [(word, "no") for word in ("No", "n", "0", "false")],
)
def test_words_of_the_consent_column(accept: Accept, word: str, value: str) -> None:
    finish(accept(rows(f"Anna;+39 347 123 4567;;{word}"), MAP, "Opt-in"))
    assert set(ConsentState.objects.values_list("purpose", "value")) == {("marketing", value), ("service", value)}


def test_without_a_consent_column_nobody_has_consent(accept: Accept) -> None:
    source = finish(accept(rows("Anna;+39 347 123 4567;;Sì"), MAP))
    assert (source.created, Consent.objects.count(), ConsentState.objects.count()) == (1, 0, 0)


def test_an_empty_consent_cell_leaves_a_consent_alone(accept: Accept) -> None:
    old = person("+393471234567")
    consent.record([old.pk], "whatsapp", consent.BOTH, "yes", "hand", wording="negozio")
    finish(accept(rows("Anna;+39 347 123 4567;;"), MAP, "Opt-in"))
    assert consent.opt_in(old) == "yes"


def test_a_new_consent_alone_makes_a_row_an_update(accept: Accept) -> None:
    person("+393471234567", first_name="Anna")
    assert counts(finish(accept(rows("Anna;+39 347 123 4567;;Sì"), MAP, "Opt-in"))) == (0, 1, 0, 0)


@pytest.mark.parametrize("source", ["stop_word", "stopped", "blocked", "hand"])
def test_the_yes_of_a_file_brings_nobody_back_who_opted_out(accept: Accept, source: str) -> None:
    old = person("+393471234567", first_name="Anna")
    consent.record([old.pk], "whatsapp", consent.BOTH, "no", source)
    done = finish(accept(rows("Anna;+39 347 123 4567;;Sì", "Luca;+39 347 123 4568;;Sì"), MAP, "Opt-in"))
    assert (consent.opt_in(old), done.consents, counts(done)) == (
        "no",
        {"yes": 2, "no": 0, "unset": 0, "kept": 1},
        (1, 0, 1, 0),
    )


def test_telegram_ids_alone_tell_people_apart_too(accept: Accept) -> None:
    old = person("+393471234567", telegram_id="777")
    mapping = {"Nome": "first_name", "Telegram": "telegram_id"}
    lines = rows("Anna;777", "Luca;888", "Sara;888", "Ida;7x7", "Ugo;", heading="Nome;Telegram")
    source = finish(accept(lines, mapping))
    old.refresh_from_db()
    assert (counts(source), old.first_name) == ((1, 1, 0, 3), "Anna")
    assert [reason for _row, reason, _column in reasons(source)] == [
        "doubled_in_file",
        "invalid_telegram_id",
        "missing_telegram_id",
    ]


def test_a_telegram_id_of_somebody_else_is_not_taken_away(accept: Accept) -> None:
    person("+393471234567", telegram_id="777")
    mapping = {"Telefono": "phone", "Telegram": "telegram_id"}
    source = finish(accept(rows("+39 347 123 4568;777", heading="Telefono;Telegram"), mapping))
    assert reasons(source) == [(2, "telegram_id_taken", "")]


def test_a_number_joins_the_contact_known_by_telegram_only(accept: Accept) -> None:
    old = Contact.objects.create(telegram_id="777")
    mapping = {"Telefono": "phone", "Telegram": "telegram_id"}
    source = finish(accept(rows("+39 347 123 4568;777", heading="Telefono;Telegram"), mapping))
    old.refresh_from_db()
    assert (counts(source), old.phone) == ((0, 1, 0, 0), "+393471234568")


def test_every_row_is_counted_once(accept: Accept) -> None:
    lines = ["Anna;+39 347 123 4567;;", ";;;", "Luca;12;;", "", "Ida;+39 347 123 4567;;", "Ugo;+39 347 123 4569;;"]
    source = finish(accept(rows(*lines), MAP))
    assert sum(counts(source)) == source.total_rows == 4
    assert sum(number for _reason, number in rejects.reasons(source)) == source.rejected == 2
