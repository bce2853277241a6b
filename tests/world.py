"""One of everything, and which of it stands in an address: the walk over all pages needs an object for each parameter.

A new parameter in some room's addresses makes tests/test_permissions.py fail until it is named in `PARAMETERS`.
"""

from collections.abc import Callable
from dataclasses import dataclass

from django.core.files.base import ContentFile

from staffetta.accounts import tokens
from staffetta.accounts.models import AccessToken, Role, User
from staffetta.channels.models import (
    APPROVED,
    Channel,
    ConnectionState,
    CustomerField,
    Exchange,
    Refresh,
    RefreshState,
    Template,
    TemplateVariant,
)
from staffetta.communications.models import Communication, TransactionalMessage
from staffetta.connectors.messages import Platform
from staffetta.contacts.merging.merge import merge as merge_contacts
from staffetta.contacts.models import (
    AudienceRules,
    Contact,
    ContactField,
    ContactList,
    Import,
    ImportState,
    ListMember,
    Suppression,
)
from staffetta.contacts.opt_outs.models import OptOutWord, PossibleOptOut
from staffetta.contacts.record_models import Erasure, Merge, Twin
from staffetta.contacts.step_models import SavedMapping
from staffetta.deliveries.models import Breaker, Delivery, DeliveryKind, DeliveryState
from staffetta.sync.models import RunState, SyncConfiguration, SyncMapping, SyncRow, SyncRun
from staffetta.work.clock import now


@dataclass(frozen=True, slots=True)
class World:
    """What `build` made."""

    other_user: User
    token: AccessToken
    channel: Channel
    template: Template
    variant: TemplateVariant
    exchange: Exchange
    refresh: Refresh
    contact: Contact
    members: ContactList
    by_rules: AudienceRules
    suppression: Suppression
    source: Import
    communication: Communication
    transactional: TransactionalMessage
    delivery: Delivery
    sync_run: SyncRun
    sync_row: SyncRow
    twin: Twin
    merge: Merge
    erasure: Erasure


TURIN = {"match": "all", "rules": [{"about": "field", "field": "citta", "is": "is", "value": "Torino"}]}
BODY = "Ciao {{1}}, ecco le novità."


def a_channel(provider_id: str = "24001", name: str = "Assistenza clienti", **fields: object) -> Channel:
    """A connected WhatsApp channel, whose sealed key is nonsense: nobody can be called with it."""
    known: dict[str, object] = {
        "platform": Platform.WHATSAPP,
        "number": "+39020000001",
        "state": ConnectionState.CONNECTED,
        "sealed_key": b"nonsense",
        "key_last_four": "k3y4",
    }
    return Channel.objects.create(provider_id=provider_id, name=name, **(known | fields))


def a_variant(template: Template, language: str = "it", **fields: object) -> TemplateVariant:
    known: dict[str, object] = {
        "language_raw": language,
        "status": APPROVED,
        "category": "marketing",
        "components": [{"type": "BODY", "text": BODY}],
        "variables": [{"key": "1", "component": "body", "kind": "text", "example": "Maria"}],
        "fingerprint": "0" * 64,
    }
    return TemplateVariant.objects.create(template=template, language=language, **(known | fields))


def build() -> World:
    """Make one of everything a page can show."""
    other = User.objects.create_user("altra-persona", "una-password-lunga", Role.VIEWER)
    token, _plain = tokens.issue("negozio", other)
    channel = a_channel()
    template = Template.objects.create(channel=channel, name="novita_foto")
    variant = a_variant(template)
    CustomerField.objects.create(channel=channel, name="citta", type="text")
    exchange = Exchange.objects.create(
        channel=channel, operation="templates", method="GET", url="https://example.org/templates", status=200
    )
    refresh = Refresh.objects.create(channel=channel, state=RefreshState.DONE)
    ContactField.objects.create(name="citta", label="Città")
    contact = Contact.objects.create(first_name="Maria", phone_raw="+39 333 1234567", phone="+393331234567")
    members = ContactList.objects.create(name="Torino")
    ListMember.objects.create(list=members, contact=contact)
    suppression = Suppression.objects.create(
        platform="whatsapp", address_digest="0" * 64, masked="+39…67", cause="hand"
    )
    source = an_import()
    SavedMapping.objects.create(name="Gestionale")
    composition = {"channel": channel, "variant": variant, "channel_name": channel.name, "template_name": template.name}
    communication = Communication.objects.create(name="Saldi", accepted_revision=1, **composition)
    transactional = TransactionalMessage.objects.create(name="conferma", accepted_revision=1, **composition)
    delivery = Delivery.objects.create(
        kind=DeliveryKind.COMMUNICATION,
        communication=communication,
        contact=contact,
        channel=channel,
        variant=variant,
        address="393331234567",
        state=DeliveryState.UNCERTAIN,
    )
    Breaker.objects.create(
        kind="channel", subject=channel.pk, of_channel=channel.pk, failures=10, cause="timed_out", opened_at=now()
    )
    return World(
        other,
        token,
        channel,
        template,
        variant,
        exchange,
        refresh,
        contact,
        members,
        AudienceRules.objects.create(name="Torinesi", rules=TURIN),
        suppression,
        source,
        communication,
        transactional,
        delivery,
        *a_sync(channel),
        *duplicates(contact),
        Erasure.objects.create(contact_number=7, masked=["+39•••••4567"], deleted={"contacts.contact": 1}),
    )


