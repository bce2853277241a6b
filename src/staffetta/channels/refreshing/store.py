"""Swap a complete download in, in one transaction, and say what it changed."""

from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from functools import partial

from django.db import transaction

from staffetta.channels.message_templates.preview import body_of
from staffetta.channels.models import (
    Channel,
    ConnectionState,
    CustomerField,
    Refresh,
    RefreshState,
    Template,
    TemplateVariant,
)
from staffetta.channels.refreshing import listing as listings
from staffetta.channels.refreshing import reconcile
from staffetta.channels.refreshing.bad_items import BadItems, encodable
from staffetta.channels.refreshing.reconcile import FieldChanges, Stored, StoredField, TemplateChanges
from staffetta.connectors.messages import ChannelListing, ListedField, ListedTemplate
from staffetta.text import NotStorable, cut, storable, storable_json
from staffetta.work import set_aside
from staffetta.work.clock import now

TOLD_AT_MOST = 200
"""Names kept in a refresh's result; the counts are whole."""


class Overtaken(Exception):
    """The refresh was cancelled, its channel disconnected, or another worker has taken it."""


@dataclass(frozen=True, slots=True)
class Download:
    """Everything one refresh read. `templates` is None when the provider offers no list of them."""

    listing: ChannelListing
    fields: Sequence[ListedField]
    templates: Sequence[ListedTemplate] | None

    def unstorable(self) -> list[list[str]]:
        """Return [name, why] of what cannot be kept as the provider wants it back."""
        listed: list[ListedField | ListedTemplate] = [*self.fields, *(self.templates or ())]
        return [[row.name, row.unstorable] for row in listed if row.unstorable]


def store(refresh: Refresh, download: Download) -> None:
    """Write the download and end the refresh. Raises Overtaken, having written nothing."""
    with transaction.atomic():
        # All channels in one order: refreshes of several channels write the same rows of the channel list.
        channels = {row.pk: row for row in Channel.objects.select_for_update(no_key=True).order_by("id")}
        mine = Refresh.objects.select_for_update().filter(
            pk=refresh.pk, state=RefreshState.RUNNING, attempt=refresh.attempt
        )
        channel = channels.get(refresh.channel_id)
        if channel is None or not mine.exists():
            raise Overtaken
        first, bad = channel.refreshed_at is None, BadItems(channel)
        result: dict[str, object] = {"first": first, **listings.store(channel, download.listing)}
        result["unstorable"] = download.unstorable()[:TOLD_AT_MOST]
        result |= _store_fields(channel, download.fields, bad, first=first)
        if download.templates is not None:
            result |= _store_templates(channel, download.templates, bad, first=first)
        bad.close()
        result["set_aside"] = bad.number
        channel.templates_listed = download.templates is not None
        _stamp(channel)
        mine.update(
            state=RefreshState.DONE,
            step="",
            fields_read=len(download.fields),
            templates_read=len(download.templates or ()),
            result=result,
            finished_at=now(),
        )


def _stamp(channel: Channel) -> None:
    channel.state = ConnectionState.CONNECTED
    channel.connected_at = channel.connected_at or now()
    channel.refreshed_at = now()
    channel.problem, channel.problem_at, channel.key_refused_at = "", None, None
    channel.save()


def _store_fields(
    channel: Channel, all_listed: Sequence[ListedField], bad: BadItems, *, first: bool
) -> dict[str, object]:
    listed = bad.sift("field", all_listed, lambda row: row.name, _storable_field)
    rows = {row.name: row for row in channel.customer_fields.all()}
    stored = [
        StoredField(row.name, row.label, row.type, tuple(row.choices), row.gone_at is not None) for row in rows.values()
    ]
    changes = reconcile.fields(stored, listed)
    changes.spare({row.name for row in all_listed} - {row.name for row in listed})
    new = set() if first else set(changes.added)
    set_aside.by_halves(
        [_field(channel, row, place, is_new=row.name in new) for place, row in enumerate(listed)],
        _write_fields,
        lambda row, error: bad.refuse("field", row.name, error),
    )
    channel.customer_fields.filter(name__in=changes.gone).update(gone_at=now(), is_new=False)
    return {"fields": len(listed), **_told_fields(changes, first=first)}


def _write_fields(rows: Sequence[CustomerField]) -> None:
    CustomerField.objects.bulk_create(
        rows,
        update_conflicts=True,
        unique_fields=["channel", "name"],
        update_fields=["label", "type", "type_raw", "choices", "position", "is_new", "gone_at"],
    )


def _storable_field(listed: ListedField) -> None:
    """Raises what keeps a field from being stored, as far as it is known before the database is asked."""
    if listed.unstorable:
        raise NotStorable(listed.unstorable)
    encodable([listed.name, listed.label, listed.type_raw, list(listed.choices)])


def _field(channel: Channel, listed: ListedField, place: int, *, is_new: bool) -> CustomerField:
    return CustomerField(
        channel=channel,
        name=listed.name,
        label=cut(listed.label, 200),
        type=listed.type,
        type_raw=cut(listed.type_raw, 60),
        choices=list(listed.choices),
        position=place,
        is_new=is_new,
    )


