"""Static lists: made, filled from a filter, an import or a sync, emptied, deleted.

A membership keeps what put the person in, "import:5" or "sync:3/17" (configuration/run), so that undoing that takes out
whom it put in and nobody else. Who was in the list before stays; who is put in once more in another way belongs to no
undo. The runs of one configuration are one way: the next one finds everybody again.
"""

from collections.abc import Collection, Sequence

from django.db import connection, transaction
from django.db.models import Count, QuerySet

from staffetta.accounts import audit
from staffetta.accounts.models import User
from staffetta.contacts.lists.count_people import SECONDS, TooLong, bounded
from staffetta.contacts.lists.list_names import twin_of
from staffetta.contacts.models import Contact, ContactList, ListMember
from staffetta.contacts.storage.insert_rows import insert_rows
from staffetta.text import title
from staffetta.work.clock import now

FILL = """
    INSERT INTO contacts_listmember (contact_id, list_id, added_at, source)
    SELECT chosen.*, %s, %s, '' FROM ({chosen}) AS chosen WHERE true ON CONFLICT DO NOTHING
"""


def named(name: str, by: User | None) -> ContactList:
    """Return the list of this name, or of one that looks like it, made when there is none."""
    wanted = title(name, 200)
    if known := twin_of(ContactList, wanted):
        return known
    found, made = ContactList.objects.get_or_create(name=wanted)
    if made:
        audit.record(by, "list_made", found)
    return found


def add_people(target: ContactList, people: QuerySet[Contact], by: User | None) -> int:
    """Put people into a list, in one statement for any number; return how many were not in it before."""
    chosen, params = people.order_by().values("pk").query.sql_with_params()
    at = connection.ops.adapt_datetimefield_value(now())
    members = ListMember.objects.filter(list=target, contact__in=people.order_by().values("pk"))
    with transaction.atomic():
        members.exclude(source="").update(source="")
        with connection.cursor() as cursor:
            cursor.execute(FILL.format(chosen=chosen), [target.pk, at, *params])
            added = int(cursor.rowcount)
        audit.record(by, "list_filled", target, number=added)
    return added


def add_ids(list_id: int, contact_ids: Sequence[int], source: str = "", *, new: Collection[int] = ()) -> None:
    """Put contacts into a list, a batch of an import or of a sync at a time; the `new` ones are in no list yet."""
    members = ListMember.objects.filter(list=list_id)
    known = [contact_id for contact_id in contact_ids if contact_id not in new]
    there = members.filter(contact__among=known).values_list("contact_id", "source") if known else ()
    present = dict(there)
    at = connection.ops.adapt_datetimefield_value(now())
    absent = [(list_id, contact_id, at, source) for contact_id in contact_ids if contact_id not in present]
    insert_rows(ListMember, ("list_id", "contact_id", "added_at", "source"), absent, "ON CONFLICT DO NOTHING")
    shared = [contact_id for contact_id, first in present.items() if first and _way(first) != _way(source)]
    if shared:
        members.filter(contact__in=shared).update(source="")


def by_import(pk: int) -> str:
    """Return what a membership keeps of an import."""
    return f"import:{pk}"


def by_sync(configuration_id: int, run_id: int) -> str:
    """Return what a membership keeps of a sync run."""
    return f"sync:{configuration_id}/{run_id}"


def _way(source: str) -> str:
    return source.partition("/")[0]


def count_people(lists: Sequence[ContactList]) -> dict[int, int]:
    """Return how many people are in each list, by its id; nothing at all when counting takes too long."""
    members = ListMember.objects.filter(list__in=lists).values_list("list").annotate(number=Count("pk"))
    try:
        with bounded(SECONDS):
            return {**{row.pk: 0 for row in lists}, **dict(members)}
    except TooLong:
        return {}


def remove(target: ContactList, contact: Contact, by: User | None) -> None:
    """Take one person out of a list."""
    with transaction.atomic():
        if ListMember.objects.filter(list=target, contact=contact).delete()[0]:
            audit.record(by, "list_left", target, contact=contact.pk)


def delete_list(target: ContactList, by: User | None) -> None:
    """Delete a list; the people stay."""
    with transaction.atomic():
        audit.record(by, "list_deleted", target)
        target.delete()
