"""What the contacts' pages ask of this room: which messages a contact field fills, and which go to an audience."""

from collections.abc import Iterable, Sequence

from django.urls import reverse
from django.utils.translation import gettext as _

from staffetta.communications.mapping import SourceKind
from staffetta.communications.models import Communication, CommunicationState, Composition, TransactionalMessage
from staffetta.contacts.fields.field_uses import FieldUse
from staffetta.contacts.models import AudienceRules

OVER = (CommunicationState.DONE, CommunicationState.STOPPED)


def of_field(name: str) -> Sequence[FieldUse]:
    """Return the unfinished communications and the transactional messages a field fills a variable of."""
    open_ones = Communication.objects.exclude(state__in=OVER).only("pk", "name", "mapping").order_by("pk")
    found = [
        FieldUse(_("communication"), row.name, reverse("communications:show", args=[row.pk]))
        for row in _filled_by(name, open_ones)
    ]
    messages = TransactionalMessage.objects.only("pk", "name", "mapping").order_by("name")
    return found + [
        FieldUse(_("transactional message"), row.name, reverse("communications:transactional_show", args=[row.name]))
        for row in _filled_by(name, messages)
    ]


def of_audience(audience: AudienceRules) -> Sequence[FieldUse]:
    """Return the drafts and unplanned communications that go to an audience by rules."""
    rows = Communication.objects.filter(audience_rules=audience, started_at=None).exclude(state__in=OVER)
    return [
        FieldUse(_("communication"), row.name, reverse("communications:show", args=[row.pk]))
        for row in rows.order_by("pk")[:50]
    ]


def _filled_by[C: Composition](name: str, rows: Iterable[C]) -> list[C]:
    source = f"{SourceKind.FIELD}:{name}"
    return [row for row in rows if any(entry.get("source") == source for entry in row.mapping.values())]
