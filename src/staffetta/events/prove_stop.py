"""Prove that a STOP is known here, with a test number of one's own, link by link.

Only the person, WhatsApp and Sinch Engage's network are simulated: an example of the answer in which the provider would
tell the reply. All that follows is what happens to every reply: the connector reads the answer, the reply is stored,
its words are judged, the opt-out is recorded, what waits is held back, and planning leaves the person out.

It happens in one transaction that is taken back at its end, whatever comes of it. So nobody else ever sees the test
person: they are in no count, audience, export, sync or list, nothing of theirs can leave, and tomorrow's proof begins
where today's began. A contact with the test number stays as it is; a STOP that really comes from it is one.
"""

from collections.abc import Collection
from uuid import uuid4

from django.db import InterfaceError, OperationalError, transaction
from django.db.models import QuerySet

from staffetta.accounts import audit
from staffetta.accounts.models import User
from staffetta.channels.calls import gateway
from staffetta.channels.models import APPROVED, Channel, Template, TemplateVariant
from staffetta.communications.models import Communication, CommunicationState
from staffetta.connectors.messages import Reply
from staffetta.contacts.audiences.recipients import LeftOut
from staffetta.contacts.consents import consent
from staffetta.contacts.consents.suppression import is_suppressed, masked
from staffetta.contacts.models import ConsentState, ConsentValue, Contact, ContactList, ListMember
from staffetta.contacts.opt_outs.match import Outcome
from staffetta.contacts.opt_outs.own_words import vocabulary
from staffetta.contacts.phones.equivalents import equivalents
from staffetta.contacts.phones.phone import digits, parse_strict
from staffetta.deliveries.models import Delivery, DeliveryState
from staffetta.deliveries.planning import plan
from staffetta.events.apply import apply_to, said_by
from staffetta.events.models import ProviderEvent, StopProof
from staffetta.events.people import contacts_behind
from staffetta.events.store import REPLY, store_replies
from staffetta.notices import incidents
from staffetta.work.clock import now
from staffetta.work.set_aside import place_of

WORD = "STOP"
INCIDENT = "stop_proof"
CATEGORIES = ("MARKETING", "UTILITY")
"""Of a template for each purpose: a STOP refuses both."""


