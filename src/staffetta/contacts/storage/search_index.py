"""The index behind the search: a trigram table on SQLite, a trigram index on PostgreSQL.

Made after every migration and not by one, since SQLite drops a table's triggers whenever a migration rebuilds it.
"""

import logging

from django.db import Error, transaction
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.backends.utils import CursorWrapper

TABLE = "contacts_search"
TRIGGERS = {
    "contacts_search_insert": "AFTER INSERT ON contacts_contact BEGIN "
    "INSERT INTO contacts_search(rowid, search) VALUES (new.id, new.search); END",
    "contacts_search_delete": "AFTER DELETE ON contacts_contact BEGIN "
    "INSERT INTO contacts_search(contacts_search, rowid, search) VALUES ('delete', old.id, old.search); END",
    "contacts_search_update": "AFTER UPDATE OF search ON contacts_contact WHEN old.search <> new.search BEGIN "
    "INSERT INTO contacts_search(contacts_search, rowid, search) VALUES ('delete', old.id, old.search); "
    "INSERT INTO contacts_search(rowid, search) VALUES (new.id, new.search); END",
}
logger = logging.getLogger(__name__)


def ensure(connection: BaseDatabaseWrapper) -> None:
    """Make what is missing of the index, and fill it then; doing it again changes nothing."""
    if connection.vendor == "sqlite":
        with transaction.atomic(using=connection.alias), connection.cursor() as cursor:
            _ensure_sqlite(cursor)
    elif connection.vendor == "postgresql":
        _ensure_postgresql(connection)


def _ensure_sqlite(cursor: CursorWrapper) -> None:
    cursor.execute("SELECT name FROM sqlite_master WHERE name LIKE %s", ["contacts_search%"])
    present = {name for (name,) in cursor.fetchall()}
    if TABLE not in present:
        cursor.execute(
            f"CREATE VIRTUAL TABLE {TABLE} USING fts5("
            "search, content='contacts_contact', content_rowid='id', tokenize='trigram')"
        )
    missing = {name: body for name, body in TRIGGERS.items() if name not in present}
    for name, body in missing.items():
        cursor.execute(f"CREATE TRIGGER {name} {body}")
    if missing:
        cursor.execute(f"INSERT INTO {TABLE}({TABLE}) VALUES ('rebuild')")  # noqa: S608  (constants)


def _ensure_postgresql(connection: BaseDatabaseWrapper) -> None:
    try:
        with transaction.atomic(using=connection.alias), connection.cursor() as cursor:
            cursor.execute("CREATE EXTENSION IF NOT EXISTS pg_trgm")
            cursor.execute(f"CREATE INDEX IF NOT EXISTS {TABLE} ON contacts_contact USING gin (search gin_trgm_ops)")
    except Error as error:
        # Without the extension the search still answers, only slowly: no reason to refuse the whole migration.
        logger.warning("contacts are searched without an index, pg_trgm is not to be had: %s", error)
