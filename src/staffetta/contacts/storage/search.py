"""Find contacts by parts of names, numbers and ids, with an index (search_index.py) behind it."""

from django.db import connection
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models import BigIntegerField, ExpressionWrapper, F, Lookup, Q, QuerySet
from django.db.models.sql.compiler import SQLCompiler

from staffetta.contacts.models import Contact
from staffetta.contacts.storage.fold import fold
from staffetta.contacts.storage.search_index import TABLE
from staffetta.work.database.databases import postgres

INDEXED = 3
"""A trigram index knows nothing of shorter words: those are compared row by row."""


MOST_WORDS = 8
LOOKED_THROUGH = 20_000
"""The newest and the oldest so many are looked through (under 10 ms each) before the index is asked."""
A_PAGE = 51


def find(people: QuerySet[Contact], query: str) -> QuerySet[Contact]:
    """Return those who hold every word of `query`."""
    if _fits_nobody(query):
        return people.none()
    for word in _words(query):
        people = people.filter(Q(search__holds=word) if len(word) >= INDEXED else Q(search__contains=word))
    return people


def page_through(people: QuerySet[Contact], query: str) -> QuerySet[Contact]:
    """Return those who hold every word of `query`, fit to be shown page by page from either end."""
    return in_order(people, query)[0]


def in_order(people: QuerySet[Contact], query: str) -> tuple[QuerySet[Contact], bool]:
    """Return those who hold every word of `query` in the order of `people`, and whether the index found them."""
    if _fits_nobody(query):
        return people.none(), True
    if _by_index(query):
        return _found_first(find(people, query)), True
    for word in _words(query):
        people = people.filter(search__contains=word)
    return people, False


def _by_index(query: str) -> bool:
    """Say whether the index finds those who hold every word of `query` sooner than going through everybody in order.

    Words that fit many people are found at once by going through; words that fit few need the index, which knows no
    short ones. Neither database can tell which: PostgreSQL takes those found for evenly spread, and so read 990,000
    people for the 10,000 oldest (300 ms, by the index 32); SQLite collects all that the index holds.
    """
    words = _words(query)
    return any(len(word) >= INDEXED for word in words) and not _many(words)


def _words(query: str) -> list[str]:
    return fold(query).split()


def _fits_nobody(query: str) -> bool:
    """Say whether a query has too many words, or only signs nobody sees: passed over they would fit more people."""
    words = _words(query)
    return len(words) > MOST_WORDS or bool(query.strip() and not words)


def _many(words: list[str]) -> bool:
    """Say whether both among the newest and among the oldest people a page of them holds the words."""
    held = " AND ".join(["search LIKE %s ESCAPE '\\'"] * len(words))
    some = f"""(SELECT count(*) FROM (SELECT 1 FROM (
        SELECT search FROM contacts_contact ORDER BY id {{}} LIMIT {LOOKED_THROUGH}
    ) AS looked WHERE {held} LIMIT {A_PAGE}) AS found)"""  # noqa: S608  (constants)
    told = [f"%{connection.ops.prep_for_like_query(word)}%" for word in words]
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {some.format('DESC')}, {some.format('ASC')}", [*told, *told])
        newest, oldest = cursor.fetchone()
    return bool(newest >= A_PAGE and oldest >= A_PAGE)


def _found_first(people: QuerySet[Contact]) -> QuerySet[Contact]:
    """Keep PostgreSQL from reading everybody in the order asked for: it sorts those it has found."""
    if not postgres():
        return people
    order = str(people.query.order_by[0])
    place = ExpressionWrapper(F(order.removeprefix("-")) + 0, output_field=BigIntegerField())
    return people.annotate(place=place).order_by("-place" if order.startswith("-") else "place")


def by_id(query: str) -> int | None:
    """Return the id a query like «#12» asks for."""
    number = query.strip().removeprefix("#")
    wanted = query.strip().startswith("#") and number.isascii() and number.isdecimal() and len(number) < 19
    return int(number) if wanted else None


class Holds(Lookup[str]):
    """`search__holds="ros"`: contains, by the full-text table on SQLite and by the trigram index on PostgreSQL."""

    lookup_name = "holds"
    prepare_rhs = False

    def as_sql(self, compiler: SQLCompiler, connection: BaseDatabaseWrapper) -> tuple[str, tuple[str | int, ...]]:
        column, params = self.process_lhs(compiler, connection)
        return f"{column} LIKE %s", (*params, f"%{connection.ops.prep_for_like_query(str(self.rhs))}%")

    def as_sqlite(self, compiler: SQLCompiler, connection: BaseDatabaseWrapper) -> tuple[str, tuple[str | int, ...]]:
        column, _params = self.process_lhs(compiler, connection)
        table = column.rpartition(".")[0]
        phrase = '"' + str(self.rhs).replace('"', '""') + '"'
        return f"{table}.id IN (SELECT rowid FROM {TABLE} WHERE {TABLE} MATCH %s)", (phrase,)  # noqa: S608  (constants)


Contact._meta.get_field("search").register_lookup(Holds)
