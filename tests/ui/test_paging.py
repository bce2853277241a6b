"""Keyset paging shows every row once, in order, forwards and backwards."""

from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qs

import pytest
from django.db.models import QuerySet
from django.http import QueryDict
from pytest_django import DjangoAssertNumQueries

from staffetta.accounts.models import AuditEntry
from staffetta.ui.paging import Page, page_of

pytestmark = pytest.mark.django_db
MOMENT = datetime(2026, 7, 1, 12, 0, 0, 123456, tzinfo=UTC)


@pytest.fixture
def entries(db: None) -> QuerySet[AuditEntry]:
    AuditEntry.objects.bulk_create(
        # Three of each moment, so that the key has to decide between equals.
        AuditEntry(at=MOMENT + timedelta(microseconds=number // 3), actor_name="x", deed=str(number))
        for number in range(25)
    )
    return AuditEntry.objects.order_by("-at", "-pk")


def deeds(page: Page[AuditEntry]) -> list[int]:
    return [int(row.deed) for row in page]


def test_pages_follow_each_other_without_gap_or_repeat(entries: QuerySet[AuditEntry]) -> None:
    seen, query = [], ""
    for _ in range(10):
        page = page_of(entries, QueryDict(query), size=4)
        seen += deeds(page)
        query = page.older
        if not query:
            break
    assert seen == list(range(24, -1, -1))


def test_the_way_back_leads_to_the_same_rows(entries: QuerySet[AuditEntry]) -> None:
    first = page_of(entries, QueryDict(""), size=4)
    second = page_of(entries, QueryDict(first.older), size=4)
    assert deeds(page_of(entries, QueryDict(second.newer), size=4)) == deeds(first)


def test_the_ends_have_no_further_page(entries: QuerySet[AuditEntry]) -> None:
    first = page_of(entries, QueryDict(""), size=24)
    assert first.newer == ""
    last = page_of(entries, QueryDict(first.older), size=24)
    assert (len(last), last.older) == (1, "")


def test_filters_stay_in_the_links(entries: QuerySet[AuditEntry]) -> None:
    page = page_of(entries, QueryDict("deed=x&deed=y"), size=4)
    assert parse_qs(page.older)["deed"] == ["x", "y"]


@pytest.mark.parametrize("mark", ["", "nonsense", "W10", "WyJhIiwiYiJd", "WzEsMl0", "é"])
def test_a_mark_written_by_hand_never_breaks_the_page(entries: QuerySet[AuditEntry], mark: str) -> None:
    asked = QueryDict(mutable=True)
    asked["after"] = mark
    assert page_of(entries, asked, size=4) is not None


def test_one_query_makes_a_page(
    entries: QuerySet[AuditEntry], django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    with django_assert_num_queries(1):
        page_of(entries, QueryDict(""), size=4)


def test_an_empty_table_has_an_empty_page(db: None) -> None:
    assert page_of(AuditEntry.objects.all(), QueryDict("")).empty
