"""Export and import are inverse: whatever a person's fields hold, a file brought back changes nothing."""

import io
from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import translation
from hypothesis import HealthCheck, given
from hypothesis import settings as bounds
from hypothesis import strategies as st
from pytest_django import Settings

from staffetta.contacts.consents import consent
from staffetta.contacts.exports import export
from staffetta.contacts.fields.types import TypeFault, Value, parse
from staffetta.contacts.fields.values import SYSTEM_FIELDS
from staffetta.contacts.imports import import_file
from staffetta.contacts.imports.map_columns import guess_targets
from staffetta.contacts.imports.rejects import rejects_csv
from staffetta.contacts.models import Contact, ContactField, Import, ImportReject
from staffetta.text import identity, value
from tests.contacts.people import Accept, finish

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
pytestmark = pytest.mark.django_db
STARTS = [
    "=",
    "+",
    "-",
    "@",
    "\t",
    "\r",
    "\n",
    "\u00a0",
    "＝",
    "＋",
    "－",
    "＠",
    "﹦",
    "'",
    '"',
    "''=",
    "|",
    ";",
    ",",
    " ",
]
WORDS = [
    "=1+1", "+39 dopo", "-10% sconto", "'=cmd", 'a;b "c"', "riga1\r\nriga2", "riga1\rriga2", "1E5", "007", "_x0041_",
    "_x000D_", "; \"x\"", "sep=;", "NULL", "#N/D", "#3", "true", "2.000", "1,5", "31/12/2026", "Ł\u0301", "\u2028",
    "<b>&amp;]]>", "\ufffe", "\ud83d", "👩\u200d👩\u200d👧", "a\tb", "\x0b\x0c", "Motivo", "None",
]  # fmt: skip
HOSTILE = st.one_of(
    st.sampled_from(WORDS),
    st.builds("".join, st.lists(st.sampled_from([*STARTS, *WORDS]), min_size=1, max_size=4)),
    st.builds(str.__add__, st.sampled_from(STARTS), st.text(max_size=12)),
    st.text(max_size=30),
)
CHOICES = ["=A", "Sì", "no", "'b", "+1", "@x y", "d'=", "2.000"]
VALUES: Mapping[str, st.SearchStrategy[str]] = {
    "text": HOSTILE,
    "number": st.decimals(allow_nan=False, allow_infinity=False, places=3, min_value=-(10**9), max_value=10**9).map(
        str
    ),
    "integer": st.integers(-(10**12), 10**12).map(str),
    "boolean": st.sampled_from(["true", "false"]),
    "date": st.dates(date(1850, 1, 1), date(2200, 12, 31)).map(date.isoformat),
    "datetime": st.integers(-3_700_000_000, 7_200_000_000).map(lambda seconds: str(EPOCH + timedelta(seconds=seconds))),
    "choice": st.sampled_from(CHOICES),
    "choices": st.lists(st.sampled_from(CHOICES), min_size=1, unique=True).map(", ".join),
    "url": HOSTILE.map(lambda text: f"https://example.com/?q={text.replace(' ', '')}"),
    "phone": st.sampled_from(["+39800123456", "+393331230001"]),
}


def _read(kind: str, text: str) -> Value | None:
    try:
        return parse(kind, text, CHOICES) if value(text) else None
    except TypeFault:
        return None


@st.composite
def people(draw: st.DrawFn) -> tuple[list[str], list[dict[str, Any]], list[str]]:
    """Labels of a field of each type, contacts, and what each said."""
    labels = [value(draw(HOSTILE), 100) or kind for kind in VALUES]
    rows = []
    for number in range(draw(st.integers(1, 4))):
        own = {f"own_{kind}": _read(kind, draw(texts)) for kind, texts in VALUES.items() if draw(st.booleans())}
        texts = {name: value(draw(HOSTILE), 200) for name in ("first_name", "last_name")}
        rows.append(
            {
                **texts,
                "language": value(draw(HOSTILE), 20),
                "time_zone": draw(st.sampled_from(["", "Europe/Rome"])),
                "phone": draw(st.sampled_from([f"+39333123000{number}", f"+551196123456{number}"])),
                "telegram_id": draw(st.sampled_from([None, str(100 + number)])),
                "external_id": (identity(draw(HOSTILE), 90) + f" {number}").strip() if draw(st.booleans()) else None,
                "values": {name: held for name, held in own.items() if held is not None},
            }
        )
    return labels, rows, [draw(st.sampled_from(["yes", "no", ""])) for _row in rows]


