"""What the tests of the ledger are made of: a simulated account, and the rows a communication needs here."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from engage_simulator.testing import Engage
from staffetta.channels.calls.seal import digest, seal
from staffetta.channels.models import Channel, ConnectionState, Template, TemplateVariant
from staffetta.communications.compose import Composed
from staffetta.communications.models import Communication, CommunicationState, TransactionalMessage
from staffetta.contacts.consents import consent
from staffetta.contacts.models import Contact
from staffetta.deliveries.models import Attempt, Delivery
from staffetta.deliveries.planning import plan
from staffetta.deliveries.sending import dispatch, watch
from staffetta.events.models import ReadMark
from staffetta.work.clock import now
from staffetta.work.lanes import LaneContext

FIRST, SECOND = "31001", "31002"
BODY = "Ciao {{1}}, benvenuto da noi."
CONTEXT = LaneContext("test")


def _template(name: str, body: str) -> dict[str, Any]:
    components = [{"type": "BODY", "text": body}]
    return {"name": name, "language": "it", "status": "approved", "category": "UTILITY", "components": components}


def _channel(channel: str, name: str) -> dict[str, Any]:
    key = f"0123456789abcdef0123456789abcdef_{channel}_00112233445566778899aabb"
    return {"id": channel, "name": name, "messenger": "WB", "number": f"3902000{channel}", "apikey": key}


TEMPLATES = [_template("saluto", BODY), _template("avviso", "Avviso: {{1}} pronto.")]
WORLD = {
    "channels": [_channel(FIRST, "Prova"), _channel(SECOND, "Altra")],
    "templates": {FIRST: TEMPLATES, SECOND: TEMPLATES},
    "customers": {},
}


def connected(engage: Engage, provider_id: str = FIRST, pace: float = 0) -> Channel:
    """Make a connected channel with its templates, as connecting and refreshing leave it."""
    key = engage.key(provider_id)
    channel = Channel.objects.create(
        provider_id=provider_id,
        name=f"Canale {provider_id}",
        platform="whatsapp",
        state=ConnectionState.CONNECTED,
        sealed_key=seal(key),
        key_digest=digest(key),
        pace=pace,
    )
    for name, body in (("saluto", BODY), ("avviso", "Avviso: {{1}} pronto.")):
        TemplateVariant.objects.create(
            template=Template.objects.create(channel=channel, name=name),
            language="it",
            language_raw="it",
            status="approved",
            category="UTILITY",
            components=[{"type": "BODY", "text": body}],
            variables=[{"key": "1", "component": "body", "kind": "text"}],
            fingerprint=f"{name}-1",
        )
    return channel


def people(number: int, start: int = 0, *, opt_in: str = "yes") -> list[Contact]:
    """Make contacts +39333…, who said `opt_in`."""
    made = Contact.objects.bulk_create(
        Contact(first_name=f"Nome{n}", phone=f"+39333{n:07d}") for n in range(start, start + number)
    )
    if opt_in:
        consent.record([each.pk for each in made], "whatsapp", consent.BOTH, opt_in, "import")
    return made


def draft(channel: Channel, template: str = "saluto", **values: Any) -> Communication:
    """Make a communication to everybody, asked to start, with opt-outs read since."""
    variant = TemplateVariant.objects.get(template__channel=channel, template__name=template)
    communication = Communication.objects.create(
        name=f"Prova {template}",
        channel=channel,
        variant=variant,
        accepted_revision=variant.revision,
        accepted_fingerprint=variant.fingerprint,
        mapping={"1": {"source": "field:first_name", "fallback": "cliente"}},
        state=CommunicationState.PLANNING,
        start_asked_at=now(),
        **values,
    )
    later = now() + timedelta(hours=1)
    ReadMark.objects.update_or_create(channel=channel, defaults={"at": later, "customers_at": later})
    return communication


def planned(channel: Channel, template: str = "saluto", **values: Any) -> Communication:
    """Make a communication to everybody and plan it whole."""
    communication = draft(channel, template, **values)
    while plan.plan(communication.pk):
        pass
    communication.refresh_from_db()
    assert communication.state == CommunicationState.RUNNING
    return communication


def transactional(channel: Channel, contact: Contact, value: str = "A1") -> Delivery:
    """Ask for one transactional message."""
    variant = TemplateVariant.objects.get(template__channel=channel, template__name="avviso")
    message, _ = TransactionalMessage.objects.get_or_create(
        name="avviso",
        defaults={
            "channel": channel,
            "variant": variant,
            "accepted_revision": variant.revision,
            "accepted_fingerprint": variant.fingerprint,
            "mapping": {"1": {"source": "value:ordine", "fallback": None}},
        },
    )
    composed = Composed(body=(value,))
    return plan.plan_one(message, contact, (contact.phone or "").removeprefix("+"), composed)


def run(rounds: int = 50) -> None:
    """Let the lanes work until there is nothing due."""
    for _ in range(rounds):
        while watch.work(CONTEXT):
            pass
        if not dispatch.work(CONTEXT):
            break
    watch.work(CONTEXT)


def states_of(communication: Communication) -> dict[str, int]:
    """Count the rows by state, from the rows."""
    listed = Delivery.objects.filter(communication=communication).values_list("state", flat=True)
    return {state: list(listed).count(state) for state in sorted(set(listed))}


def the(communication: Communication) -> Delivery:
    """Return the one row of a communication to one person."""
    return Delivery.objects.get(communication=communication)


def outcomes(delivery: Delivery) -> Sequence[str]:
    """Return what came of each attempt, in order."""
    return list(Attempt.objects.filter(delivery=delivery).order_by("number").values_list("outcome", flat=True))
