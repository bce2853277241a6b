"""Leases: one holder, a rising fence, and time that takes them away."""

from datetime import timedelta

import pytest
from django.db.models import Exists
from pytest_django import DjangoAssertNumQueries

from staffetta.work import lease
from staffetta.work.clock import real_now
from staffetta.work.models import LaneBeat, Lease

pytestmark = pytest.mark.django_db


def run_out(name: str) -> None:
    Lease.objects.filter(name=name).update(expires_at=real_now() - timedelta(seconds=1))


def test_a_free_lease_is_given_to_the_first_who_asks() -> None:
    assert lease.acquire("channel:1", "anna", 10) == 1
    assert lease.acquire("channel:1", "bruno", 10) is None


def test_not_even_the_holder_gets_it_twice() -> None:
    lease.acquire("channel:1", "anna", 10)
    assert lease.acquire("channel:1", "anna", 10) is None


def test_two_leases_know_nothing_of_each_other() -> None:
    assert lease.acquire("channel:1", "anna", 10)
    assert lease.acquire("channel:2", "bruno", 10)


def test_a_lease_that_ran_out_goes_to_the_next_with_a_higher_fence() -> None:
    first = lease.acquire("channel:1", "anna", 10)
    run_out("channel:1")
    second = lease.acquire("channel:1", "bruno", 10)
    assert first is not None
    assert second == first + 1
    assert lease.holds("channel:1", second)
    assert not lease.holds("channel:1", first)


def test_the_holder_can_hold_on() -> None:
    fence = lease.acquire("channel:1", "anna", 1)
    assert fence is not None
    assert lease.renew("channel:1", fence, 100)
    assert Lease.objects.get().expires_at > real_now() + timedelta(seconds=90)


def test_who_was_too_late_cannot_hold_on_even_if_nobody_took_it() -> None:
    fence = lease.acquire("channel:1", "anna", 10)
    run_out("channel:1")
    assert fence is not None
    assert not lease.renew("channel:1", fence, 10)


def test_a_lease_given_back_is_free_at_once() -> None:
    fence = lease.acquire("channel:1", "anna", 10)
    assert fence is not None
    lease.release("channel:1", fence)
    assert lease.held(["channel:1"]) == set()
    assert lease.acquire("channel:1", "bruno", 10) == fence + 1


def test_a_former_holder_cannot_give_back_what_is_another_s() -> None:
    first = lease.acquire("channel:1", "anna", 10)
    run_out("channel:1")
    second = lease.acquire("channel:1", "bruno", 10)
    assert first is not None
    assert second is not None
    lease.release("channel:1", first)
    assert lease.holds("channel:1", second)


def test_a_claim_under_an_old_fence_changes_no_row() -> None:
    LaneBeat.objects.create(lane="x", worker="row")
    first = lease.acquire("channel:1", "anna", 10)
    run_out("channel:1")
    second = lease.acquire("channel:1", "bruno", 10)
    assert first is not None
    assert second is not None
    claim = LaneBeat.objects.filter(worker="row")
    assert claim.filter(Exists(lease.standing("channel:1", first))).update(problem="old") == 0
    assert claim.filter(Exists(lease.standing("channel:1", second))).update(problem="new") == 1


def test_looking_at_a_lease_that_somebody_holds_writes_nothing(
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    lease.acquire("channel:1", "anna", 10)
    with django_assert_num_queries(1):
        lease.acquire("channel:1", "bruno", 10)
