"""Bad files: each has its message in both languages, and nothing is kept or changed."""

import io
from pathlib import Path

import pytest
from django.utils import translation
from pytest_django import Settings

from staffetta.contacts.files.read_csv import BadFile
from staffetta.contacts.imports import import_file
from staffetta.contacts.models import Contact, Import
from staffetta.contacts.wording import FILE_PROBLEMS, bad_file_text

pytestmark = pytest.mark.django_db
GOOD = b"Nome;Telefono\nAnna;+39 347 1234567\n"
BAD: dict[str, tuple[bytes, str]] = {
    "empty": (b"", "empty_file"),
    "only a byte order mark": (b"\xef\xbb\xbf", "no_headings"),
    "only headings": (b"Nome;Telefono\r\n", "no_rows"),
    "only blank rows": (b"Nome;Telefono\n;\n\n", "no_rows"),
    "blank first row": (b";;\nAnna;1\n", "no_headings"),
    "doubled headings": (b"Nome;Telefono;NOME\nAnna;1;2\n", "duplicate_headings"),
    "a picture": (b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR" + bytes(range(256)), "binary_file"),
    "one NUL late": (GOOD * 1000 + b"Lu\0ca;+39\n", "binary_file"),
    "a workbook": (b"PK\x03\x04" + b"x" * 100, "spreadsheet_file"),
    "an old workbook": (b"\xd0\xcf\x11\xe0" + b"x" * 100, "spreadsheet_file"),
    "half a sign in UTF-16": (GOOD.decode().encode("utf-16") + b"\x00\xd8", "bad_byte"),
    "a quotation mark that never closes": (GOOD + b'"Luca;+39 347 1234568\n', "quoting"),
    "a quotation mark in the middle": (GOOD + b'"Lu"ca;+39 347 1234568\n', "quoting"),
    "a line without end": (GOOD + b"x" * 3_000_000, "line_too_long"),
    "a cell without end": (GOOD + b'"' + b"x\n" * 200_000 + b'";1\n', "line_too_long"),
    "many columns": (b";".join(b"c%d" % n for n in range(10_000)) + b"\n1\n", "too_many_columns"),
}


@pytest.mark.parametrize("name", BAD)
def test_a_bad_file_is_refused_with_its_reason_and_nothing_is_kept(name: str, settings: Settings) -> None:
    content, code = BAD[name]
    with pytest.raises(BadFile) as refused:
        import_file.accept(io.BytesIO(content), "a.csv", None)
    assert refused.value.code == code
    assert not Import.objects.exists()
    assert not Contact.objects.exists()
    assert not [path for path in Path(settings.MEDIA_ROOT).rglob("*") if path.is_file()]


@pytest.mark.parametrize("code", FILE_PROBLEMS)
def test_every_problem_has_its_words_in_both_languages(code: str) -> None:
    texts = set()
    for language in ("it", "en"):
        with translation.override(language):
            texts.add(bad_file_text(BadFile(code, 7, "DETAIL")))
    assert len(texts) == 2
    assert not any("%(" in text for text in texts)


def test_a_bad_line_is_named() -> None:
    with pytest.raises(BadFile) as refused:
        import_file.accept(io.BytesIO(GOOD + b'Luca;"x"y\n'), "a.csv", None)
    assert refused.value.line == 3


def test_a_file_larger_than_allowed_is_refused(settings: Settings) -> None:
    settings.IMPORT_MAX_BYTES = 10
    with pytest.raises(BadFile) as refused:
        import_file.accept(io.BytesIO(GOOD), "a.csv", None)
    assert refused.value.code == "too_large"
