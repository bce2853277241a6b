"""How PostgreSQL finds the rows of a turn: by their keys, however little it knew when it planned the statement."""

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from django.db import connection

from staffetta.deliveries.ledger import statements
from staffetta.work.database import databases

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite plans nothing ahead"),
]
ATTEMPTS = """INSERT INTO deliveries_attempt
(delivery_id, number, marked_at, worker, fence, outcome, provider_code, provider_reason)
SELECT i, 1, now(), 'a-worker-of-here-12345-6', 1, '', '', '' FROM generate_series(1, 20000) i"""


def _plan() -> str:
    with connection.cursor() as cursor:
        cursor.execute("EXPLAIN EXECUTE record('[]', now(), now(), now())")
        return "\n".join(row[0] for row in cursor.fetchall())


@contextmanager
def _prepared() -> Iterator[None]:
    """Plan the record of answers while there is nothing to be found."""
    sql, _ = statements.answer_deliveries("[]", None)
    *parts, last = sql.split("%s")
    numbered = "".join(f"{part}${number}" for number, part in enumerate(parts, 1)) + last
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL plan_cache_mode = force_generic_plan")  # what it comes to after some executions
        cursor.execute(f"PREPARE record(jsonb, timestamptz, timestamptz, timestamptz) AS {numbered}")
        _plan()
        yield
        cursor.execute("DEALLOCATE record")


def test_what_is_planned_by_keys_reads_no_table_whole_however_small_it_was() -> None:
    with databases.by_keys(), _prepared():
        assert "Seq Scan" not in _plan()
        assert "deliveries_delivery_pkey" in _plan()
    with connection.cursor() as cursor:
        cursor.execute("SHOW enable_seqscan")
        assert cursor.fetchone() == ("on",)


def test_what_was_planned_before_the_first_attempt_reads_them_all_until_it_is_planned_anew() -> None:
    with _prepared():
        with connection.cursor() as cursor:
            cursor.execute(ATTEMPTS)
        assert "Seq Scan on deliveries_attempt" in _plan()
        databases.plan_anew()
        assert "Seq Scan on deliveries_attempt" not in _plan()
        # By key, as a plain or a bitmap scan: that choice depends on the pages other tests left in the table.
        assert "deliveries_attempt_pkey" in _plan()
