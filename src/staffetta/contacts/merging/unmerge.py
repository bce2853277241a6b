"""Take a merge back: the contact that went is there again with its rows; what cannot be restored is said."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.apps import apps
from django.core import serializers
from django.db import transaction
from django.db.models import ForeignKey, Model

from staffetta.accounts import audit
from staffetta.accounts.models import User
from staffetta.contacts.merging import former_addresses, merge_consent
from staffetta.contacts.merging.merge import SYSTEM
from staffetta.contacts.models import Consent, ConsentState, ConsentValue, Contact, Suppression
from staffetta.contacts.phones.phone import forms
from staffetta.contacts.record_models import ContactChange, Merge
from staffetta.work.clock import now

UNIQUE = ("phone", "telegram_id", "external_id")


class CannotUndo(ValueError):
    """The merge stays: `code` is done_already, contact_gone or address_taken (wording.py)."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


def unmerge(merge: Merge, by: User | None) -> Contact:
    """Restore both contacts and return the one that is there again; raises CannotUndo and changes nothing."""
    with transaction.atomic():
        merge = Merge.objects.select_for_update().get(pk=merge.pk)
        kept = _kept(merge)
        missing: list[str] = []
        _give_back_values(merge, kept, missing)
        again = _lost(merge, kept, missing)
        _give_back_rows(merge, again, missing)
        former_addresses.forget(merge)
        _give_back_consents(merge, kept, again, missing)
        merge.undone, merge.undone_at, merge.undone_by_name = missing, now(), str(by or "")
        merge.save()
        audit.record(by, "merge_undone", kept, merged=again.pk)
    return again


def _kept(merge: Merge) -> Contact:
    if merge.undone_at:
        raise CannotUndo("done_already")
    kept = Contact.objects.select_for_update().filter(pk=merge.kept_id).first() if merge.kept_id else None
    if kept is None or not merge.lost:
        raise CannotUndo("contact_gone")
    return kept


def _give_back_values(merge: Merge, kept: Contact, missing: list[str]) -> None:
    """Each value the merge changed is as before, except where somebody changed it since."""
    changes: dict[str, list[Any]] = {}
    for name in (*SYSTEM, "phone_raw", "whatsapp_id"):
        before, after, present = merge.before[name], merge.after[name], getattr(kept, name)
        if before == after:
            continue
        if present == after and not _taken(name, before, kept):
            setattr(kept, name, before)
            changes[name] = [present, before]
        else:
            missing.append(f"changed_since:{name}")
    _give_back_own(merge, kept, changes, missing)
    kept.updated_at = now()
    kept.save()
    ContactChange.objects.create(contact=kept, source="unmerge", changes=changes)


def _taken(name: str, value: str | None, kept: Contact) -> bool:
    """Say whether a third contact has this number or id by now."""
    if name not in UNIQUE or not value:
        return False
    wanted = forms(value) if name == "phone" else {value}
    return Contact.objects.filter(**{f"{name}__in": wanted}).exclude(pk=kept.pk).exists()


def _give_back_own(merge: Merge, kept: Contact, changes: dict[str, list[Any]], missing: list[str]) -> None:
    own, before, after = dict(kept.values), merge.before["values"], merge.after["values"]
    for name in sorted({*before, *after}):
        if before.get(name) == after.get(name):
            continue
        if own.get(name) != after.get(name):
            missing.append(f"changed_since:{name}")
            continue
        changes[name] = [own.get(name), before.get(name)]
        own[name] = before.get(name)
    kept.values = {name: value for name, value in own.items() if value is not None}


def _lost(merge: Merge, kept: Contact, missing: list[str]) -> Contact:
    told = dict(merge.lost)
    for name in UNIQUE:
        if told[name] and (_taken(name, told[name], kept) or getattr(kept, name) == told[name]):
            told[name] = None
            missing.append(f"taken:{name}")
    if not told["phone"] and not told["telegram_id"]:
        raise CannotUndo("address_taken")
    if not told["phone"]:
        told |= {"phone_raw": "", "whatsapp_id": ""}
    contact = Contact(pk=merge.lost_number, **{**told, "created_at": datetime.fromisoformat(told["created_at"])})
    contact.save(force_insert=True)
    return contact


def _give_back_rows(merge: Merge, again: Contact, missing: list[str]) -> None:
    for owner, found in ((merge.kept_id, merge.moved), (None, merge.left)):
        for key, ids in found.items():
            label, _dot, link = key.rpartition(".")
            rows = apps.get_model(label)._meta.base_manager.filter(pk__in=ids, **{link: owner})
            rows.update(**{link: again.pk})
    for held in serializers.deserialize("python", merge.held, ignorenonexistent=True):
        if _has_parents(held.object):
            held.object.save(force_insert=True)
        else:
            missing.append(f"gone:{held.object._meta.label_lower}")


def _has_parents(row: Model) -> bool:
    """A list or an import may have been deleted since."""
    links = (link for link in row._meta.concrete_fields if isinstance(link, ForeignKey))
    told = ((link.related_model, getattr(row, link.attname)) for link in links)
    return all(pk is None or model._meta.base_manager.filter(pk=pk).exists() for model, pk in told)


def _give_back_consents(merge: Merge, kept: Contact, again: Contact, missing: list[str]) -> None:
    """Both agree to what they agreed to before; what was said since the merge counts for the one that stayed.

    A No said since holds for both: nobody knows which of the two meant it.
    """
    since = merge_consent.said_since(kept.pk, int(merge.states.get("last", 0)))
    present = merge_consent.states_of(kept.pk)
    mine = merge_consent.restored(kept.pk, merge.states["kept"])
    theirs = merge_consent.restored(again.pk, merge.states["lost"])
    for key in sorted(since):
        missing.append(f"consent_since:{key[0]}")
        mine[key] = present[key]
        if present[key].value == ConsentValue.NO:
            told = {name: getattr(present[key], name) for name in merge_consent.TOLD}
            theirs[key] = ConsentState(contact=again, **told)
    ConsentState.objects.filter(contact__in=(kept, again)).delete()
    for state in (*mine.values(), *theirs.values()):
        state.pk = None
        state.save(force_insert=True)
    _write_ledger(kept, present, mine)
    if not since:
        for entry in merge.suppressed:
            told = {"platform": entry["platform"], "address_digest": entry["digest"], "cause": entry["cause"]}
            Suppression.objects.filter(**told, note="").delete()


def _write_ledger(
    kept: Contact,
    present: Mapping[merge_consent.Key, ConsentState],
    restored: Mapping[merge_consent.Key, ConsentState],
) -> None:
    """What the undo changes for the contact that stayed is a line of its ledger."""
    for key, state in present.items():
        value = restored[key].value if key in restored else ConsentValue.UNSET
        if value != state.value:
            Consent.objects.create(contact=kept, platform=key[0], purpose=key[1], value=value, source="unmerge")
