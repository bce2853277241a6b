"""What the channels' pages ask of the rooms above: who uses a template, what is in the way, what will be held."""

from collections.abc import Mapping, Sequence

from django.db.models import Model, QuerySet
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from staffetta.channels.blockers import Blocker
from staffetta.channels.holds import Held
from staffetta.channels.message_templates.usage import Dependent, Usage
from staffetta.communications.hold import UNDER_WAY, Trouble
from staffetta.communications.models import Communication, CommunicationState, TransactionalMessage
from staffetta.communications.stop import STOPPABLE
from staffetta.work.clock import now

OVER = (CommunicationState.DONE, CommunicationState.STOPPED)


def of_templates(template_ids: Sequence[int]) -> Mapping[int, Sequence[Usage]]:
    """Return what would notice if a template were switched off: unfinished communications, transactional messages."""
    found: dict[int, list[Usage]] = {}
    communications = Communication.objects.exclude(state__in=OVER)
    for template, row in _by_template(communications, template_ids):
        url = reverse("communications:show", args=[row.pk])
        kind, kinds = _("communication"), _("communications")
        usage = Usage(kind, row.name, url, running=row.state in UNDER_WAY, kinds=kinds)
        found.setdefault(template, []).append(usage)
    for template, message in _by_template(TransactionalMessage.objects.all(), template_ids):
        url = reverse("communications:transactional_show", args=[message.name])
        kind, kinds = _("transactional message"), _("transactional messages")
        usage = Usage(kind, message.name, url, kinds=kinds)
        found.setdefault(template, []).append(usage)
    return found


def of_channel(channel_id: int) -> Sequence[Dependent]:
    """Return what hangs on a channel, counted."""
    unfinished = Communication.objects.filter(channel=channel_id).exclude(state__in=OVER).count()
    messages = TransactionalMessage.objects.filter(channel=channel_id).count()
    return [
        Dependent(
            ngettext("communication not finished", "communications not finished", unfinished),
            unfinished,
            reverse("communications:list"),
        ),
        Dependent(_messages(messages), messages, reverse("communications:transactional_list")),
    ]


def in_the_way(channel_ids: Sequence[int]) -> Sequence[Blocker]:
    """Return the communications that must be stopped before these channels can be disconnected."""
    running = Communication.objects.filter(channel__in=channel_ids, state__in=STOPPABLE).order_by("pk")
    return [
        Blocker(_("Communication «%(name)s»") % {"name": name}, reverse("communications:show", args=[pk]))
        for pk, name in running.values_list("pk", "name")[:50]
    ]


def count_held(channel_ids: Sequence[int]) -> Sequence[Held]:
    """Return what would be held, not deleted."""
    drafts, messages = (rows.count() for rows in _dependents(channel_ids))
    scheduled = _scheduled(channel_ids).count()
    return [
        Held(ngettext("draft of a communication", "drafts of communications", drafts), drafts),
        Held(ngettext("scheduled communication", "scheduled communications", scheduled), scheduled),
        Held(_messages(messages), messages),
    ]


def _messages(number: int) -> str:
    return _("transactional message") if number == 1 else _("transactional messages")


def hold_dependents(channel_ids: Sequence[int]) -> None:
    """Hold them: their channel goes, their frozen names stay, and a person chooses anew."""
    _scheduled(channel_ids).update(
        state=CommunicationState.HELD, held_reason=Trouble.CHANNEL_REMOVED, held_at=now(), updated_at=now()
    )
    for rows in _dependents(channel_ids):
        rows.update(held_reason=Trouble.CHANNEL_REMOVED, held_at=now(), updated_at=now())


def _scheduled(channel_ids: Sequence[int]) -> QuerySet[Communication]:
    return Communication.objects.filter(channel__in=channel_ids, state=CommunicationState.SCHEDULED)


def _dependents(channel_ids: Sequence[int]) -> tuple[QuerySet[Communication], QuerySet[TransactionalMessage]]:
    return (
        Communication.objects.filter(channel__in=channel_ids, state=CommunicationState.DRAFT),
        TransactionalMessage.objects.filter(channel__in=channel_ids),
    )


def _by_template[M: Model](rows: QuerySet[M], template_ids: Sequence[int]) -> list[tuple[int, M]]:
    """Return (template, row) pairs in one query."""
    used = rows.filter(variant__template__in=template_ids).select_related("variant").order_by("pk")
    return [(row.variant.template_id, row) for row in used]  # type: ignore[attr-defined]  # both models have a variant
