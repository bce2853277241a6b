"""Of every confirming page: what makes it ready, and what somebody else changes under it.

A view that is marked `@confirms` and has no line here fails tests/seen/test_confirmations.py.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any
from uuid import uuid4

from staffetta.accounts.models import User
from staffetta.channels.models import CustomerField, Template, TemplateVariant
from staffetta.communications.models import Communication, TransactionalMessage
from staffetta.contacts.consents import consent
from staffetta.contacts.models import (
    AudienceRules,
    Contact,
    Import,
    ImportedContact,
    ListMember,
    Suppression,
)
from staffetta.contacts.record_models import Merge
from staffetta.deliveries.models import Delivery, DeliveryCount
from staffetta.sync.models import SyncMapping, SyncRow, SyncRun
from staffetta.work.clock import now
from tests import world as factory

World = factory.World
Step = Callable[[World], object]


def nothing(_world: World) -> None:
    """Nothing has to be made ready."""


@dataclass(frozen=True, slots=True)
class Changed:
    """`meanwhile`: what a colleague does once the page is open; `data`: what the person types; `query` of the page."""

    meanwhile: Step
    ready: Step = nothing
    data: dict[str, str] = field(default_factory=dict)
    query: str = ""


def renamed(rows: Any, **values: str) -> Any:
    assert rows.update(**values)
    return rows


def draft(world: World) -> Any:
    return Communication.objects.filter(pk=world.communication.pk)


def ready_to_start(world: World) -> None:
    consent.record([world.contact.pk], "whatsapp", consent.BOTH, "yes", "import")
    mapping = {"1": {"source": "field:first_name", "fallback": "cliente"}}
    variant = TemplateVariant.objects.get(pk=world.variant.pk)
    draft(world).update(
        mapping=mapping, platform="whatsapp", template_language="it", accepted_fingerprint=variant.fingerprint
    )


def other_words(world: World) -> None:
    draft(world).update(mapping={"1": {"source": "text:amico mio", "fallback": None}})


def imported(world: World) -> None:
    Import.objects.filter(pk=world.source.pk).update(state="done", created=1)
    ImportedContact.objects.create(source=world.source, contact=world.contact, outcome="created", row=2)


def one_more_imported(world: World) -> None:
    ImportedContact.objects.create(source=world.source, contact_id=world.twin.second_id, outcome="created", row=3)


def synced(world: World) -> None:
    told = {"run": world.sync_run, "outcome": "created", "contact": world.contact}
    SyncRow.objects.create(customer_id="2", **told)


def another_template(world: World) -> None:
    Template.objects.create(channel=world.channel, name="altra")


def named_by_rules(about: str, number: int) -> None:
    rules = {"match": "all", "rules": [{"about": about, "is": "in", "value": number}]}
    AudienceRules.objects.create(name="Chi c’è", rules=rules)


def used_by_a_draft(world: World) -> None:
    draft(world).update(audience_kind="rule", audience_rules=world.by_rules, audience_name="Torinesi")


def held_template(world: World) -> None:
    """A definition whose template changed upstream, which can be accepted."""
    contract = {"components": [{"type": "BODY", "text": "Prima {{1}}"}], "variables": world.variant.variables}
    TransactionalMessage.objects.filter(pk=world.transactional.pk).update(
        accepted_revision=0, accepted_fingerprint="other", accepted_contract={**contract, "category": "marketing"}
    )


def changed_again(world: World) -> None:
    text = [{"type": "BODY", "text": "Dopo ancora {{1}}"}]
    TemplateVariant.objects.filter(pk=world.variant.pk).update(components=text, fingerprint="2" * 64)


def one_uncertain(world: World) -> None:
    DeliveryCount.objects.create(communication=world.communication, state="uncertain", number=1)


def one_more_uncertain(world: World) -> None:
    DeliveryCount.objects.filter(communication=world.communication).update(number=2)


AGREED = {"purpose": "marketing", "source": "Tessera", "wording": "Sì", "given_on": "2026-03-12", "typed": "1"}
CONFIRMATIONS: dict[str, Changed] = {
    "accounts:user_deactivate": Changed(lambda w: renamed(User.objects.filter(pk=w.other_user.pk), full_name="Altra")),
    "accounts:token_revoke": Changed(lambda w: renamed(type(w.token).objects.filter(pk=w.token.pk), name="cassa")),
    "channels:reset": Changed(another_template, data={"typed": "RESETTA"}),
    "channels:disconnect": Changed(another_template, data={"typed": "24001"}),
    "channels:switch": Changed(
        lambda w: renamed(Template.objects.filter(pk=w.template.pk), name="x"), data={"to": "off", "confirmed": "1"}
    ),
    "channels:switch_all": Changed(another_template),
    "communications:start": Changed(other_words, ready_to_start),
    "communications:stop": Changed(
        lambda w: renamed(draft(w), name="Altri saldi"), lambda w: draft(w).update(state="running")
    ),
    "communications:schedule": Changed(
        other_words,
        ready_to_start,
        {"day": "2027-01-10", "time": "10:00", "zone": "Europe/Rome", "expected": "1"},
        "?expected=1",
    ),
    "communications:resume": Changed(
        lambda w: Template.objects.filter(pk=w.template.pk).update(active=False),
        lambda w: draft(w).update(state="paused", paused_at=now(), platform="whatsapp"),
    ),
    "communications:delete": Changed(lambda w: renamed(draft(w), name="Altri saldi")),
    "communications:transactional_accept": Changed(changed_again, held_template),
    "contacts:delete": Changed(lambda w: consent.record([w.contact.pk], "whatsapp", consent.BOTH, "yes", "import")),
    "contacts:delete_field": Changed(
        lambda w: Contact.objects.filter(pk=w.contact.pk).update(values={"citta": "Torino"})
    ),
    "contacts:add_to_list": Changed(
        lambda w: ListMember.objects.create(list=w.members, contact_id=w.twin.second_id),
        data={"new": "Natale", "list": ""},
        query="?list=1",
    ),
    "contacts:delete_list": Changed(
        lambda w: draft(w).update(audience_kind="list", audience_list=w.members, audience_name="Torino")
    ),
    "contacts:delete_audience": Changed(used_by_a_draft),
    "contacts:merge": Changed(lambda w: renamed(Contact.objects.filter(pk=w.twin.second_id), last_name="Poppins")),
    "contacts:erase": Changed(
        lambda w: consent.record([w.contact.pk], "whatsapp", consent.BOTH, "yes", "import"),
        data={"reason": "request", "typed": "CANCELLA"},
    ),
    "contacts:undo_merge": Changed(lambda w: renamed(Merge.objects.filter(pk=w.merge.pk), lost_name="Altra persona")),
    "contacts:lift": Changed(lambda w: renamed(Suppression.objects.filter(pk=w.suppression.pk), note="Minacce")),
    "contacts:start": Changed(
        lambda w: Import.objects.filter(pk=w.source.pk).update(mapping={"Telefono": "phone", "Nome": "last_name"}),
        lambda w: Import.objects.filter(pk=w.source.pk).update(mapping={"Telefono": "phone"}),
    ),
    "contacts:undo": Changed(lambda w: named_by_rules("import", w.source.pk), imported),
    "contacts:import_consent": Changed(one_more_imported, imported, AGREED),
    "deliveries:settle_all": Changed(one_more_uncertain, one_uncertain, data={"deed": "again"}),
    "sync:accept": Changed(
        lambda _w: CustomerField.objects.all().delete(), lambda _w: SyncMapping.objects.update(type_seen="boolean")
    ),
    "sync:delete": Changed(
        lambda w: SyncRun.objects.create(configuration=w.sync_run.configuration), data={"typed": "Anagrafica"}
    ),
    "sync:start": Changed(lambda _w: renamed(SyncMapping.objects.all(), contact_field="last_name")),
    "sync:undo": Changed(lambda w: SyncRun.objects.filter(pk=w.sync_run.pk).update(updated=7)),
    "sync:consent": Changed(
        lambda w: SyncRow.objects.create(
            run=w.sync_run, outcome="created", contact_id=w.twin.second_id, customer_id="3"
        ),
        synced,
        AGREED,
    ),
}


def other_receiver(world: World) -> None:
    """One person takes back the consent and another gives it."""
    consent.record([world.contact.pk], "whatsapp", consent.BOTH, "no", "hand")
    consent.record([world.twin.second_id], "whatsapp", consent.BOTH, "yes", "hand")


def other_member(world: World) -> None:
    member = ListMember.objects.get(list=world.members)
    member.delete()
    ListMember.objects.create(list=world.members, contact_id=another(world, member.contact_id))


def another(world: World, person: int) -> int:
    return next(pk for pk in (world.contact.pk, world.twin.first_id, world.twin.second_id) if pk != person)


def filled_in(world: World) -> None:
    Contact.objects.filter(pk=world.contact.pk).update(values={"citta": "Torino"})


def other_filled_in(world: World) -> None:
    Contact.objects.filter(pk=world.contact.pk).update(values={})
    Contact.objects.filter(pk=another(world, world.contact.pk)).update(values={"citta": "Torino"})


def other_uncertain(world: World) -> None:
    row = Delivery.objects.get(communication=world.communication, state="uncertain")
    row.pk, row.public_id, row.address, row.contact_id = None, uuid4(), "393399999999", world.twin.second_id
    Delivery.objects.filter(communication=world.communication, state="uncertain").delete()
    row.save()


def one_row_uncertain(world: World) -> None:
    one_uncertain(world)
    Delivery.objects.filter(communication=world.communication).update(state="uncertain")


OTHERS = {
    "communications:start": (ready_to_start, other_receiver),
    "contacts:add_to_list": (nothing, other_member),
    "contacts:delete_field": (filled_in, other_filled_in),
    "contacts:import_consent": (
        imported,
        lambda w: ImportedContact.objects.filter(source=w.source).update(contact_id=w.twin.second_id),
    ),
    "deliveries:settle_all": (one_row_uncertain, other_uncertain),
    "sync:consent": (
        synced,
        lambda w: SyncRow.objects.filter(run=w.sync_run, outcome="created").update(contact_id=w.twin.second_id),
    ),
}
"""Confirming pages that count people: what makes them ready, and as many others in their place."""
NOTHING_ELSE_SHOWN = {
    "communications:transactional_delete": "shows only the name it is known by: another name is another address",
}