def duplicates(contact: Contact) -> tuple[Twin, Merge]:
    """A probable twin of a contact, and somebody who was merged into it."""
    other, lost = (Contact.objects.create(first_name="Mary", phone=f"+39333123456{digit}") for digit in (8, 9))
    twin = Twin.objects.create(first=contact, second=other, reason="near_number")
    return twin, merge_contacts(contact, lost, {}, None)


def a_possible_opt_out(contact: Contact) -> PossibleOptOut:
    """A reply that a person has to decide on."""
    told = {"platform": Platform.WHATSAPP, "text": "Cancella", "alike": "cancella", "channel_name": "Assistenza"}
    return PossibleOptOut.objects.create(contact=contact, key="1", at=now(), **told)


def a_sync(channel: Channel) -> tuple[SyncRun, SyncRow]:
    """A configuration that ran and rejected somebody."""
    made = SyncConfiguration.objects.create(channel=channel, name="Anagrafica")
    SyncMapping.objects.create(configuration=made, customer_field="citta", contact_field="citta", type_seen="text")
    run = SyncRun.objects.create(configuration=made, state=RunState.DONE, rejected=1)
    row = SyncRow.objects.create(
        run=run, outcome="rejected", customer_id="1", reason="invalid_phone", field="id", customer={"id": "1"}
    )
    return run, row


def an_import() -> Import:
    """A file that was uploaded and not yet mapped."""
    source = Import(
        name="saldi.csv", state=ImportState.UPLOADED, delimiter=";", columns=["Telefono", "Nome"], total_rows=1
    )
    source.file.save("saldi.csv", ContentFile(b"Telefono;Nome\n+393331234568;Luca\n"), save=False)
    source.save()
    return source


Maker = Callable[[World], object]
PARAMETERS: list[tuple[str, str, Maker]] = [
    # (part of the route, parameter, its value); the first line that fits is taken
    ("setup/", "token", lambda _: "not-a-link"),
    ("tokens/", "pk", lambda world: world.token.pk),
    ("users/", "pk", lambda world: world.other_user.pk),
    ("guides/", "name", lambda _: "connect-channels"),
    ("engage/", "pk", lambda world: world.channel.pk),
    ("sync/", "sync_id", lambda world: world.sync_run.configuration_id),
    ("sync/", "run_id", lambda world: world.sync_run.pk),
    ("sync/", "row_id", lambda world: world.sync_row.pk),
    ("engage/", "refresh_id", lambda world: world.refresh.pk),
    ("engage/", "template_id", lambda world: world.template.pk),
    ("engage/", "exchange_id", lambda world: world.exchange.pk),
    ("engage/", "to", lambda _: "off"),
    ("lists/", "pk", lambda world: world.members.pk),
    ("lists/", "contact", lambda world: world.contact.pk),
    ("audiences/", "pk", lambda world: world.by_rules.pk),
    ("blacklist/", "pk", lambda world: world.suppression.pk),
    ("duplicates/", "pk", lambda world: world.twin.pk),
    ("merges/", "pk", lambda world: world.merge.pk),
    ("merge/", "other", lambda world: world.twin.second_id),
    ("mappings/", "pk", lambda _: SavedMapping.objects.create(name="CRM").pk),
    ("imports/", "pk", lambda world: world.source.pk),
    ("communications/", "pk", lambda world: world.communication.pk),
    ("fields/", "pk", lambda _: ContactField.objects.get().pk),
    ("opt-outs/words/", "pk", lambda _: OptOutWord.objects.create(text="pausa", folded="pausa").pk),
    ("opt-outs/", "pk", lambda world: a_possible_opt_out(world.contact).pk),
    ("contacts/", "pk", lambda world: world.contact.pk),
    ("transactional-messages/", "name", lambda world: world.transactional.name),
    ("paused/", "kind", lambda _: "channel"),
    ("left-out/", "reason", lambda _: "no_opt_in"),
    ("paused/", "subject", lambda world: world.channel.pk),
    ("messages/", "public_id", lambda world: world.delivery.public_id),
    ("erasures/", "public_id", lambda world: world.erasure.public_id),
    ("deliveries/", "delivery_id", lambda world: world.delivery.public_id),
]


def value_of(route: str, parameter: str, world: World) -> object:
    """Return what stands for a parameter of a route."""
    for part, known, maker in PARAMETERS:
        if known == parameter and part in route:
            return maker(world)
    raise LookupError(f"tests/world.py does not know the parameter {parameter!r} of the address {route!r}")
