"""How the numbers, dates and times of a file are written is found from the whole of it, and asked where it is open."""

import io

import pytest
from django.test import override_settings

from staffetta.contacts.files.file_reading import Basis
from staffetta.contacts.files.read_workbook import as_text
from staffetta.contacts.imports import import_file, own_fields
from staffetta.contacts.imports.import_reading import Unanswered, reading_of
from staffetta.contacts.models import Contact, ContactField, Import, ImportReject, ImportState
from tests.contacts.people import finish
from tests.contacts.read_tables import PHONE, mapped, stored, table

pytestmark = pytest.mark.django_db


def test_thousands_are_thousands_in_an_italian_installation() -> None:
    source = mapped(table("punti", "2.000", "1.500", "10.000"))
    reading = reading_of(source)
    assert (reading.decimal.value, reading.decimal.basis, reading.questions) == (",", Basis.LANGUAGE, [])
    assert stored(source) == ["2000", "1500", "10000"]


@override_settings(LANGUAGE_CODE="en")
@pytest.mark.parametrize("says", ["1.234.000", "1.000,00", "0,5", "12,75"])
def test_one_cell_that_says_which_sign_is_the_decimal_one_decides_for_the_column(says: str) -> None:
    source = mapped(table("punti", "2.000", says, "1.500"))
    place = reading_of(source).decimal.evidence[0]
    assert (place.line, place.text, place.column) == (3, says, "punti")
    assert stored(source)[0] == "2000"


def test_a_column_of_decimal_points_is_believed_also_in_italian() -> None:
    assert stored(mapped(table("peso", "1.250", "12.5", "0.750"))) == ["1.25", "12.5", "0.75"]


@override_settings(LANGUAGE_CODE="en")
def test_two_thousand_or_two_is_asked_where_neither_file_nor_language_says() -> None:
    source = mapped(table("punti", "2.000", "1.500"))
    assert reading_of(source).questions == ["decimal"]
    with pytest.raises(Unanswered):
        import_file.start(source, None)
    assert Import.objects.get().state == ImportState.UPLOADED
    import_file.choose_reading(source, {"decimal": ","})
    assert stored(source) == ["2000", "1500"]


def test_a_column_that_contradicts_itself_is_asked_also_in_italian() -> None:
    reading = reading_of(mapped(table("punti", "2.000", "1.000,00", "12.0")))
    assert reading.questions == ["decimal"]
    assert [place.text for place in reading.decimal.evidence] == ["2.000", "1.000,00", "12.0"]


@override_settings(LANGUAGE_CODE="en")
def test_a_decimal_point_of_another_column_does_not_make_two_of_two_thousand() -> None:
    ContactField.objects.create(name="peso", label="Peso", type="number")
    ContactField.objects.create(name="punti", label="Punti", type="number")
    source = import_file.accept(io.BytesIO(b"telefono;peso;punti\n+393331230001;1.5;2.000\n"), "a.csv", None)
    import_file.map_columns(source, {"telefono": "phone", "peso": "peso", "punti": "punti"})
    assert reading_of(source).questions == ["decimal"]


@override_settings(LANGUAGE_CODE="en")
def test_a_decimal_comma_of_another_column_decides() -> None:
    ContactField.objects.create(name="peso", label="Peso", type="number")
    ContactField.objects.create(name="punti", label="Punti", type="number")
    source = import_file.accept(io.BytesIO(b"telefono;peso;punti\n+393331230001;1,5;2.000\n"), "a.csv", None)
    import_file.map_columns(source, {"telefono": "phone", "peso": "peso", "punti": "punti"})
    import_file.start(source, None)
    finish(source)
    assert Contact.objects.get().values == {"peso": "1.5", "punti": "2000"}


@override_settings(LANGUAGE_CODE="en")
def test_whole_numbers_with_a_sign_in_them_have_their_thousands_apart() -> None:
    assert stored(mapped(table("punti", "1.500", "2.000"), "integer")) == [1500, 2000]


@override_settings(LANGUAGE_CODE="en")
def test_columns_that_hold_text_ask_nothing() -> None:
    ContactField.objects.create(name="valore", label="Valore", type="text")
    source = mapped(table("versione", "2.000", "03/04/2026"), "text")
    assert reading_of(source).questions == []
    assert stored(source) == ["2.000", "03/04/2026"]


@override_settings(LANGUAGE_CODE="en")
def test_a_field_that_became_one_of_numbers_after_the_mapping_is_asked_at_the_start() -> None:
    source = mapped(table("punti", "2.000"), "text")
    ContactField.objects.update(type="number")
    with pytest.raises(Unanswered):
        import_file.start(source, None)


def test_a_number_of_a_workbook_is_the_number_it_holds_whatever_its_text_would_be() -> None:
    lines = [
        f"telefono;valore\r\n{PHONE}1;{as_text(1.234)}\r\n{PHONE}2;{as_text(2000.0)}\r\n{PHONE}3;{as_text(-1.5)}\r\n"
    ]
    assert stored(mapped("".join(lines).encode())) == ["1.234", "2000", "-1.5"]


