"""What a measurement stands on, made inside an installation's own process: channels, people, planned communications.

People are written by one statement of the database: a million of them in seconds, with the indexes as shipped.
"""

import json
import resource
import time

from bench import rooms
from bench.account import COMPONENTS, key_of
from bench.multiply import analyse, bare, multiply, new_uuid, text
from staffetta.channels.calls.seal import digest, seal
from staffetta.channels.models import Channel, Template, TemplateVariant
from staffetta.communications.define import Definition, define
from staffetta.communications.draft import Content
from staffetta.communications.models import Communication, CommunicationState, TransactionalMessage
from staffetta.contacts.consents import consent
from staffetta.contacts.models import Consent, ConsentState, Contact
from staffetta.deliveries.models import Delivery, DeliveryCount
from staffetta.deliveries.planning import plan
from staffetta.work.clock import now

FIRST_NUMBER = 3_330_000_000


def channel(number: int, pace: float = 0) -> Channel:
    """Make a connected channel with its template, as connecting and refreshing leave it."""
    made = Channel.objects.create(
        provider_id=str(31001 + number),
        name=f"Prova {number}",
        platform="whatsapp",
        state="connected",
        sealed_key=seal(key_of(number)),
        key_digest=digest(key_of(number)),
        pace=pace,
    )
    _template(made, "saluto", "f")
    return made


def _template(channel: Channel, name: str, fingerprint: str) -> None:
    TemplateVariant.objects.create(
        template=Template.objects.create(channel=channel, name=name),
        language="it",
        language_raw="it",
        status="approved",
        category="UTILITY",
        components=COMPONENTS,
        variables=[{"key": "1", "component": "body", "kind": "text"}],
        fingerprint=fingerprint,
    )


def people(number: int) -> None:
    """Make contacts who said yes: +39333… with the numbers from 0."""
    first = Contact.objects.create(first_name="Nome 0", last_name="Prova", phone=f"+39{FIRST_NUMBER}")
    consent.record([first.pk], "whatsapp", consent.BOTH, "yes", "import")
    count = text(f"{FIRST_NUMBER} + n.i")
    names = {"first_name": f"'Nome ' || {text('n.i')}", "phone": f"'+39' || {count}"}
    multiply(first, number - 1, {**names, "search": f"'nome ' || {text('n.i')} || ' prova +39' || {count}"})
    for said in (*Consent.objects.filter(contact=first), *ConsentState.objects.filter(contact=first)):
        multiply(said, number - 1, {"contact_id": f"{first.pk} + n.i"})
    analyse()


def communication(on: Channel) -> Communication:
    """Make a communication to everybody, asked to start."""
    variant = TemplateVariant.objects.get(template__channel=on)
    return Communication.objects.create(
        name="Prova",
        channel=on,
        variant=variant,
        state=CommunicationState.PLANNING,
        accepted_revision=variant.revision,
        accepted_fingerprint=variant.fingerprint,
        mapping={"1": {"source": "field:first_name", "fallback": "cliente"}},
        start_asked_at=now(),
    )


def plan_whole(planned: Communication) -> float:
    """Plan one communication and return the seconds; what people wrote meanwhile is not asked for."""
    plan.before_plan.clear()
    began = time.perf_counter()
    while plan.plan(planned.pk):
        pass
    seconds = time.perf_counter() - began
    analyse()
    return seconds


def ask(channels: int, messages: int) -> None:
    """Make people and, on each channel, a communication to all of them that is asked to start."""
    people(messages // channels)
    for number in range(channels):
        communication(channel(number))


def plan_all() -> None:
    """Plan what was asked to start; print the seconds and the largest memory of this process in MB."""
    seconds = sum(plan_whole(each) for each in Communication.objects.filter(state=CommunicationState.PLANNING))
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    print(json.dumps({"seconds": round(seconds, 2), "peak_mb": peak}))


def transactional() -> TransactionalMessage:
    """Define a transactional message `avviso` on the first channel."""
    on = Channel.objects.order_by("id")[0]
    _template(on, "avviso", "a")
    variant = TemplateVariant.objects.select_related("template__channel").get(template__name="avviso")
    mapping = {"1": {"source": "value:order", "fallback": None}}
    return define(None, Definition("avviso", ["order"]), Content(variant, mapping), None)


def house(contacts: int, deliveries: int) -> list[str]:
    """Fill a house with people and with messages sent to them; return the addresses of its list pages."""
    people(contacts)
    on = channel(0)
    each = min(contacts, deliveries)
    with bare(Delivery):
        sent = [_sent(on, each) for _ in range(max(1, deliveries // each))]
    transactional()
    rooms_pages = rooms.fill(on, contacts)
    analyse()
    one, person = sent[-1].pk, Contact.objects.order_by("id")[0].pk
    return [
        "/", "/contacts/", "/contacts/?q=nome+77", "/contacts/?q=%2B39333000", f"/contacts/{person}/",
        "/contacts/lists/", "/contacts/imports/", "/contacts/blacklist/", "/communications/", f"/communications/{one}/",
        f"/communications/{one}/people/?state=sent", "/transactional-messages/", "/engage/channels/", "/system/",
        *rooms_pages,
    ]  # fmt: skip


def _sent(on: Channel, number: int) -> Communication:
    """Make a communication that was sent to the first `number` people, its counters with it."""
    made = communication(on)
    first = Contact.objects.order_by("id")[0]
    row = Delivery.objects.create(
        kind="communication", communication=made, contact=first, contact_name="Nome 0 Prova", channel=on,
        channel_provider_id=on.provider_id, variant=made.variant, template_name="saluto", template_language="it",
        fingerprint="f", category="UTILITY", address=f"39{FIRST_NUMBER}", parameters={"body": ["Nome 0"]}, state="sent",
        attempt=1, settled_at=now(), settled_by="answer", sending_at=now(),
    )  # fmt: skip
    address = f"'39' || {text(f'{FIRST_NUMBER} + n.i')}"
    people_of = {"contact_id": f"{first.pk} + n.i", "address": address, "contact_name": f"'Nome ' || {text('n.i')}"}
    multiply(row, number - 1, {"public_id": new_uuid(), **people_of})
    DeliveryCount.objects.create(communication=made, state="sent", reason="", number=number)
    Communication.objects.filter(pk=made.pk).update(state="done", started_at=now(), finished_at=now())
    return made