def _store(labels: Sequence[str], rows: Sequence[dict[str, Any]], said: Sequence[str]) -> None:
    for model in (Import, Contact, ContactField):
        model.objects.all().delete()
    for kind, label in zip(VALUES, labels, strict=True):
        ContactField.objects.create(
            name=f"own_{kind}", label=label, type=kind, choices=CHOICES if "choice" in kind else []
        )
    for row, word in zip(rows, said, strict=True):
        contact = Contact.objects.create(**row, phone_raw=row["phone"] or "")
        if word:
            consent.record([contact.pk], "whatsapp", consent.BOTH, word, "import", wording="modulo")


def _kept() -> list[dict[str, Any]]:
    return list(Contact.objects.order_by("pk").values(*SYSTEM_FIELDS, "phone_raw", "values"))


def _own() -> list[ContactField]:
    return list(ContactField.objects.order_by("label", "name"))


def _targets() -> list[str]:
    """Return where the columns of an export go, in their order."""
    return [*SYSTEM_FIELDS, *(field.name for field in _own())]


def _brought_back(content: bytes, name: str, *, consent: bool = True) -> Import:
    source = import_file.accept(io.BytesIO(content), name, None)
    mapping = dict(zip(source.columns, _targets(), strict=False))
    import_file.map_columns(source, mapping, source.columns[len(mapping)] if consent else "")
    import_file.start(source, None)
    return finish(source)


def _check(people: tuple[list[str], list[dict[str, Any]], list[str]], kind: str) -> None:
    _store(*people)
    before = _kept()
    opt_ins = [consent.opt_in(contact) for contact in Contact.objects.order_by("pk")]
    source = _brought_back(b"".join(export.encoded(Contact.objects.order_by("pk"), kind)), f"a.{kind}")
    rejected = list(ImportReject.objects.values_list("reason", "column", "cells"))
    assert (rejected, _kept()) == ([], before)
    assert (source.unchanged, source.state) == (len(before), "done")
    assert [consent.opt_in(contact) for contact in Contact.objects.order_by("pk")] == opt_ins


BOUNDED = bounds(
    max_examples=30,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)


@BOUNDED
@given(people())
def test_a_csv_brought_back_changes_nothing(people: tuple[list[str], list[dict[str, Any]], list[str]]) -> None:
    _check(people, "csv")


@bounds(BOUNDED, max_examples=10)
@given(people())
def test_a_workbook_brought_back_changes_nothing(people: tuple[list[str], list[dict[str, Any]], list[str]]) -> None:
    _check(people, "xlsx")


@bounds(BOUNDED, max_examples=15)
@given(people(), st.sampled_from(["it", "en"]), st.integers(1, 3))
def test_a_file_of_rejected_rows_corrected_changes_nothing(
    people: tuple[list[str], list[dict[str, Any]], list[str]], language: str, times: int
) -> None:
    """Rejected for a wrong mapping, once or again and again, then imported with the right one."""
    _store(*people)
    before = _kept()
    with translation.override(language):
        content = b"".join(export.encoded(Contact.objects.order_by("pk"), "csv"))
    for _time in range(times):
        source = import_file.accept(io.BytesIO(content), "a.csv", None)
        import_file.map_columns(source, {source.columns[5]: "phone"})  # the time zones
        import_file.start(source, None)
        assert finish(source).rejected == len(before)
        content = b"".join(rejects_csv(source))
    source = _brought_back(content, "rejects.csv", consent=False)
    assert (source.unchanged, list(ImportReject.objects.filter(source=source)), _kept()) == (len(before), [], before)


ROUND_TRIP = (
    'telefono;nome;cognome;nota;codice\r\n+393331230001;@anna;-Rossi;"=1+1";007\r\n'
    '+393331230002;"+39 dopo";O\'Neil;-10% sconto;0042\r\n'
    '+393331230003;"\'=cmd";"a;b ""c""";"riga1\r\nriga2";1E5\r\n'
    "+390612345678;Zo\u00eb;\u0141ukasz;+39 6 aiuto;00123\r\n"
    '+393331230005;"  =1+1";"|x";"\uff1d1+1";12\r\n'
)
MAPPING = {"telefono": "phone", "nome": "first_name", "cognome": "last_name", "nota": "nota", "codice": "external_id"}


