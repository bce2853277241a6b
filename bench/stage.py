"""What a measurement stands on, made inside an installation's own process: channels, people, planned communications.

People are written by one statement of the database: a million of them in seconds, with the indexes as shipped.
"""

import time

from django.db import connection, transaction

from bench.account import COMPONENTS, key_of
from staffetta.channels.models import Channel, Template, TemplateVariant
from staffetta.channels.seal import digest, seal
from staffetta.communications.models import Communication, CommunicationState
from staffetta.contacts import consent
from staffetta.contacts.models import Contact
from staffetta.deliveries import plan
from staffetta.work.clock import now

CONSENT_AT_ONCE = 20_000


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
    TemplateVariant.objects.create(
        template=Template.objects.create(channel=made, name="saluto"),
        language="it",
        language_raw="it",
        status="approved",
        category="UTILITY",
        components=COMPONENTS,
        variables=[{"key": "1", "component": "body", "kind": "text"}],
        fingerprint="f",
    )
    return made


def people(number: int) -> None:
    """Make contacts who said yes."""
    Contact.objects.bulk_create(
        (Contact(first_name=f"Nome {n}", phone=f"+39333{n:07d}") for n in range(number)), batch_size=5000
    )
    ids = list(Contact.objects.values_list("pk", flat=True))
    for start in range(0, len(ids), CONSENT_AT_ONCE):
        with transaction.atomic():
            consent.record(ids[start : start + CONSENT_AT_ONCE], "whatsapp", consent.BOTH, "yes", "import")


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
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")  # as autovacuum does by itself a minute after so many new rows
    return seconds


def ready_to_send(channels: int, messages: int) -> None:
    """Plan `messages` over so many channels, one communication each."""
    people(messages // channels)
    for number in range(channels):
        plan_whole(communication(channel(number)))