class CannotProve(Exception):
    """Nothing can be tried. `code` is not_connected, no_number, not_offered or suppressed (proof_words.py)."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


class Broken(Exception):
    """A link of the chain did not hold; `link` names it."""

    def __init__(self, link: str, detail: str = "") -> None:
        super().__init__(link)
        self.link, self.detail = link, detail


class _TakenBack(Exception):
    """All links held; the transaction is taken back with it."""


def set_number(channel: Channel, typed: str, by: User | None = None) -> StopProof | None:
    """Set the test number of a channel, or remove it with an empty one. Raises NotAPhone and CannotProve."""
    if not channel.is_whatsapp:
        raise CannotProve("not_offered")
    number = parse_strict(typed) if typed.strip() else ""
    if number and is_suppressed(channel.platform, number):
        raise CannotProve("suppressed")
    with transaction.atomic():
        Channel.objects.select_for_update().get(pk=channel.pk)
        known = StopProof.objects.filter(channel=channel).first()
        if number == (known.number if known else ""):
            return known
        StopProof.objects.filter(channel=channel).delete()
        audit.record(by, "stop_proof_number_set", channel, number=masked(number))
        return StopProof.objects.create(channel=channel, number=number) if number else None


def number_removed(instance: StopProof, **_signal: object) -> None:
    """Receive `post_delete`, also when the channel is disconnected: what can no longer be tried is no trouble."""
    incidents.success(INCIDENT, str(instance.channel_id))


def due() -> list[Channel]:
    """Return the channels that are connected and have a test number."""
    return [channel for channel in Channel.objects.filter(stop_proof__isnull=False).order_by("pk") if channel.connected]


def prove(channel: Channel, by: User | None = None, *, asked: bool = False) -> StopProof:
    """Try the whole chain now and keep the result; a broken link is an incident, a whole chain ends it.

    `asked`: a person wants it, which the audit log keeps. Raises CannotProve.
    """
    proof = StopProof.objects.filter(channel=channel).first()
    if proof is None:
        raise CannotProve("no_number")
    if not (channel.connected and channel.is_whatsapp):
        raise CannotProve("not_connected")
    proof.at, (proof.broken, proof.detail) = now(), _broken_link(channel, proof.number)
    proof.good_at = proof.good_at if proof.broken else proof.at
    with transaction.atomic():
        result = {"at": proof.at, "broken": proof.broken, "detail": proof.detail[:300], "good_at": proof.good_at}
        if asked:
            audit.record(by, "stop_proven", channel, result=proof.broken or "good")
        if not StopProof.objects.filter(pk=proof.pk, number=proof.number).update(**result):
            raise CannotProve("no_number")  # removed meanwhile
        if proof.broken:
            incidents.failure(INCIDENT, str(channel.pk), str(channel), proof.broken, proof.detail)
        else:
            incidents.success(INCIDENT, str(channel.pk))
    return proof


def _broken_link(channel: Channel, number: str) -> tuple[str, str]:
    """Return the first link that does not hold and what is known of it; "" when all hold."""
    attempt = _Attempt(channel, number)
    try:
        replies = attempt.read()
        with transaction.atomic():
            attempt.go_on(replies)
            raise _TakenBack
    except _TakenBack:
        return "", ""
    except Broken as error:
        return error.link, error.detail
    except (OperationalError, InterfaceError):  # a database that is away is no link of the chain
        raise
    except Exception as error:  # noqa: BLE001 - whatever it is, a STOP would not have been known
        return attempt.link, place_of(error)


class _Attempt:
    """One attempt. `link` is the link that is being tried: the codes of proof_words.py, in their order."""

    def __init__(self, channel: Channel, number: str) -> None:
        self.channel, self.number = channel, number
        self.link = "read"

    def read(self) -> list[Reply]:
        """Let the connector read the example of an answer."""
        replies = gateway.read_example_reply(self.channel, digits(self.number), WORD)
        if not any(reply.recipient == digits(self.number) and reply.text.strip() == WORD for reply in replies):
            raise Broken(self.link)
        return replies

    def go_on(self, replies: list[Reply]) -> None:
        """Try all that follows. Must run in a transaction that is taken back."""
        people = self._reachable_people()
        waiting = [self._planned(people, category) for category in CATEGORIES]
        for rows in waiting:
            self._check(rows.filter(state=DeliveryState.WAITING).exists(), rows)
        self._know(replies)
        self.link = "recorded"
        refused = ConsentState.objects.filter(contact__in=people, platform=self.channel.platform)
        refused = refused.filter(value=ConsentValue.NO)
        self._check(refused.count() == len(people) * len(consent.BOTH))
        self.link = "held_back"
        for rows in waiting:
            self._check(not rows.filter(state=DeliveryState.WAITING).exists())
        self.link = "refused"
        for category in CATEGORIES:
            rows = self._planned(people, category)
            expected = rows.filter(state=DeliveryState.NOT_SENT, reason=LeftOut.NO_OPT_IN)
            self._check(rows.count() == expected.count() == len(people), rows)

    def _reachable_people(self) -> Collection[int]:
        """Make the person behind the test number somebody who said Yes and of whom nothing waits to be handled."""
        self.link = "reachable"
        platform, address = self.channel.platform, digits(self.number)
        people = contacts_behind(platform, {address}).get(address, set())
        if not people:
            people = {Contact.objects.create(phone=self.number, phone_raw=self.number).pk}
        forms = equivalents(address)
        ProviderEvent.objects.filter(address__in=forms, applied_at=None).update(applied_at=now())
        consent.record(people, platform, consent.BOTH, ConsentValue.YES, "hand", wording=INCIDENT)
        return people

    def _know(self, replies: list[Reply]) -> None:
        self.link = "stored"
        before = set(self._replies().values_list("pk", flat=True))
        store_replies(self.channel, replies)
        event = self._replies().exclude(pk__in=before).first()
        if event is None:
            raise Broken(self.link)
        self.link = "recognised"
        self._check(said_by(event, vocabulary()) is Outcome.ALL)
        apply_to(self.channel.platform, [digits(self.number)])

    def _replies(self) -> QuerySet[ProviderEvent]:
        return ProviderEvent.objects.filter(channel=self.channel, kind=REPLY, address=digits(self.number))

    def _planned(self, people: Collection[int], category: str) -> QuerySet[Delivery]:
        """Plan a communication to these people, and return its messages."""
        name = f"{INCIDENT} {uuid4().hex}"
        audience = ContactList.objects.create(name=name)
        ListMember.objects.bulk_create(ListMember(list=audience, contact_id=contact_id) for contact_id in people)
        communication = Communication.objects.create(
            name=name,
            channel=self.channel,
            variant=self._variant(name, category),
            accepted_revision=1,
            platform=self.channel.platform,
            state=CommunicationState.PLANNING,
            audience_kind="list",
            audience_list=audience,
            start_asked_at=now(),
        )
        plan.write_piece(communication)
        return Delivery.objects.filter(communication=communication)

    def _variant(self, name: str, category: str) -> TemplateVariant:
        """Make a template of the category: whether the channel has one that can be used is another question."""
        return TemplateVariant.objects.create(
            template=Template.objects.create(channel=self.channel, name=name),
            language="it",
            language_raw="it",
            status=APPROVED,
            category=category,
            components=[{"type": "BODY", "text": WORD}],
            fingerprint=name,
        )

    def _check(self, holds: bool, rows: QuerySet[Delivery] | None = None) -> None:
        """Raise Broken unless the link holds, with the reasons the messages were left out for."""
        if not holds:
            reasons = set(rows.values_list("reason", flat=True)) if rows is not None else set()
            raise Broken(self.link, ", ".join(sorted(filter(None, reasons))))
