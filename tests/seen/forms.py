"""Of every form that saves: a field, what a colleague stores in it, and what the person types.

A view that is marked `@versioned` and has no line here fails tests/seen/test_forms.py.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from staffetta.accounts.models import User
from staffetta.channels.models import Channel
from staffetta.communications.models import TransactionalMessage
from staffetta.contacts.consents import consent
from staffetta.contacts.models import AudienceRules, Contact, ContactField
from staffetta.events.models import StopProof
from staffetta.sync.models import SyncConfiguration, SyncMapping
from tests import world as factory
from tests.seen.confirmations import draft, ready_to_start

World = factory.World
THEIRS = "+393298887766"


def nothing(_world: World) -> None:
    """Nothing has to be made ready."""


@dataclass(frozen=True, slots=True)
class Stale:
    """`theirs` is what a colleague stores meanwhile in `name`, `mine` what the person types there."""

    name: str
    meanwhile: Callable[[World], object]
    theirs: str
    mine: str
    ready: Callable[[World], object] = nothing
    more: dict[str, str] = field(default_factory=dict)


def channel(world: World) -> Any:
    return Channel.objects.filter(pk=world.channel.pk)


def other_user(world: World) -> Any:
    return User.objects.filter(pk=world.other_user.pk)


def a_choice(_world: World) -> None:
    ContactField.objects.filter(name="citta").update(type="choice", choices=["Torino", "Milano"])
    Channel.objects.get().customer_fields.update(type="single_choice", choices=["TO", "MI"])
    SyncMapping.objects.update(type_seen="single_choice", pairs={})


def pairs(_world: World) -> None:
    SyncMapping.objects.update(pairs={"TO": "Torino"})


def definition(_world: World) -> None:
    mapping = {"1": {"source": "field:first_name", "fallback": "cliente"}}
    TransactionalMessage.objects.update(mapping=mapping, platform="whatsapp", template_language="it")


def unknown_platform(world: World) -> None:
    Channel.objects.filter(pk=world.channel.pk).update(platform="whatsapp", platform_chosen=True)


def said_yes(world: World) -> None:
    consent.record([world.contact.pk], "whatsapp", consent.BOTH, "yes", "hand", wording="Al banco")


FORMS: dict[str, Stale] = {
    "accounts:profile": Stale(
        "full_name", lambda _w: User.objects.filter(username="chiunque").update(full_name="Anna"), "Anna", "Anita"
    ),
    "accounts:user": Stale(
        "role", lambda w: User.objects.filter(pk=w.other_user.pk).update(role="operator"), "operator", "administrator"
    ),
    "channels:platform": Stale(
        "platform",
        lambda w: Channel.objects.filter(pk=w.channel.pk).update(platform="telegram"),
        "telegram",
        "viber",
        unknown_platform,
    ),
    "channels:pace": Stale("pace", lambda w: channel(w).update(pace=11), "11,0", "12,0"),
    "events:test_number": Stale(
        "number", lambda w: StopProof.objects.create(channel=w.channel, number=THEIRS), THEIRS, "+393298887700"
    ),
    "communications:edit": Stale(
        "name",
        lambda w: draft(w).update(name="Di Bruna"),
        "Di Bruna",
        "Di Anna",
        ready_to_start,
    ),
    "communications:hours": Stale(
        "opens",
        lambda w: draft(w).update(hours="09:00-18:00"),
        "09:00",
        "10:00",
        more={"closes": "18:00"},
    ),
    "communications:transactional_edit": Stale(
        "expires_in", lambda _w: TransactionalMessage.objects.update(expires_in=30), "30", "45", definition
    ),
    "contacts:edit": Stale(
        "last_name", lambda w: Contact.objects.filter(pk=w.contact.pk).update(last_name="Rossi"), "Rossi", "Verdi"
    ),
    "contacts:edit_field": Stale("label", lambda _w: ContactField.objects.update(label="Comune"), "Comune", "Paese"),
    "contacts:edit_audience": Stale(
        "name", lambda w: AudienceRules.objects.filter(pk=w.by_rules.pk).update(name="Di Bruna"), "Di Bruna", "Di Anna"
    ),
    "sync:edit": Stale("name", lambda _w: SyncConfiguration.objects.update(name="Di Bruna"), "Di Bruna", "Di Anna"),
    "sync:choices": Stale("pair-1-0", pairs, "Torino", "Milano", a_choice),
}
WALKED_ELSEWHERE = {  # by a test of its own in test_forms.py
    "accounts:token_right": "test_a_right_that_was_taken_away_is_not_given_back_by_an_old_form",
    "channels:sources": "test_two_boxes_ticked_by_two_people_are_both_ticked",
    "contacts:columns": "test_columns_that_a_colleague_mapped_meanwhile_stay_and_a_conflict_is_shown",
}
