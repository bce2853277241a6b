"""Make one contact of two: both histories, the stricter consent, and the value of each field that a person chose.

Everything that points to the contact that goes is moved by Django's own relations (hanging.py), so a room added
tomorrow is moved too. A `Merge` row remembers all of it: unmerge.py takes it back.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from django.core import serializers
from django.db import transaction
from django.db.models import F, Field, Max, Model, Q, UniqueConstraint
from django.utils.translation import gettext as _

from staffetta.accounts import audit
from staffetta.accounts.models import User
from staffetta.contacts import hanging
from staffetta.contacts.merging import former_addresses, merge_consent
from staffetta.contacts.models import Consent, ConsentState, Contact, ContactActivity, ListMember
from staffetta.contacts.record_models import ContactChange, Merge, Twin
from staffetta.work.clock import now

SYSTEM = ("first_name", "last_name", "phone", "telegram_id", "language", "time_zone", "external_id")
WITH_PHONE = ("phone_raw", "whatsapp_id")
"""What goes with the number: how it was typed, and the provider's own id for it."""
EVERYTHING = (*SYSTEM, *WITH_PHONE, "values")
OTHER = "other"
"""The choice of a field's value of the contact that goes."""
DERIVED: tuple[type[Model], ...] = (ConsentState, ContactActivity)
"""Kept with both as they were, and made anew for the merged contact."""


class NotTwo(ValueError):
    """A contact cannot be merged with itself, or one of the two is gone."""


def value_of(contact: Contact, name: str) -> Any:
    """Return a field's value by its name, of a system field or of our own."""
    return getattr(contact, name) if name in SYSTEM else contact.values.get(name)


def fields_of(one: Contact, other: Contact) -> list[str]:
    """Return the fields at least one of the two has a value of, system fields first."""
    own = sorted({*one.values, *other.values})
    return [name for name in (*SYSTEM, *own) if _filled(value_of(one, name)) or _filled(value_of(other, name))]


def differing(one: Contact, other: Contact) -> list[str]:
    """Return the fields of which both have a value, and not the same: a person chooses."""
    pairs = ((name, value_of(one, name), value_of(other, name)) for name in fields_of(one, other))
    return [name for name, mine, theirs in pairs if _filled(mine) and _filled(theirs) and mine != theirs]


def merge(kept: Contact, lost: Contact, choices: Mapping[str, str], by: User | None) -> Merge:
    """Let `lost` go into `kept`; `choices` name the fields whose value is the other's. Raises NotTwo.

    A field only one of them has keeps its value whatever was chosen.
    """
    with transaction.atomic():
        both = {row.pk: row for row in Contact.objects.select_for_update().filter(pk__in=[kept.pk, lost.pk])}
        if len(both) != 2:
            raise NotTwo
        kept, lost = both[kept.pk], both[lost.pk]
        for companion in hanging.companions():
            companion.before(kept.pk, lost.pk)
        done = Merge(kept=kept, kept_number=kept.pk, lost_number=lost.pk, lost_name=str(lost), at=now())
        done.by, done.by_name = by, str(by or "")
        done.lost, done.before = _snapshot(lost), _snapshot(kept)
        _bring_together(done, kept, lost, choices, by)
        for companion in hanging.companions():
            companion.after(kept.pk)
        audit.record(by, "contacts_merged", kept, merged=done.lost_number)
    return done


def _bring_together(done: Merge, kept: Contact, lost: Contact, choices: Mapping[str, str], by: User | None) -> None:
    former, mine, theirs = _copy(kept), merge_consent.states_of(kept.pk), merge_consent.states_of(lost.pk)
    done.states = {"kept": merge_consent.remembered(mine), "lost": merge_consent.remembered(theirs)}
    _keep_dismissals(kept.pk, lost.pk)
    _move_everything(done, kept.pk, lost.pk)
    _merge_activity(kept.pk, lost.pk)
    gone = _copy(lost)
    lost.delete()
    _take_values(kept, gone, choices)
    kept.save()
    done.after = _snapshot(kept)
    dropped = former_addresses.remember(kept, (former, gone))
    merge_consent.settle(kept.pk, mine, theirs, by)
    done.states["last"] = Consent.objects.filter(contact=kept).aggregate(last=Max("pk"))["last"] or 0
    done.suppressed = merge_consent.keep_out(kept, gone, former, by)
    done.save()
    changes = {name: [done.before[name], done.after[name]] for name in SYSTEM if done.before[name] != done.after[name]}
    changes |= _own_changes(done.before["values"], done.after["values"])
    changes |= dropped
    ContactChange.objects.create(contact=kept, source="merge", changes=changes, by_name=done.by_name, at=done.at)


