"""The explicit step: a file or a sync gives nobody a consent by itself.

A person states that certain people have agreed, with source, wording and date. It is said of all of them at once, so
whoever refused stays out, also by the No of a file: only a statement about that one person lifts it.

`write_piece` serves every room whose step is a `ConsentStep`; the rest of this module is the step of an import.
"""

from collections.abc import Callable
from datetime import date

from django.db import transaction
from django.db.models import F, QuerySet

from staffetta.accounts import audit
from staffetta.accounts.models import User
from staffetta.connectors.messages import Platform
from staffetta.contacts.consents import consent
from staffetta.contacts.models import ConsentValue, Import, ImportedContact
from staffetta.contacts.step_models import ConsentStep, ImportConsent
from staffetta.work.clock import now
from staffetta.work.database import statistics
from staffetta.work.wake import wake

PIECE = 1000
type Rows = list[tuple[int, int | None]]


def write_piece(step: ConsentStep, rows_behind: Callable[[int, int], Rows], source: str) -> bool:
    """Write the next people's consent; True while there may be more. A piece commits with how far it came.

    `rows_behind` returns (row, contact) of the next rows behind a row, at most so many; `source` is the ledger's code.
    """
    steps = type(step)._meta.base_manager
    with transaction.atomic():
        earlier = steps.filter(pk=step.pk, after=step.after, finished_at=None)
        rows = rows_behind(step.after, PIECE)
        if not rows:
            if earlier.update(finished_at=now()):
                statistics.learn("contacts", step.people)
            return False
        if not earlier.update(after=rows[-1][0]):
            return False
        people = [contact for _row, contact in rows if contact]
        done = consent.record(
            people,
            step.platform,
            [step.purpose],
            ConsentValue.YES,
            source,
            wording=step.evidence,
            by=step.by,
            lifts_no=False,
        )
        steps.filter(pk=step.pk).update(
            changed=F("changed") + len(done.changed), kept_out=F("kept_out") + len(done.kept_out)
        )
    step.after = rows[-1][0]
    return True


def people_of(source: Import) -> QuerySet[ImportedContact]:
    """Return the rows of an import that are contacts."""
    return ImportedContact.objects.filter(source=source)


def state(source: Import, by: User | None, *, where: str, wording: str, given_on: date, purpose: str) -> ImportConsent:
    """Keep what a person states of everybody an import brought; the lane writes it into the ledger piece by piece."""
    platform = Platform.WHATSAPP if "phone" in source.mapping.values() else Platform.TELEGRAM
    with transaction.atomic():
        step = ImportConsent.objects.create(
            source=source,
            purpose=purpose,
            platform=platform,
            source_text=where,
            wording=wording,
            given_on=given_on,
            people=people_of(source).count(),
            by=by,
        )
        audit.record(by, "import_consent", source, people=step.people)
        wake()
    return step


def piece(step: ImportConsent) -> bool:
    """Write the next people of an import's step; True while there may be more."""

    def behind(after: int, most: int) -> Rows:
        rows = people_of(step.source).filter(pk__gt=after).order_by("pk")
        return list(rows.values_list("pk", "contact_id")[:most])

    return write_piece(step, behind, "import")
