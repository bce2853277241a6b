"""What orjson cannot write, the standard library's encoder does; both say the same."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from staffetta.outbound.as_json import as_json

TEXT = st.text(st.characters(exclude_categories=["Cs"]))
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | TEXT,
    lambda inner: st.lists(inner) | st.dictionaries(TEXT, inner),
)


@given(VALUES)
def test_it_reads_back_as_what_was_written(value: object) -> None:
    assert json.loads(as_json(value)) == value


def test_half_a_surrogate_pair_becomes_a_question_mark() -> None:
    assert as_json({"name": "Anna \ud83d"}) == b'{"name":"Anna ?"}'


def test_a_number_over_64_bits_is_written_out() -> None:
    assert as_json([2**70, "à"]) == '[1180591620717411303424,"à"]'.encode()


def test_what_has_no_form_in_json_is_an_error() -> None:
    with pytest.raises(TypeError):
        as_json({"a": object()})