def _own_changes(before: Mapping[str, Any], after: Mapping[str, Any]) -> dict[str, list[Any]]:
    names = sorted({*before, *after})
    return {name: [before.get(name), after.get(name)] for name in names if before.get(name) != after.get(name)}


def _take_values(kept: Contact, lost: Contact, choices: Mapping[str, str]) -> None:
    values = dict(kept.values)
    for name in fields_of(kept, lost):
        mine, theirs = value_of(kept, name), value_of(lost, name)
        if not _filled(theirs) or (_filled(mine) and choices.get(name) != OTHER):
            continue
        if name not in SYSTEM:
            values[name] = theirs
            continue
        setattr(kept, name, theirs)
        if name == "phone":
            kept.phone_raw, kept.whatsapp_id = lost.phone_raw, lost.whatsapp_id
    kept.values, kept.updated_at = values, now()


def _move_everything(done: Merge, kept_id: int, lost_id: int) -> None:
    for model, link in hanging.relations():
        rows = model._meta.base_manager.filter(**{link.name: lost_id})
        clashing = set(_clashes(model, link, kept_id, lost_id)) if model not in DERIVED else ()
        free = [] if model in DERIVED else list(rows.exclude(pk__in=clashing).values_list("pk", flat=True))
        key = f"{model._meta.label}.{link.name}"
        if free:
            model._meta.base_manager.filter(pk__in=free).update(**{link.name: kept_id})
            done.moved[key] = free
        if clashing and link.null:
            done.left[key] = sorted(clashing)
        elif clashing or model is ContactActivity:
            staying = rows if model in DERIVED else rows.filter(pk__in=clashing)
            done.held += serializers.serialize("python", staying)
    done.held = [{**row, "fields": _jsonable(row["fields"])} for row in done.held]


def _clashes(model: type[Model], link: "Field[Any, Any]", kept_id: int, lost_id: int) -> Iterator[int]:
    """Yield the rows a uniqueness of the model keeps from changing hands."""
    for constraint in model._meta.constraints:
        if not isinstance(constraint, UniqueConstraint):
            continue
        parts: list[Any] = [*map(F, constraint.fields), *constraint.expressions]
        others = [part for part in parts if part != F(link.name)]
        if len(others) == len(parts):
            continue
        rows = model._meta.base_manager.filter(constraint.condition or Q())
        taken = set(rows.filter(**{link.name: kept_id}).values_list(*others))
        for pk, *told in rows.filter(**{link.name: lost_id}).values_list("pk", *others):
            if tuple(told) in taken and None not in told:
                yield pk


def _merge_activity(kept_id: int, lost_id: int) -> None:
    """The later of both moments, per platform and channel."""
    mine = {(row.platform, row.channel): row for row in ContactActivity.objects.filter(contact=kept_id)}
    for row in ContactActivity.objects.filter(contact=lost_id):
        own = mine.get((row.platform, row.channel))
        own = own or ContactActivity(contact_id=kept_id, platform=row.platform, channel=row.channel)
        for name in ("last_sent_at", "last_reply_at"):
            moments = [moment for moment in (getattr(own, name), getattr(row, name)) if moment]
            setattr(own, name, max(moments, default=None))
        own.save()


def _keep_dismissals(kept_id: int, lost_id: int) -> None:
    """Whom somebody told apart from one of the two is told apart from the merged one."""
    apart = Twin.objects.exclude(dismissed_at=None).filter(Q(first=lost_id) | Q(second=lost_id))
    for twin in apart.exclude(first=kept_id).exclude(second=kept_id):
        third = twin.second_id if twin.first_id == lost_id else twin.first_id
        pair: Any = {"first_id": min(kept_id, third), "second_id": max(kept_id, third)}
        told = {name: getattr(twin, name) for name in ("reason", "dismissed_at", "dismissed_by_name")}
        Twin.objects.update_or_create(**pair, defaults=told)


def _snapshot(contact: Contact) -> dict[str, Any]:
    told = {name: getattr(contact, name) for name in EVERYTHING}
    return {**told, "values": dict(contact.values), "created_at": contact.created_at.isoformat()}


def _copy(contact: Contact) -> Contact:
    return Contact(pk=contact.pk, **{name: getattr(contact, name) for name in EVERYTHING})


def _jsonable(fields: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value.isoformat() if hasattr(value, "isoformat") else value for name, value in fields.items()}


def _filled(value: object) -> bool:
    return value not in (None, "", [])


def lists_of(one: Contact, other: Contact) -> list[str]:
    """Return the names of the lists the merged contact will be in."""
    members = ListMember.objects.filter(contact__in=(one, other)).order_by("list__name")
    return list(dict.fromkeys(members.values_list("list__name", flat=True)))


def refusal() -> str:
    """Say why two contacts cannot be merged."""
    return _("These are not two contacts that are still here.")
