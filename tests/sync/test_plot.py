"""The history of a configuration's runs as a plot: what is drawn, and what the page shows of it."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from staffetta.channels.models import Channel
from staffetta.sync.models import SyncConfiguration, SyncRun
from staffetta.sync.plot import Bar, Plot, plots
from staffetta.sync.summary import lines
from staffetta.work.clock import now
from tests import world as factory
from tests.sync.world import configuration

pytestmark = pytest.mark.django_db


@pytest.fixture
def channel(db: None) -> Channel:
    return factory.a_channel()


def past(made: SyncConfiguration, seconds: float | None, state: str = "done", **told: int | bool) -> SyncRun:
    begun = now() - timedelta(hours=1)
    end = None if seconds is None else begun + timedelta(seconds=seconds)
    return SyncRun.objects.create(configuration=made, state=state, started_at=begun, finished_at=end, **told)


def drawn(made: SyncConfiguration) -> dict[str, Plot]:
    return plots(lines(list(made.runs.order_by("-pk"))))


def heights(bar: Bar) -> dict[str, float]:
    return {piece.look: float(piece.height) for piece in bar.pieces}


def test_one_run_alone_is_no_history_and_neither_is_a_preview_or_one_under_way(channel: Channel) -> None:
    made = configuration(channel)
    past(made, 2, created=5)
    past(made, 2, created=5, rehearsal=True)
    past(made, None, "running", created=5)
    assert drawn(made) == {}


def test_bars_go_from_the_oldest_to_the_newest_as_high_as_their_numbers(channel: Channel) -> None:
    made = configuration(channel)
    first, second = past(made, 1, created=30, rejected=10), past(made, 4, "partial", unchanged=80)
    found = drawn(made)
    customers, durations = found["customers"], found["durations"]
    assert [bar.line.run for bar in customers.bars] == [first, second]
    assert [heights(bar) for bar in customers.bars] == [{"created": 37.5, "rejected": 12.5}, {"unchanged": 100.0}]
    assert [heights(bar) for bar in durations.bars] == [{"green": 25.0}, {"yellow": 100.0}]
    assert (customers.most, durations.most) == (80, 4.0)
    assert [look for look, _label in customers.legend] == ["created", "unchanged", "rejected"]
    assert [look for look, _label in durations.legend] == ["green", "yellow"]


def test_one_among_a_million_is_seen_and_no_bar_is_higher_than_the_plot(channel: Channel) -> None:
    made = configuration(channel)
    past(made, 60, unchanged=999_998, conflicting=1, rejected=1)
    past(made, 0, "failed")
    bars = drawn(made)["customers"].bars
    assert heights(bars[0]) == {"unchanged": 94.0, "conflicting": 3.0, "rejected": 3.0}
    assert min(float(piece.y) for piece in bars[0].pieces) == 0
    assert bars[1].pieces == ()


def test_the_page_shows_both_plots_without_style_or_script_at_the_same_cost_however_many_runs(
    as_operator: Client, channel: Channel
) -> None:
    made = configuration(channel)
    path = f"/engage/channels/{channel.pk}/sync/{made.pk}/"
    asked = []
    for more in (2, 30):
        for _each in range(more):
            past(made, 1234.5, created=3200, updated=1)
        with CaptureQueriesContext(connection) as queries:
            page = as_operator.get(path).content.decode()
        asked.append(len(queries))
    assert asked[0] == asked[1]
    plot = page.partition('class="plot')[2].partition("<table")[0]
    assert plot.count("<svg") == 2
    assert plot.count("<rect") == 20 * 3
    assert " style=" not in plot
    assert "<script" not in plot
    assert "altezza piena: 3.201 clienti" in plot
    assert "altezza piena: 1.234,5 s" in plot
    assert "3.201 = 3.200 nuovi + 1 aggiornato" in plot
    assert page.count("3.201 = 3.200 nuovi + 1 aggiornato") == 20 * 3  # in both plots, and in the table for everybody
