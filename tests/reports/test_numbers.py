"""The numbers of a communication: whatever the counters say, the sum closes."""

import pytest
from django.utils import translation
from hypothesis import given, settings
from hypothesis import strategies as st
from pytest_django import DjangoAssertNumQueries

from staffetta.communications.models import Communication
from staffetta.deliveries.ledger.terms import term
from staffetta.deliveries.models import DeliveryState
from staffetta.reports.numbers import ALWAYS, Numbers, ReasonNumber, numbers, numbers_of

states = st.dictionaries(st.sampled_from(list(DeliveryState)), st.integers(0, 10**7))


@settings(deadline=None)
@given(states)
def test_the_terms_always_sum_to_the_audience(found: dict[DeliveryState, int]) -> None:
    counted = Numbers({**dict.fromkeys(DeliveryState, 0), **found}, ())
    assert sum(number for _, number in counted.terms) == counted.audience
    assert counted.settled + counted.unsettled == counted.audience
    assert {state for state, _ in counted.terms} >= set(ALWAYS)


@pytest.mark.django_db
def test_nothing_planned_is_all_zero() -> None:
    assert numbers(Communication.objects.create(name="Bozza")).audience == 0


@pytest.mark.django_db
def test_states_and_reasons_come_from_the_counters_in_one_query(
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    one, two = (Communication.objects.create(name=name) for name in ("Uno", "Due"))
    for state, reason, number in (
        ("sent", "", 1676), ("not_sent", "no_opt_in", 240), ("not_sent", "suppressed", 8), ("failed", "refused", 12),
        ("uncertain", "cut_off", 4), ("waiting", "", 0),
    ):  # fmt: skip
        one.counts.create(state=state, reason=reason, number=number)
    two.counts.create(state="sent", reason="", number=1)
    with django_assert_num_queries(1):
        told = numbers_of([one.pk, two.pk])
    counted = told[one.pk]
    assert (counted.audience, counted.sent, counted.uncertain, counted.not_delivered) == (1940, 1676, 4, 260)
    assert counted.troubled[0] == ReasonNumber(DeliveryState.NOT_SENT, "no_opt_in", 240)
    assert counted.behind("not_sent") == 248
    assert counted.behind("not_sent", "suppressed") == 8
    assert counted.behind() == 1940
    assert told[two.pk].audience == 1


def test_terms_are_singular_for_one() -> None:
    with translation.override("it"):
        assert [term(DeliveryState.SENT, number) for number in (1, 2)] == ["inviato", "inviati"]
        assert term(DeliveryState.NOT_SENT, 248) == "non inviati"
