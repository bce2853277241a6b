"""One incident per broken thing, opened by N failures in a row and closed by one success."""

import pytest

from staffetta.notices import incidents
from staffetta.notices.models import Incident

pytestmark = pytest.mark.django_db


def fail(times: int = 1, opens_after: int = 1) -> Incident | None:
    opened = None
    for _ in range(times):
        opened = incidents.failure("channel_key", "24001", "Assistenza", "key_refused", opens_after=opens_after)
    return opened


def test_one_failure_opens_an_incident() -> None:
    opened = fail()
    assert opened is not None
    assert opened in incidents.open_now()


def test_further_failures_stay_in_the_same_incident() -> None:
    fail(3)
    assert [incident.failures for incident in incidents.open_now()] == [3]


def test_nothing_opens_before_the_wanted_number_of_failures() -> None:
    assert fail(2, opens_after=3) is None
    assert incidents.open_now() == []
    assert fail(1, opens_after=3) is not None


def test_a_success_closes_the_incident() -> None:
    fail()
    assert incidents.success("channel_key", "24001") is True
    assert incidents.open_now() == []
    assert Incident.objects.get().closed_at is not None


def test_a_success_starts_the_count_anew() -> None:
    fail(2, opens_after=3)
    assert incidents.success("channel_key", "24001") is False
    assert fail(2, opens_after=3) is None


def test_a_success_of_one_thing_does_not_close_another() -> None:
    fail()
    incidents.success("channel_key", "24002")
    assert len(incidents.open_now()) == 1


def test_a_second_failure_after_the_close_opens_a_new_incident() -> None:
    fail()
    incidents.success("channel_key", "24001")
    fail()
    assert Incident.objects.count() == 2
