"""The rule of consent, and the ledger."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pytest_django import DjangoAssertNumQueries

from staffetta.accounts.models import User
from staffetta.contacts.consents import consent
from staffetta.contacts.consents.consent import Effect, Present, effect
from staffetta.contacts.models import Consent, ConsentState
from tests.contacts.people import person

SOURCES = ("hand", "import", "api", "opt_in_again", "sync", "stop_word", "stopped", "blocked")
statements = st.tuples(
    st.sampled_from(["yes", "no", "unset"]), st.sampled_from(SOURCES), st.sampled_from(["", "testo"])
)


@pytest.mark.parametrize("said", sorted(consent.BINDING_NO))
@pytest.mark.parametrize(
    ("source", "wording", "what"),
    [
        ("import", "nel negozio", Effect.KEPT_OUT),
        ("sync", "nel negozio", Effect.KEPT_OUT),
        ("hand", "", Effect.KEPT_OUT),
        ("hand", "  ", Effect.KEPT_OUT),
        ("api", "nel negozio", Effect.KEPT_OUT),
        ("opt_in_again", "", Effect.KEPT_OUT),
        ("hand", "nel negozio", Effect.WRITTEN),
        ("opt_in_again", "nel negozio", Effect.WRITTEN),
    ],
)
def test_a_stop_is_lifted_only_by_hand_or_by_a_call_with_that_right_with_its_words(
    said: str, source: str, wording: str, what: Effect
) -> None:
    assert effect(Present("no", said), "yes", source, wording) is what


def test_a_no_of_a_file_is_lifted_by_the_yes_of_a_file() -> None:
    assert effect(Present("no", "import"), "yes", "import") is Effect.WRITTEN


def test_a_stop_is_not_forgotten_by_unsetting_it() -> None:
    assert effect(Present("no", "stop_word"), "unset", "hand", "errore") is Effect.KEPT_OUT


def test_a_stop_ends_every_yes() -> None:
    for source in SOURCES:
        assert effect(Present("yes", source), "no", "stop_word") is Effect.WRITTEN


def test_the_no_of_a_file_does_not_weaken_a_stop() -> None:
    assert effect(Present("no", "stop_word"), "no", "import", "elenco") is Effect.REPEATED
    assert effect(Present("no", "import"), "no", "stop_word") is Effect.WRITTEN


@given(st.lists(statements, max_size=12))
def test_after_a_stop_only_an_explicit_yes_counts_whatever_comes_between(later: list[tuple[str, str, str]]) -> None:
    state = Present("no", "stop_word")
    for value, source, wording in later:
        explicit = value == "yes" and source in consent.EXPLICIT and bool(wording)
        if effect(state, value, source, wording) is Effect.WRITTEN:
            state = Present(value, source)
        if explicit:
            return
        assert state.value == "no"
        assert state.source in consent.BINDING_NO


@pytest.mark.django_db
def test_statements_are_appended_and_the_state_follows(operator: User) -> None:
    anna, luca = person("+393200000001"), person("+393200000002")
    first = consent.record([anna.pk, luca.pk], "whatsapp", consent.BOTH, "yes", "import", wording="modulo", by=operator)
    second = consent.record([anna.pk], "whatsapp", ["marketing"], "no", "stop_word")
    assert (first.changed, second.changed) == ({anna.pk, luca.pk}, {anna.pk})
    assert Consent.objects.count() == 5
    assert consent.present(anna) == {
        ("whatsapp", "marketing"): Present("no", "stop_word"),
        ("whatsapp", "service"): Present("yes", "import"),
    }
    assert next((row.value, row.source) for row in consent.history(anna)) == ("no", "stop_word")
    assert {(row.wording, row.by_name) for row in consent.history(luca)} == {("modulo", str(operator))}


@pytest.mark.django_db
def test_whom_a_stop_kept_out_is_told() -> None:
    anna, luca = person("+393200000001"), person("+393200000002")
    consent.record([anna.pk], "whatsapp", consent.BOTH, "no", "blocked")
    done = consent.record([anna.pk, luca.pk], "whatsapp", consent.BOTH, "yes", "sync")
    assert (done.changed, done.kept_out) == ({luca.pk}, {anna.pk})


@pytest.mark.django_db
def test_the_same_again_writes_nothing() -> None:
    anna = person()
    consent.record([anna.pk], "whatsapp", consent.BOTH, "yes", "import")
    assert consent.record([anna.pk], "whatsapp", consent.BOTH, "yes", "import").changed == set()
    assert consent.record([anna.pk], "telegram", consent.BOTH, "unset", "hand").changed == set()
    assert (Consent.objects.count(), ConsentState.objects.count()) == (2, 2)


@pytest.mark.django_db
def test_a_thousand_people_cost_as_many_statements_as_one(django_assert_num_queries: DjangoAssertNumQueries) -> None:
    ids = [person(f"+39320000{n:04d}").pk for n in range(60)]
    for some in (ids[:1], ids[1:]):
        with django_assert_num_queries(5):
            consent.record(some, "whatsapp", consent.BOTH, "yes", "import")
