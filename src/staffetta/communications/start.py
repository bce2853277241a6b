"""Start a communication: from here on the ledger plans its rows and sends them."""

from enum import StrEnum

from django.db import transaction

from staffetta.accounts import audit
from staffetta.accounts.models import User
from staffetta.communications.hold import Trouble, audience_trouble, frozen_audience, remember, trouble_of
from staffetta.communications.models import Communication, CommunicationState, Composition
from staffetta.work.clock import now
from staffetta.work.wake import wake

MEDIA_KINDS = ("image", "video", "document")


class Refusal(StrEnum):
    """Why a start is refused besides what holds everything (`hold.Trouble`); worded in `wording.py`."""

    NOT_A_DRAFT = "not_a_draft"
    IN_THE_PAST = "in_the_past"
    MAPPING_INCOMPLETE = "mapping_incomplete"
    MEDIA_MISSING = "media_missing"
    IMPORT_REMOVED = "import_removed"
    IMPORT_UNFINISHED = "import_unfinished"
    LIST_REMOVED = "list_removed"
    RULES_REMOVED = "rules_removed"


NOT_STARTED = (CommunicationState.DRAFT, CommunicationState.SCHEDULED)


class StartRefused(Exception):
    """Nothing was started. `code` is a Refusal or a Trouble."""

    def __init__(self, code: Refusal | Trouble) -> None:
        super().__init__(code.value)
        self.code = code


def start(communication: Communication, by: User | None) -> None:
    """Hand the draft to the ledger; returns at once. Raises StartRefused."""
    if code := refusal_of(communication):
        raise StartRefused(code)
    assert communication.variant is not None
    with transaction.atomic():
        # Only the switch can have moved since the draft was saved: the same contract, a newer revision.
        remember(communication, communication.variant)
        moved = Communication.objects.filter(pk=communication.pk, state__in=NOT_STARTED).update(
            state=CommunicationState.PLANNING,
            held_reason="",
            held_at=None,
            start_at=None,
            confirmed=None,
            start_asked_at=now(),
            started_by=by,
            updated_at=now(),
            accepted_revision=communication.accepted_revision,
            audience_frozen=frozen_audience(communication),
        )
        if not moved:
            raise StartRefused(Refusal.NOT_A_DRAFT)
        audit.record(by, "communication_started", communication)
        wake()


def start_scheduled(communication: Communication, late_minutes: int = 0) -> Refusal | Trouble | None:
    """Start what was scheduled, its time having come; return why not.

    What is in trouble is for the caller to hold. What lacks something (its audience is gone, say) becomes a draft
    again, with the reason.
    """
    if trouble := trouble_of(communication):
        return trouble
    scheduled = Communication.objects.filter(pk=communication.pk, state=CommunicationState.SCHEDULED)
    if code := refusal_of(communication):
        with transaction.atomic():
            if scheduled.update(state=CommunicationState.DRAFT, held_reason=code, held_at=now(), updated_at=now()):
                audit.record(None, "communication_not_started", communication, reason=code.value)
        return code
    with transaction.atomic():
        assert communication.variant is not None
        started = scheduled.update(
            state=CommunicationState.PLANNING,
            start_asked_at=now(),
            audience_frozen=frozen_audience(communication),
            accepted_revision=communication.variant.revision,  # only the switch can have moved
            updated_at=now(),
        )
        if started:
            audit.record(None, "communication_started", communication, late_minutes=late_minutes)
            wake()
    return None


def refusal_of(communication: Communication) -> Refusal | Trouble | None:
    """Return why this draft could not be started now, None when it could."""
    if communication.state not in NOT_STARTED:
        return Refusal.NOT_A_DRAFT
    return trouble_of(communication) or incompleteness_of(communication) or _audience_refusal(communication)


def incompleteness_of(composition: Composition) -> Refusal | None:
    """Return what the composition lacks to fill its template, None when it lacks nothing."""
    variables = composition.variant.variables if composition.variant else []
    if any(v["key"] not in composition.mapping for v in variables if v.get("kind") not in MEDIA_KINDS):
        return Refusal.MAPPING_INCOMPLETE
    if any(v.get("kind") in MEDIA_KINDS for v in variables) and not composition.header_media:
        return Refusal.MEDIA_MISSING
    return None


def _audience_refusal(communication: Communication) -> Refusal | Trouble | None:
    if communication.audience_kind == "rule":
        return (audience_trouble(communication) or None) if communication.audience_rules_id else Refusal.RULES_REMOVED
    if communication.audience_kind == "list":
        return None if communication.audience_list_id else Refusal.LIST_REMOVED
    if communication.audience_kind != "import":
        return None
    source = communication.audience_import
    if source is None:
        return Refusal.IMPORT_REMOVED
    return None if source.state == "done" else Refusal.IMPORT_UNFINISHED
