"""The person's switch on templates: off means it cannot be chosen or sent anywhere, from that moment."""

from collections.abc import Iterable

from django.db import transaction
from django.db.models import F

from staffetta.accounts import audit
from staffetta.accounts.models import User
from staffetta.channels.models import Channel, Template, TemplateVariant
from staffetta.work.clock import now


def switch(channel: Channel, templates: Iterable[int], *, on: bool, by: User | None = None) -> int:
    """Switch these templates of the channel (ids); return how many were not so already.

    The revision of their variants rises, so that whatever accepted them before is held (invariant 5).
    """
    with transaction.atomic():
        rows = Template.objects.select_for_update().filter(channel=channel, pk__in=list(templates), active=not on)
        changed = dict(rows.values_list("pk", "name"))
        Template.objects.filter(pk__in=changed).update(active=on)
        TemplateVariant.objects.filter(template__in=changed).update(revision=F("revision") + 1, changed_at=now())
        if changed:
            audit.record(by, "templates_on" if on else "templates_off", channel, templates=sorted(changed.values()))
    return len(changed)
