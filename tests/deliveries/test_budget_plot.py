"""The plot of the daily budget: who was reached when, who becomes free when, what is left."""

import re
from collections.abc import Callable

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries, Settings

from engage_simulator.testing import Engage
from staffetta.accounts.models import User
from staffetta.channels.models import Channel
from staffetta.communications.models import Communication
from staffetta.contacts.models import Contact
from staffetta.deliveries.ledger import budget
from staffetta.deliveries.ledger.budget_hours import Slot, hour_of
from staffetta.deliveries.models import Budget, Reached
from staffetta.deliveries.reporting.budget_plot import Plot, plot
from staffetta.work.clock import now
from tests.deliveries.ledger import people, planned, run, transactional

HOUR = 3600.0


@pytest.fixture(autouse=True)
def ten_a_day(settings: Settings) -> None:
    settings.DAILY_PEOPLE, settings.DAILY_RESERVE = 10, 20


@pytest.fixture
def after(later: Callable[[float], None]) -> Callable[[float], None]:
    """Let it be half past, so many hours later."""
    half_past = 1800 - now().timestamp() % HOUR

    def move(hours: float) -> None:
        later(half_past + hours * HOUR)

    move(0)
    return move


def drawn() -> Plot:
    found = plot()
    assert found
    return found


def ago(hours: int) -> Slot:
    """The hour that was so many hours ago: 0 is this one, -1 the next."""
    return drawn().bars[23 - hours].slot


@pytest.fixture
def spread(channel: Channel, engage: Engage, after: Callable[[float], None]) -> Communication:
    """Two single messages, and six hours later a communication that takes all that is left to it."""
    contacts = people(20)
    for each in contacts[-2:]:
        transactional(channel, each)
    run()
    after(6)
    communication = planned(channel)
    run()
    return communication


def test_the_hours_tell_who_was_reached_and_what_was_left(spread: Communication) -> None:
    assert (ago(6).reached, ago(6).left) == (2, 6)
    assert (ago(3).reached, ago(3).left) == (0, 6), "an hour without a message leaves what there was"
    assert (ago(0).reached, ago(0).left) == (6, 0)
    assert hour_of(ago(0).begins) == hour_of(now())
    assert ago(7).left == 8


def test_who_was_reached_becomes_free_a_day_later(spread: Communication) -> None:
    assert (ago(-17).freed, ago(-17).left) == (0, 0)
    assert (ago(-18).freed, ago(-18).left) == (2, 2)
    assert (ago(-24).freed, ago(-24).left) == (6, 8)


def test_whoever_is_reached_again_moves_to_the_later_hour(
    spread: Communication, channel: Channel, after: Callable[[float], None]
) -> None:
    after(8)
    transactional(channel, Contact.objects.get(deliveries__in=spread.deliveries.filter(state="sent")[:1]))
    run()
    assert ago(0).reached == 1
    assert ago(2).reached + ago(8).reached == 7
    assert sum(bar.slot.reached for bar in drawn().bars) == Reached.objects.count() == 8


def test_whoever_was_refused_is_in_no_hour(channel: Channel, engage: Engage) -> None:
    people(4)
    engage.fault("answer", match={"operation": "send_notification"}, status=400, code=1021, reason="Parameter id")
    planned(channel)
    run()
    assert [bar for bar in drawn().bars if bar.slot.reached] == []
    assert ago(0).left == 8


def test_a_day_without_messages_is_told_too(spread: Communication, after: Callable[[float], None]) -> None:
    after(31)
    assert budget.keep_in_step() == 0
    assert ago(0).left == 8, "the count was written in this hour although nothing was sent"
    assert drawn().told == []


def test_a_busy_month_keeps_two_days_of_hours(channel: Channel, engage: Engage, after: Callable[[float], None]) -> None:
    contacts = people(5)
    for turn in range(40):
        after(turn * 2)
        transactional(channel, contacts[turn % 5])
        run()
    assert len(Budget.objects.get().hours) <= 26


def test_bars_and_area_keep_within_the_picture(spread: Communication) -> None:
    found = drawn()
    points = [tuple(map(float, each.split(","))) for each in found.left.split(" ")]
    assert {x for x, _ in points} == {float(x) for x in range(0, 481, 10)}
    assert all(0 <= y <= 100 for _, y in points)
    heights = {bar.slot.reached + bar.slot.freed: float(bar.height) for bar in found.bars}
    assert heights == {0: 0, 2: 20, 6: 60}
    assert all(float(bar.y) + float(bar.height) == 100 for bar in found.bars)


def test_the_report_draws_it_in_one_query_more(
    spread: Communication, as_operator: Client, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    page = as_operator.get(f"/communications/{spread.pk}/").content.decode()
    figure = page.partition('<figure class="plot')[2].partition("</figure>")[0]
    assert len(re.findall("<title>", figure)) == 48
    assert "raggiunte: 6 · restano: 0</title>" in figure
    assert "di nuovo libere: 2 · restano: 2</title>" in figure
    assert "restano alle comunicazioni, su 8" in figure
    assert "style=" not in figure, "the content security policy allows none"
    with django_assert_num_queries(1):
        drawn()


def test_it_speaks_english(spread: Communication, as_operator: Client, operator: User) -> None:
    operator.language = "en"
    operator.save()
    page = as_operator.get(f"/communications/{spread.pk}/").content.decode()
    assert "people who become free again" in page
    assert "free again: 2 · left: 2</title>" in page


def test_without_a_limit_nothing_is_drawn(spread: Communication, as_operator: Client, settings: Settings) -> None:
    settings.DAILY_PEOPLE = 0
    assert plot() is None
    assert 'class="plot' not in as_operator.get(f"/communications/{spread.pk}/").content.decode()