def test_the_day_comes_first_in_an_italian_installation_and_that_is_shown() -> None:
    source = mapped(table("data", "03/04/2026"), "date")
    reading = reading_of(source)
    assert (reading.dates.value, reading.dates.basis) == ("day-first", Basis.LANGUAGE)
    assert stored(source) == ["2026-04-03"]


def test_one_row_that_says_which_is_the_month_decides_for_the_file() -> None:
    source = mapped(table("data", "03/04/2026", "12/31/2026"), "date")
    assert reading_of(source).dates.evidence[0].line == 3
    assert stored(source) == ["2026-03-04", "2026-12-31"]


@override_settings(LANGUAGE_CODE="en")
def test_a_day_that_may_be_two_days_is_asked() -> None:
    source = mapped(table("data", "03/04/2026", "04/05/2026"), "date")
    assert reading_of(source).questions == ["dates"]
    import_file.choose_reading(source, {"dates": "month-first"})
    assert stored(source) == ["2026-03-04", "2026-04-05"]


def test_a_file_that_writes_dates_in_both_orders_is_asked() -> None:
    assert reading_of(mapped(table("data", "03/04/1980", "31/12/1980", "12/31/1980"), "date")).questions == ["dates"]


def test_a_date_that_does_not_fit_the_order_is_rejected() -> None:
    source = mapped(table("data", "31/12/1980", "12/31/1980"), "date")
    stored(source)
    assert [reject.reason for reject in ImportReject.objects.all()] == ["not_a_date"]


@pytest.mark.parametrize(
    ("cell", "day"),
    [
        ("31/12/1980", "1980-12-31"),
        ("31/12/1980 00:00:00", "1980-12-31"),
        ("31/12/1980 00.00", "1980-12-31"),
        ("1980-12-31 23:30", "1980-12-31"),
        ("1980-12-31T23:30:00-05:00", "1980-12-31"),
        ("31 dicembre 1980", "1980-12-31"),
        ("31-dic-1980", "1980-12-31"),
        ("1 January 1980", "1980-01-01"),
        ("31.12.1980", "1980-12-31"),
        ("1/1/1900", "1900-01-01"),
    ],
)
def test_dates_are_read_as_people_write_them(cell: str, day: str) -> None:
    assert stored(mapped(table("data", cell), "date")) == [day]


@pytest.mark.parametrize(
    "cell",
    ["31/12/80", "31-dic-80", "29/02/2023", "00/00/0000", "0000-00-00", "31/12/0080", "29221", "31 xyz 1980"],
)  # fmt: skip
def test_what_is_no_whole_date_is_rejected(cell: str) -> None:
    assert stored(mapped(table("data", cell), "date")) == []


@pytest.mark.parametrize(
    ("cell", "moment"),
    [
        ("31/12/2024 23:30", "2024-12-31T23:30:00+01:00"),
        ("31/12/2024 23.30", "2024-12-31T23:30:00+01:00"),
        ("2024-12-31 23:30", "2024-12-31T23:30:00+01:00"),
        ("2024-12-31 23.30", "2024-12-31T23:30:00+01:00"),
        ("2024-12-31T23:30:00+05:00", "2024-12-31T23:30:00+05:00"),
        ("31/12/2024", "2024-12-31T00:00:00+01:00"),
        ("2024-07-31", "2024-07-31T00:00:00+02:00"),
        ("12/31/2024 11:30 PM", "2024-12-31T23:30:00+01:00"),
        ("12/31/2024 12:05 am", "2024-12-31T00:05:00+01:00"),
    ],
)
def test_a_time_without_a_zone_is_local_time_of_the_installation(cell: str, moment: str) -> None:
    assert stored(mapped(table("momento", cell), "datetime")) == [moment]


def test_another_zone_can_be_chosen_for_a_file() -> None:
    source = mapped(table("momento", "31/12/2024 23:30"), "datetime", zone="America/New_York")
    assert stored(source) == ["2024-12-31T23:30:00-05:00"]


@pytest.mark.parametrize(
    ("type_", "typed", "value"),
    [
        ("number", "2.000", "2000"),
        ("number", "1,234", "1.234"),
        ("integer", "2.000", 2000),
        ("datetime", "31/12/2024 23:30", "2024-12-31T23:30:00+01:00"),
        ("date", "03/04/2026", "2026-04-03"),
    ],
)
def test_what_is_typed_by_hand_is_read_as_people_write_in_italian_and_saved_again_is_the_same(
    type_: str, typed: str, value: object
) -> None:
    own = ContactField(name="valore", label="Valore", type=type_)
    assert own_fields.read(own, typed) == value
    field = own_fields.form_field(own, value)
    assert field.clean(field.initial) == value
