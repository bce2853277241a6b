"""A communication in the middle, as the platform's own functions leave it, and what has to work after the upgrade.

What the test must know of it is returned, and lies beside the archives as story.json.
"""

import json
from collections.abc import Sequence
from itertools import cycle
from typing import Any

from django.conf import settings
from django.test import Client
from django_tasks_db.models import DBTaskResult

from engage_simulator.testing import running
from staffetta.accounts import tokens
from staffetta.accounts.models import Role, User
from staffetta.channels.connection import connect
from staffetta.channels.models import Channel, TemplateVariant
from staffetta.channels.refreshing import refresh
from staffetta.communications.define import Definition, define
from staffetta.communications.draft import Content, save_draft
from staffetta.communications.models import Communication
from staffetta.communications.start import start
from staffetta.connectors.errors import Refused, TimedOut
from staffetta.connectors.messages import Accepted
from staffetta.contacts.consents import consent
from staffetta.contacts.lists import lists
from staffetta.contacts.models import Contact
from staffetta.deliveries.ledger import policy, states
from staffetta.deliveries.ledger.marks import Holder
from staffetta.deliveries.models import Delivery
from staffetta.deliveries.planning import plan
from staffetta.deliveries.sending import dispatch
from staffetta.events.models import ReadMark
from staffetta.work import lease
from staffetta.work.clock import now

NAME, PASSWORD = "anna", "una-password-lunga"
PROVIDER_ID = "31001"
KEY = f"0123456789abcdef0123456789abcdef_{PROVIDER_ID}_00112233445566778899aabb"
TEMPLATES = [
    {"name": name, "language": "it", "status": "approved", "category": "UTILITY",
     "components": [{"type": "BODY", "text": body}]}
    for name, body in (("saluto", "Ciao {{1}}, benvenuto da noi."), ("avviso", "Avviso: {{1}} è pronto."))
]  # fmt: skip
WORLD: dict[str, Any] = {
    "channels": [{"id": PROVIDER_ID, "name": "Prova", "messenger": "WB", "number": "390200031001", "apikey": KEY}],
    "templates": {PROVIDER_ID: TEMPLATES},
    "customers": {},
}
PEOPLE, WITHOUT_CONSENT = 260, 40
MARKED = 120
ANSWERS = ("sent",) * 9 + ("failed", "uncertain", "sending")
"""What became of those that were marked, again and again in this order."""
MESSAGE, ORDER, IDEMPOTENCY_KEY = "ordine-pronto", "A-1042", "order-A-1042"


def tell() -> dict[str, Any]:
    """Play the story up to its middle, and return what the test has to know."""
    anna = User.objects.create_user(NAME, PASSWORD, Role.ADMINISTRATOR)
    with running(seed=WORLD) as engage:
        settings.ENGAGE_URL = engage.url
        refresh.run(connect.connect(KEY, by=anna).pk)
    channel = Channel.objects.get(provider_id=PROVIDER_ID)
    # Who stopped at the provider is as well known as it can be: the story is about what comes behind that.
    ReadMark.objects.update_or_create(channel=channel, defaults={"at": now()})
    people = _people()
    communication = _planned(channel, people, anna)
    _sent_by_half(channel)
    token, call = _called(channel, people[0], anna)
    _nothing_waits_for_a_worker()
    return {
        "secret_key": settings.SECRET_KEY,
        "now": now().isoformat(),
        "world": WORLD,
        "user": {"name": NAME, "password": PASSWORD},
        "channel": PROVIDER_ID,
        "communication": {"id": communication.pk, "people": PEOPLE, "states": _states(communication)},
        "token": token,
        "call": call,
    }


def _people() -> list[Contact]:
    made = Contact.objects.bulk_create(
        Contact(first_name=f"Nome{n}", phone=f"+39333{n:07d}", search=f"nome{n} 39333{n:07d}") for n in range(PEOPLE)
    )
    willing = [contact.pk for contact in made[: PEOPLE - WITHOUT_CONSENT]]
    consent.record(willing, "whatsapp", consent.BOTH, "yes", "import", wording="Sì, scrivetemi")
    return made


def _planned(channel: Channel, people: Sequence[Contact], by: User) -> Communication:
    source = lists.named("Clienti di prova", by)
    lists.add_people(source, Contact.objects.filter(pk__in=[contact.pk for contact in people]), by)
    content = Content(_variant(channel, "saluto"), {"1": {"source": "field:first_name", "fallback": "cliente"}})
    made = save_draft(None, "Benvenuto", content, source, by)
    start(made, by)
    plan.before_plan.clear()  # the provider is not there any more: see ReadMark above
    while plan.plan(made.pk):
        pass
    made.refresh_from_db()
    return made


def _sent_by_half(channel: Channel) -> None:
    """Mark some and record most: one is left `sending`, as a worker that was killed leaves it."""
    name = dispatch.lease_name(channel.pk)
    fence = lease.acquire(name, "upgrade-fixture", 60)
    assert fence is not None
    rows = states.turn(Holder(channel.pk, name, fence, "upgrade-fixture"), [], MARKED)
    answers = {
        "sent": lambda row: policy.accepted(row, Accepted(f"message-{row.address}")),
        "failed": lambda row: policy.refused(row, Refused(status=400, provider_reason="not allowed"), now()),
        "uncertain": lambda row: policy.refused(row, TimedOut(), now()),
    }
    paired = zip(rows, cycle(ANSWERS), strict=False)
    states.record([answers[became](row) for row, became in paired if became != "sending"])
    lease.release(name, fence)


def _called(channel: Channel, contact: Contact, by: User) -> tuple[str, dict[str, Any]]:
    """Have other software ask for one message; return its token, and the call with its answer."""
    content = Content(_variant(channel, "avviso"), {"1": {"source": "value:ordine", "fallback": None}})
    define(None, Definition(MESSAGE, ["ordine"]), content, by)
    _token, plain = tokens.issue("negozio", by)
    body = {"recipient": {"phone": contact.phone}, "values": {"ordine": ORDER}}
    address = f"/api/v1/transactional-messages/{MESSAGE}/send"
    headers = {"Idempotency-Key": IDEMPOTENCY_KEY, "Authorization": f"Bearer {plain}"}
    answer = Client().post(address, json.dumps(body), content_type="application/json", headers=headers)
    assert answer.status_code == 202, answer.content
    call = {"path": address, "key": IDEMPOTENCY_KEY, "body": body, "status": 202, "answer": answer.json()}
    return plain, call


def _nothing_waits_for_a_worker() -> None:
    """Take the jobs away that this left in the queue: the refresh has run."""
    DBTaskResult.objects.filter(status="READY").delete()


def _variant(channel: Channel, name: str) -> TemplateVariant:
    return TemplateVariant.objects.select_related("template__channel").get(
        template__channel=channel, template__name=name
    )


def _states(communication: Communication) -> dict[str, int]:
    rows = Delivery.objects.filter(communication=communication).values_list("state", flat=True)
    return {state: list(rows).count(state) for state in sorted(set(rows))}
