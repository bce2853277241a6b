"""Pages of rows no index finds: looked through in stretches, nobody lost or doubled, never longer than a moment."""

import random

import pytest
from django.db import connection
from django.db.models import QuerySet
from django.http import QueryDict
from django.test.utils import CaptureQueriesContext
from pytest_django import DjangoAssertNumQueries

from staffetta.accounts.models import AuditEntry
from staffetta.ui import paging
from staffetta.ui.paging import Page, look_through

pytestmark = pytest.mark.django_db
SIZE = 4


@pytest.fixture(autouse=True)
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(paging, "STRETCH", 3)
    monkeypatch.setattr(paging, "LONG_ENOUGH", 0.0)


def write(*fitting: int, others: range = range(0)) -> QuerySet[AuditEntry]:
    """Write entries with these keys, and others that do not fit; return those that do."""
    rows = [AuditEntry(pk=key, deed="wanted") for key in fitting] + [AuditEntry(pk=key, deed="other") for key in others]
    AuditEntry.objects.bulk_create(rows)
    return AuditEntry.objects.filter(deed="wanted")


def keys(page: Page[AuditEntry]) -> list[int]:
    return [row.pk for row in page]


def all_pages(rows: QuerySet[AuditEntry], query: str, way: str) -> list[Page[AuditEntry]]:
    made = []
    for _page in range(60):
        made.append(look_through(rows, QueryDict(query), SIZE))
        query = getattr(made[-1], way)
        if not query:
            return made
    raise AssertionError("the pages never end")


@pytest.mark.parametrize("seed", range(12))
def test_everybody_is_shown_once_in_both_directions(seed: int) -> None:
    chance = random.Random(seed)
    fitting = chance.sample(range(1, 60), chance.randrange(30))
    rows = write(*fitting, others=range(60 + chance.randrange(5), 60 + chance.randrange(5, 20)))
    newest_first = sorted(fitting, reverse=True)
    assert [key for page in all_pages(rows, "", "older") for key in keys(page)] == newest_first
    back = all_pages(rows, "before=", "newer")
    assert [key for page in reversed(back) for key in keys(page)] == newest_first


def test_the_way_back_leads_to_the_same_rows() -> None:
    rows = write(*range(1, 20))
    first = look_through(rows, QueryDict(""), 3)
    second = look_through(rows, QueryDict(first.older), 3)
    assert (keys(first), keys(second)) == ([19, 18, 17], [16, 15, 14])
    assert keys(look_through(rows, QueryDict(second.newer), 3)) == keys(first)
    assert first.newer == ""


def test_a_page_without_anybody_says_how_far_it_came_and_leads_on() -> None:
    rows = write(1, others=range(2, 11))
    page = look_through(rows, QueryDict("opt_in=unset"), SIZE)
    assert (keys(page), page.looked, page.empty) == ([], 30, False)
    assert page.goes_on == page.older
    assert page.older.startswith("opt_in=unset&after=")
    last = all_pages(rows, page.older, "older")[-1]
    assert (keys(last), last.looked, last.older) == ([1], None, "")


def test_looked_through_backwards_it_goes_on_backwards() -> None:
    rows = write(11, others=range(1, 11))
    page = look_through(rows, QueryDict("before="), SIZE)
    assert (keys(page), page.looked, page.goes_on) == ([], 27, page.newer)
    assert keys(all_pages(rows, page.goes_on, "newer")[-1]) == [11]


def test_a_mark_beyond_the_last_row_begins_there() -> None:
    rows = write(1, 2, 9)
    first = look_through(rows, QueryDict(""), 1)
    AuditEntry.objects.filter(pk__gt=1).delete()
    assert keys(look_through(rows, QueryDict(first.older), 1)) == [1]


def test_with_time_enough_a_page_is_filled_from_many_stretches(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(paging, "LONG_ENOUGH", 60.0)
    page = look_through(write(2, 30, 60, others=range(61, 90)), QueryDict(""), SIZE)
    assert (keys(page), page.looked, page.older) == ([60, 30, 2], None, "")


def test_a_page_costs_no_more_queries_however_few_fit(django_assert_num_queries: DjangoAssertNumQueries) -> None:
    rows = write(1, others=range(2, 200))
    with django_assert_num_queries(3):
        look_through(rows, QueryDict(""), SIZE)


@pytest.mark.skipif(connection.vendor != "sqlite", reason="PostgreSQL reads a small table whole")
def test_no_question_of_it_reads_the_whole_table() -> None:
    rows = write(1, others=range(2, 200))
    with CaptureQueriesContext(connection) as asked:
        look_through(rows, QueryDict(""), SIZE)
    with connection.cursor() as cursor:
        for query in asked.captured_queries:
            cursor.execute(f"EXPLAIN QUERY PLAN {query['sql']}")
            steps = [str(row[3]) for row in cursor.fetchall()]
            assert not any(step.startswith("SCAN") for step in steps), query["sql"]


@pytest.mark.parametrize("mark", ["nonsense", "W10", "WyJhIl0", "WzEsMl0", "W3RydWVd", "é"])
@pytest.mark.parametrize("way", ["after", "before"])
def test_a_mark_written_by_hand_never_breaks_the_page(mark: str, way: str) -> None:
    asked = QueryDict(mutable=True)
    asked[way] = mark
    assert len(look_through(write(1, 2), asked, SIZE)) == 2


def test_nobody_at_all_is_an_empty_page() -> None:
    assert look_through(write(), QueryDict(""), SIZE).empty
    assert look_through(write(others=range(1, 3)), QueryDict(""), SIZE).empty
