"""Fold stored events into what we know of people: opt-outs become a No, and what may be one waits for a person.

An opt-out of somebody who is no contact here stays unapplied: should they be imported later, it holds before the first
message. Nothing here ever turns a No into a Yes.
"""

from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import datetime
from functools import partial

from django.db import transaction

from staffetta.channels.models import Channel
from staffetta.contacts.consents import consent
from staffetta.contacts.models import ConsentState, ConsentValue, ContactActivity, Purpose
from staffetta.contacts.opt_outs import decide
from staffetta.contacts.opt_outs.match import Outcome, Vocabulary
from staffetta.contacts.opt_outs.own_words import vocabulary
from staffetta.contacts.phones.equivalents import equivalents
from staffetta.deliveries.tell_contacts import hold_back_person
from staffetta.events.models import ProviderEvent
from staffetta.events.people import contacts_behind
from staffetta.events.store import REPLY, outcome_of
from staffetta.work import set_aside
from staffetta.work.clock import now

PIECE = 300
PURPOSES = {Outcome.ALL: consent.BOTH, Outcome.MARKETING: (Purpose.MARKETING,)}


def apply(channel: Channel) -> int:
    """Fold the channel's events that are not folded yet; return how many opt-outs were recorded."""
    items, recorded, words = set_aside.Items("events"), Counter[str](), vocabulary()

    def apply_some(events: Sequence[ProviderEvent]) -> None:
        recorded["opt-outs"] += _apply_piece(channel, events, words)

    def refuse(event: ProviderEvent, error: Exception) -> None:
        items.set_aside(_subject(event), error, name=str(channel), person=(channel.platform, event.address))
        hold_back_person(channel.platform, contacts_behind(channel.platform, {event.address}).get(event.address, set()))

    for piece in _pieces(channel):
        due = [event for event in piece if not items.rests(_subject(event))]
        set_aside.by_halves(due, apply_some, refuse)
        items.succeeded([_subject(event) for event in due])
    return recorded["opt-outs"]


def _subject(event: ProviderEvent) -> str:
    return f"event:{event.pk}"


def apply_to(platform: str, addresses: Collection[str]) -> int:
    """Fold what waits of these addresses, on any channel of the platform: their person may have come in just now."""
    forms = {form for address in addresses for form in equivalents(address.removeprefix("+"))}
    waiting = ProviderEvent.objects.filter(channel__platform=platform, address__in=forms, applied_at=None)
    by_channel: dict[Channel, list[ProviderEvent]] = {}
    for event in waiting.select_related("channel").order_by("pk")[:PIECE]:
        by_channel.setdefault(event.channel, []).append(event)
    recorded, words = Counter[str](), vocabulary()
    for channel, events in by_channel.items():

        def apply_some(some: Sequence[ProviderEvent], channel: Channel = channel) -> None:
            recorded["opt-outs"] += _apply_piece(channel, some, words)

        set_aside.by_halves(events, apply_some, lambda _event, _error: None)  # the lane sets it aside
    return recorded["opt-outs"]


def said_by(event: ProviderEvent, words: Vocabulary) -> Outcome:
    """Return what the event says about being written to."""
    if event.kind == REPLY:
        return outcome_of(event, words)
    return Outcome.ALL if event.kind in consent.SAID_BY_PERSON else Outcome.NOTHING


def _pieces(channel: Channel) -> Iterator[list[ProviderEvent]]:
    after = 0
    while piece := list(
        ProviderEvent.objects.filter(channel=channel, applied_at=None, pk__gt=after).order_by("pk")[:PIECE]
    ):
        yield piece
        after = piece[-1].pk


def _apply_piece(channel: Channel, events: Sequence[ProviderEvent], words: Vocabulary) -> int:
    people = contacts_behind(channel.platform, {event.address for event in events})
    recorded = 0
    with transaction.atomic():
        _note_replies(channel.platform, events, people)
        for event in events:
            step = partial(_fold, channel, event, said_by(event, words), people.get(event.address, set()))
            recorded += set_aside.call("events", _subject(event), step)
        done = [event.pk for event in events if event.address in people or not said_by(event, words)]
        ProviderEvent.objects.filter(pk__in=done).update(applied_at=now())
    return recorded


def _fold(channel: Channel, event: ProviderEvent, said: Outcome, contact_ids: set[int]) -> int:
    """Record what the event says of these contacts; return how many opted out with it."""
    if purposes := PURPOSES.get(said):
        return _opt_out(channel.platform, event, purposes, contact_ids)
    if said is Outcome.POSSIBLE and contact_ids:
        decide.keep(channel.platform, [_found(channel, event, contact_ids)])
    return 0


def _opt_out(platform: str, event: ProviderEvent, purposes: Sequence[str], contact_ids: set[int]) -> int:
    if event.kind != REPLY:
        return len(consent.record(contact_ids, platform, purposes, ConsentValue.NO, event.kind).changed)
    changed: set[int] = set()
    for purpose in purposes:
        asked = contact_ids - _said_yes_since(platform, purpose, contact_ids, event.at)
        said = consent.record(asked, platform, [purpose], ConsentValue.NO, decide.SOURCE, wording=_text(event)[:500])
        changed |= said.changed
    return len(changed)


def _found(channel: Channel, event: ProviderEvent, contact_ids: set[int]) -> decide.Found:
    asked = contact_ids - _said_yes_since(channel.platform, Purpose.MARKETING, contact_ids, event.at)
    return decide.Found(asked, channel.pk, channel.name, f"{channel.pk}:{event.key}"[:200], _text(event), event.at)


def _text(event: ProviderEvent) -> str:
    """Return what the person wrote, or what the button they pressed carried."""
    return str(event.payload.get("text") or event.payload.get("button") or "")


def _said_yes_since(platform: str, purpose: str, contact_ids: set[int], at: datetime) -> set[int]:
    """Return who gave an explicit consent after that STOP: an old conversation, read late, does not undo it."""
    rows = ConsentState.objects.filter(
        contact__in=contact_ids,
        platform=platform,
        purpose=purpose,
        value=ConsentValue.YES,
        source__in=consent.EXPLICIT,
        at__gt=at,
    )
    return set(rows.values_list("contact_id", flat=True))


def _note_replies(platform: str, events: Sequence[ProviderEvent], people: Mapping[str, set[int]]) -> None:
    """Keep when each person wrote last."""
    latest: dict[int, datetime] = {}
    for event in events:
        for contact_id in people.get(event.address, ()) if event.kind == REPLY else ():
            latest[contact_id] = max(event.at, latest.get(contact_id, event.at))
    known = ContactActivity.objects.filter(
        contact__in=latest, platform=platform, channel="", last_reply_at__isnull=False
    )
    for contact_id, at in known.values_list("contact_id", "last_reply_at"):
        latest[contact_id] = max(latest[contact_id], at or latest[contact_id])
    ContactActivity.objects.bulk_create(
        [ContactActivity(contact_id=key, platform=platform, last_reply_at=at) for key, at in latest.items()],
        update_conflicts=True,
        unique_fields=["contact", "platform", "channel"],
        update_fields=["last_reply_at"],
    )
