"""The explicit step: whoever comes from the provider has no consent by that. A person states that those a run matched
have agreed, with source, wording and date; people who opted out themselves stay out.
"""

from datetime import date

from django.db import transaction
from django.db.models import QuerySet

from staffetta.accounts import audit
from staffetta.accounts.models import User
from staffetta.contacts.consents.state_consent import Rows, write_piece
from staffetta.sync.judge import CREATED
from staffetta.sync.models import SyncConsent, SyncRow, SyncRun
from staffetta.work.wake import wake


def people_of(run: SyncRun) -> QuerySet[SyncRow]:
    """Return the rows of those the run made and who are still here: the ones nobody has asked yet."""
    return SyncRow.objects.filter(run=run, outcome=CREATED, contact__isnull=False).exclude(undone="whole")


def state(run: SyncRun, by: User, *, source: str, wording: str, given_on: date, purpose: str) -> SyncConsent:
    """Keep what a person states; the lane writes it into the ledger piece by piece."""
    with transaction.atomic():
        step = SyncConsent.objects.create(
            run=run,
            purpose=purpose,
            platform=run.configuration.channel.platform,
            source_text=source,
            wording=wording,
            given_on=given_on,
            people=people_of(run).count(),
            by=by,
        )
        audit.record(by, "sync_consent", run.configuration, run=run.pk, people=step.people)
    wake()
    return step


def piece(step: SyncConsent) -> bool:
    """Write the next people's consent; True while there may be more."""

    def behind(after: int, most: int) -> Rows:
        rows = people_of(step.run).filter(pk__gt=after).order_by("pk")
        return list(rows.values_list("pk", "contact_id")[:most])

    return write_piece(step, behind, "sync")
