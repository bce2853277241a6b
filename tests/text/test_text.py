"""The one place where text comes in: what it lets through, what it takes out, and what it never changes."""

import json
import string
import unicodedata
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from staffetta.text import (
    Unstorable,
    code_units,
    cut,
    folded,
    has_visible_sign,
    identity,
    storable,
    storable_json,
    unstorable,
    unstorable_json,
    value,
)

HOSTILE = (
    "\ud83d\udc00\udc80\x00\x07\x1b\x7f\x85\u200b\u200c\u200d\u200e\u202e\u2060\ufeff\u00ad\u3164\u2800\u00a0\u2028"
    "\u2011\u2212e\u0301\u0958\ufb1d\ufffe\U000e0041\U0001f3f4\U0001f1ee"
    "\U0001f1f9👩❤\ufe0f🏽بن\u0e33ß\u0130İǰ\u1e9e\u037a"
)
texts = st.text(st.one_of(st.sampled_from(HOSTILE + string.ascii_letters + " \t\n\r"), st.characters(codec=None)))
type Clean = Callable[..., str]
every = pytest.mark.parametrize("clean", [storable, value, identity, folded])
bounds = st.integers(min_value=1, max_value=12)


@every
@given(text=texts, bound=bounds)
def test_what_came_in_once_comes_in_again_unchanged(clean: Clean, text: str, bound: int) -> None:
    once = clean(text)
    assert clean(once) == once
    cut_once = clean(text, bound)
    assert clean(cut_once, bound) == cut_once


@every
@given(text=texts, bound=bounds)
def test_no_text_is_longer_than_its_column_however_it_is_counted(clean: Clean, text: str, bound: int) -> None:
    cleaned = clean(text, bound)
    assert len(cleaned) <= bound
    assert len(cleaned.encode("utf-16-le")) // 2 <= bound


@every
@given(text=texts)
def test_what_comes_out_is_storable_in_utf_8_and_in_jsonb(clean: Clean, text: str) -> None:
    cleaned = clean(text)
    cleaned.encode()
    assert not any(unicodedata.category(sign) == "Cc" and sign not in "\t\n\r" for sign in cleaned)
    assert unicodedata.is_normalized("NFC", cleaned)
    assert cleaned == "" or has_visible_sign(cleaned)


@given(text=texts)
def test_two_texts_of_one_identity_are_equal_when_compared(text: str) -> None:
    assert folded(identity(text)) == folded(text) == folded(value(text)) == folded(storable(text))


@given(text=texts)
def test_an_unstorable_text_is_told_and_a_storable_one_is_left_alone(text: str) -> None:
    reason = unstorable(text, 40)
    if reason is None:
        text.encode()
        assert "\0" not in text
        assert len(text) <= 40
        assert has_visible_sign(text)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("promo_\ud83d", Unstorable.HALF_SIGN),
        ("promo\0", Unstorable.NUL),
        ("x" * 600, Unstorable.TOO_LONG),
        ("\u200b\u2060", Unstorable.EMPTY),
        ("", Unstorable.EMPTY),
        ("Forli\u0300 \u200b", None),
    ],
)
def test_what_goes_back_to_the_provider_is_kept_whole_or_set_aside(text: str, reason: Unstorable | None) -> None:
    assert unstorable(text, 512) is reason


@pytest.mark.parametrize(
    ("text", "stored"),
    [
        ("STOP\ud83d", "STOP\ufffd"),
        ("\ud83d\ude00", "😀"),
        ("Anna\x07Bell", "AnnaBell"),
        ("a\x85b\0", "ab"),
        ("Niccolo\u0300", "Niccolò"),
        ("\u200b\u2060\ufeff", ""),
        ("\u3164", ""),
        ("\u2800", ""),
        (" \u00a0 ", ""),
        ("due\r\nrighe\tqui", "due\r\nrighe\tqui"),
        (" Ciao {{1}}, ", " Ciao {{1}}, "),
    ],
)
def test_a_text_is_stored_without_what_no_database_or_reader_takes(text: str, stored: str) -> None:
    assert storable(text) == stored


@pytest.mark.parametrize(
    "text",
    [
        "می‌خواهم",  # Persian: a ZWNJ inside the word
        "علی‌رضا",
        "क्‍ष",  # Hindi: a ZWJ behind the virama
        "ශ්‍රී ලංකා",  # Sinhala
        "👨‍👩‍👧",
        "🏳️‍🌈",
        "👩🏽‍⚕️",
        "🙂‍↔️",
        "❤️‍🔥",
        "🏴󠁧󠁢󠁥󠁮󠁧󠁿",  # England
        "🇮🇹",
        "מיכל",
        "עַמִּיחַי",
        "محمد",
        "Zoë Łukasz-Ørsted",
        "ทดสอบ",
        "王小明",
        "ｶﾀｶﾅ",
    ],
)
def test_a_name_keeps_every_sign_its_script_or_emoji_needs(text: str) -> None:
    text = unicodedata.normalize("NFC", text)
    assert storable(text) == value(text) == text


