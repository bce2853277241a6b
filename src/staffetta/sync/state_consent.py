"""The explicit step: whoever comes from the provider has no consent by that. A person states that those a run matched
have agreed, with source, wording and date; people who opted out themselves stay out.
"""

from datetime import date

from django.db import transaction
from django.db.models import F, QuerySet

from staffetta.accounts import audit
from staffetta.accounts.models import User
from staffetta.contacts import consent
from staffetta.contacts.models import ConsentValue
from staffetta.sync.judge import CREATED
from staffetta.sync.models import SyncConsent, SyncRow, SyncRun
from staffetta.work.clock import now
from staffetta.work.wake import wake

PIECE = 1000


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
    """Write the next people's consent; True while there may be more. A piece commits with how far it came."""
    with transaction.atomic():
        earlier = SyncConsent.objects.filter(pk=step.pk, after=step.after, finished_at=None)
        rows = list(
            people_of(step.run).filter(pk__gt=step.after).order_by("pk").values_list("pk", "contact_id")[:PIECE]
        )
        if not rows:
            earlier.update(finished_at=now())
            return False
        if not earlier.update(after=rows[-1][0]):
            return False
        done = consent.record(
            [contact for _row, contact in rows if contact],
            step.platform,
            [step.purpose],
            ConsentValue.YES,
            "sync",
            wording=f"{step.source_text} · {step.given_on.isoformat()} · {step.wording}",
            by=step.by,
        )
        SyncConsent.objects.filter(pk=step.pk).update(
            changed=F("changed") + len(done.changed), kept_out=F("kept_out") + len(done.kept_out)
        )
    step.after = rows[-1][0]
    return True
