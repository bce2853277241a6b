"""Find contacts by parts of names, numbers and ids, with an index (search_index.py) behind it."""

from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models import Lookup, Q, QuerySet
from django.db.models.sql.compiler import SQLCompiler

from staffetta.contacts.fold import fold
from staffetta.contacts.models import Contact
from staffetta.contacts.search_index import TABLE

INDEXED = 3
"""A trigram index knows nothing of shorter words: those are compared row by row."""


def find(people: QuerySet[Contact], query: str) -> QuerySet[Contact]:
    """Return those who hold every word of `query`; a number alone, also as #12, may be the contact's id too."""
    words = fold(query).split()[:8]
    for word in words:
        people = people.filter(Q(search__holds=word) if len(word) >= INDEXED else Q(search__contains=word))
    return people


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