def _told_fields(changes: FieldChanges, *, first: bool) -> dict[str, object]:
    return {
        "fields_new": [] if first else changes.added[:TOLD_AT_MOST],
        "fields_changed": changes.changed[:TOLD_AT_MOST],
        "fields_gone": changes.gone[:TOLD_AT_MOST],
    }


def _store_templates(
    channel: Channel, all_listed: Sequence[ListedTemplate], bad: BadItems, *, first: bool
) -> dict[str, object]:
    listed = bad.sift("template", all_listed, _name, _storable)
    variants = TemplateVariant.objects.filter(template__channel=channel).select_related("template")
    rows = {(row.template.name, row.language): row for row in variants}
    changes = reconcile.templates([_stored(row) for row in rows.values()], listed)
    changes.spare({(row.name, row.language) for row in all_listed} - {(row.name, row.language) for row in listed})
    _update(rows, changes, bad)
    refuse = partial(_refuse, bad)
    set_aside.by_halves(changes.added, lambda added: _add(channel, added, first=first), refuse)
    new = [name for name, what in changes.told.items() if "new" in what]
    channel.templates.filter(is_new=True).exclude(name__in=new).update(is_new=False)
    channel.templates.filter(by_hand=True, name__in={row.name for row in changes.updated}).update(by_hand=False)
    channel.unapproved_templates = len(changes.unapproved)
    told = {} if first else {name: sorted(what) for name, what in sorted(changes.told.items())[:TOLD_AT_MOST]}
    return {
        "templates": channel.templates.filter(variants__status=reconcile.APPROVED, variants__gone_at=None)
        .distinct()
        .count(),
        "templates_told": told,
        "unapproved": len(changes.unapproved),
    }


def _stored(row: TemplateVariant) -> Stored:
    return Stored(
        name=row.template.name,
        language=row.language,
        status=row.status,
        fingerprint=row.fingerprint,
        gone=row.gone_at is not None,
        by_hand=row.template.by_hand,
        category=row.category,
        quality=row.quality,
        cleaned=_cleaned(row),
    )


def _cleaned(row: TemplateVariant) -> str:
    texts = storable_json(row.components), storable_json(row.variables)
    return reconcile.digest(*texts, row.language_raw, storable(row.category))


def says_the_same(row: TemplateVariant, listed: ListedTemplate) -> bool:
    """Say whether a stored variant and a listed one are one contract, however its texts were cleaned when stored."""
    return reconcile.fingerprint(listed) in (row.fingerprint, _cleaned(row))


WRITTEN = ("language_raw", "status", "category", "quality", "components", "body", "variables", "unsupported", "raw")


def _name(listed: ListedTemplate) -> str:
    return f"{listed.name} ({listed.language})"


def _storable(listed: ListedTemplate) -> None:
    """Raises what keeps a template from being stored, as far as it is known before the database is asked."""
    if listed.unstorable:
        raise NotStorable(listed.unstorable)
    row = fill(TemplateVariant(language=listed.language), listed)
    encodable([listed.name, row.language, row.status, row.category, row.components, row.body, row.variables, row.raw])


def _refuse(bad: BadItems, listed: ListedTemplate, error: Exception) -> None:
    bad.refuse("template", _name(listed), error)


def _update(rows: dict[reconcile.Name, TemplateVariant], changes: TemplateChanges, bad: BadItems) -> None:
    at = now()
    for key in changes.gone:
        rows[key].gone_at = at
    for key in changes.raised:
        rows[key].revision += 1
        rows[key].changed_at = at
    _write([rows[key] for key in changes.gone])
    for listed in changes.updated:
        row = rows[listed.name, listed.language]
        fill(row, listed)
        row.gone_at = None
    set_aside.by_halves(
        changes.updated,
        lambda some: _write([rows[listed.name, listed.language] for listed in some]),
        partial(_refuse, bad),
    )


def _write(rows: Sequence[TemplateVariant]) -> None:
    TemplateVariant.objects.bulk_update(
        rows, [*WRITTEN, "fingerprint", "gone_at", "revision", "changed_at"], batch_size=200
    )


def _add(channel: Channel, added: Iterable[ListedTemplate], *, first: bool) -> None:
    added = list(added)
    names = dict.fromkeys(listed.name for listed in added)
    known = dict(channel.templates.filter(name__in=names).values_list("name", "pk"))
    new = [Template(channel=channel, name=name, is_new=not first) for name in names if name not in known]
    known |= {row.name: row.pk for row in Template.objects.bulk_create(new)}
    TemplateVariant.objects.bulk_create(
        [fill(TemplateVariant(template_id=known[row.name], language=row.language), row) for row in added]
    )


def fill(row: TemplateVariant, listed: ListedTemplate) -> TemplateVariant:
    """Put what was listed into a variant. The same contract keeps its fingerprint: nothing that accepted it is held."""
    if not (row.fingerprint and says_the_same(row, listed)):
        row.fingerprint = reconcile.fingerprint(listed)
    row.language_raw = listed.language_raw
    row.status = cut(listed.status, 40)
    row.category = cut(listed.category, 40)
    row.quality = cut(listed.quality, 40)
    row.components = list(listed.components)
    row.body = body_of(listed.components)
    row.variables = [asdict(variable) for variable in listed.variables]
    row.unsupported = listed.unsupported
    row.raw = dict(listed.raw)
    return row