@pytest.mark.parametrize(
    ("text", "known_as"),
    [
        ("\u200eAnna\u200e", "Anna"),
        ("\ufeffBo", "Bo"),
        ("\u202aC001\u202c", "C001"),
        ("Torino\u00a0", "Torino"),
        ("An\u00adna", "Anna"),
        ("A\u202fB", "A B"),
        ("an\u200cna", "anna"),
    ],
)
def test_hidden_signs_leave_what_is_known_of_a_person(text: str, known_as: str) -> None:
    assert value(text) == identity(text) == known_as


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Élodie", "e\u0301lodie"),
        ("anna", "an\u200bna"),
        ("A\u20111", "a-1"),
        ("Demo", "demo"),
        ("due  parole", "due\u00a0parole"),
        ("STRASSE", "straße"),
        ("ＡＮＮＡ", "anna"),
        ("\u202eanna\u202c", "anna"),
        ("👩\u200d⚕", "👩⚕"),
    ],
)
def test_texts_that_look_alike_are_equal_when_compared(one: str, other: str) -> None:
    assert folded(one) == folded(other)


@pytest.mark.parametrize(("one", "other"), [("Forlì", "Forli"), ("anna", "Anne"), ("1", "l"), ("a b", "ab")])
def test_texts_that_read_differently_stay_different(one: str, other: str) -> None:
    assert folded(one) != folded(other)


@pytest.mark.parametrize(
    ("text", "bound", "kept"),
    [
        ("abc", 2, "ab"),
        ("a😀", 2, "a"),
        ("a👨‍👩‍👧", 8, "a"),
        ("a🇮🇹", 3, "a"),
        ("🇮🇹🇫🇷", 6, "🇮🇹"),
        ("bq\u0301x", 2, "b"),
        ("😀", 1, ""),
    ],
)
def test_a_cut_leaves_no_half_letter_and_no_half_emoji(text: str, bound: int, kept: str) -> None:
    assert cut(text, bound) == kept


def test_a_letter_under_a_thousand_marks_is_cut_all_the_same() -> None:
    assert code_units(storable("a" + "\u0316" * 1000, 100)) == 100


def test_a_json_document_is_cleaned_in_its_names_and_its_texts() -> None:
    dirty = json.loads(
        r'{"na\u0000me": "a\ud83d", "deep": [{"x\udc00": ["\u0007b", 1, null, true]}], "n": NaN, "m": 1e400}'
    )
    clean = storable_json(dirty)
    assert clean == {"name": "a\ufffd", "deep": [{"x\ufffd": ["b", 1, None, True]}], "n": "nan", "m": "inf"}


def test_a_json_document_without_an_end_of_levels_gets_one() -> None:
    deep: object = "x"
    for _ in range(900):
        deep = [deep]
    assert json.dumps(storable_json(deep)).count("[") == 101


def test_two_names_that_become_one_keep_the_first() -> None:
    assert storable_json({"a": 1, "a\0": 2}) == {"a": 1}


json_values = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), texts),
    lambda inner: st.one_of(st.lists(inner, max_size=4), st.dictionaries(texts, inner, max_size=4)),
    max_leaves=12,
)


@given(document=json_values)
def test_any_json_document_becomes_one_that_both_databases_take(document: object) -> None:
    clean = storable_json(document)
    written = json.dumps(clean, ensure_ascii=False, allow_nan=False)
    written.encode()
    assert "\\u0000" not in written
    assert storable_json(clean) == clean
    assert unstorable_json(clean) is None


@given(document=json_values)
def test_the_place_of_an_unstorable_text_is_told(document: object) -> None:
    where = unstorable_json(document)
    if where is not None:
        "/".join(where).encode()
    else:
        json.dumps(document, ensure_ascii=False).encode()


def test_the_place_of_half_a_pair_is_told_name_by_name() -> None:
    assert unstorable_json({"recipient": "+39\ud83d"}) == ("recipient",)
    assert unstorable_json({"values": {"na\udc00me": "x"}}) == ("values", "na\ufffdme")
    assert unstorable_json({"a": [1, "b\0"]}) == ("a", "1")
    assert unstorable_json({"a": [1, "b"]}) is None