@pytest.mark.parametrize("kind", export.FORMATS)
def test_a_file_with_formulas_quotes_and_leading_noughts_comes_back_as_it_went(accept: Accept, kind: str) -> None:
    finish(accept(ROUND_TRIP.encode(), MAPPING))
    anna = Contact.objects.get(phone="+393331230001")
    assert (anna.first_name, anna.last_name, anna.values, anna.external_id) == (
        "@anna", "-Rossi", {"nota": "=1+1"}, "007",
    )  # fmt: skip
    before = _kept()
    source = _brought_back(b"".join(export.encoded(Contact.objects.order_by("pk"), kind)), f"a.{kind}")
    assert (source.unchanged, source.rejected, _kept()) == (5, 0, before)


def test_the_rejected_rows_of_odd_numbers_come_back_with_their_other_cells_as_they_were(accept: Accept) -> None:
    rows = "telefono;nome;nota\r\n+39 333 1230001 (casa);Anna;-5%\r\n=+393331230002;Bo;@x\r\n-3331230003;Cy;z\r\n"
    mapping = {"telefono": "phone", "nome": "first_name", "nota": "nota"}
    source = finish(accept(rows.encode(), mapping))
    assert source.rejected == 3
    content = b"".join(rejects_csv(source)).decode("utf-8-sig")
    assert "'=+393331230002;Bo;'@x;" in content, "no spreadsheet runs it"
    again = finish(accept(content.encode(), mapping))
    assert list(again.rejects.order_by("row").values_list("cells", flat=True)) == [
        [*cells[:3], *again_cells[3:]]
        for cells, again_cells in zip(
            source.rejects.order_by("row").values_list("cells", flat=True),
            again.rejects.order_by("row").values_list("cells", flat=True),
            strict=True,
        )
    ]
    corrected = content.replace(" (casa)", "").replace("'=+", "+").replace("-3331230003", "+393331230003")
    finish(accept(corrected.encode(), mapping))
    told = Contact.objects.order_by("phone").values_list("first_name", "values")
    assert list(told) == [("Anna", {"nota": "-5%"}), ("Bo", {"nota": "@x"}), ("Cy", {"nota": "z"})]


@pytest.mark.parametrize("language", ["it", "en-us"])
@pytest.mark.parametrize("kind", export.FORMATS)
def test_a_number_with_three_decimals_is_no_thousand_in_any_language(
    settings: Settings, kind: str, language: str
) -> None:
    settings.LANGUAGE_CODE = language
    ContactField.objects.create(name="saldo", label="saldo", type="number")
    for number, text in enumerate(["1.001", "-2.500", "1234", "0.125", "12.345678"]):
        Contact.objects.create(phone=f"+39333123000{number}", values={"saldo": parse("number", text)})
    before = _kept()
    source = _brought_back(b"".join(export.encoded(Contact.objects.order_by("pk"), kind)), f"a.{kind}")
    assert (source.unchanged, _kept()) == (5, before)


def test_fields_whose_labels_are_alike_are_columns_of_their_own(as_operator: Client) -> None:
    """Also one that is called like a column every contact has, and one that is called like a number."""
    for name, label in (("nome_2", "nome"), ("x", "Città"), ("y", "citta\u0300"), ("z", "+39 333 1230001")):
        ContactField.objects.create(name=name, label=label)
    Contact.objects.create(phone="+393331230001", values={"nome_2": "a", "x": "b", "y": "c", "z": "d"})
    content = b"".join(export.encoded(Contact.objects.all(), "csv"))
    heading = content.decode("utf-8-sig").splitlines()[0]
    assert "(z);Città (x);citta\u0300 (y);nome (nome_2);" in heading
    source = import_file.accept(io.BytesIO(content), "a.csv", None)
    own = dict(ContactField.objects.values_list("name", "label"))
    assert guess_targets(source.columns, own) == dict(zip(source.columns, _targets(), strict=False))
