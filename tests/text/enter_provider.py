"""Every answer of the provider, with hostile text in whatever it says."""

from typing import Any

from staffetta.channels.models import Channel
from staffetta.channels.refreshing import ask, refresh
from staffetta.contacts.consents import consent
from staffetta.contacts.models import Contact, ContactField
from staffetta.contacts.opt_outs import own_words
from staffetta.contacts.opt_outs.match import Outcome
from staffetta.deliveries.models import Delivery
from staffetta.deliveries.sending import look_up
from staffetta.events import read_opt_outs
from staffetta.sync import start
from staffetta.sync.models import Kind, SyncConfiguration
from tests.contacts import people
from tests.deliveries import ledger
from tests.sync.world import configuration, finish
from tests.text.hostile import Provider, connected, download, template
from tests.text.hunt import BLANK, LONG, MARK, NUMBER, ODD, Hunt
from tests.wire import Answer

PARTS = ("user", "chat/notification", "user/property", "ticket", "channel")
FIELDS = ("citta", "codice", "telegram", "lingua", "fuso")
HOSTILE = (LONG, BLANK, ODD)


def enter(hunt: Hunt, provider: Provider) -> None:
    channel = connected()
    for hostile in HOSTILE:
        _account(provider, hostile)
        download(ask.ask(channel))
        hunt.look()
    provider.fields = [{"name": name, "title": name, "type": "text"} for name in FIELDS]
    download(ask.ask(channel))
    made = _customers(hunt, provider, channel)
    _replies(provider, channel)
    _refusals(provider, channel)
    _failures(provider, channel, made)
    hunt.look()


def _account(provider: Provider, hostile: str) -> None:
    parts: list[dict[str, Any]] = [
        {"type": "HEADER", "format": "TEXT", "text": hostile},
        {"type": "BODY", "text": f"{hostile} {{{{1}}}}", "example": {"body_text": [[hostile]]}, hostile: hostile},
        {"type": "FOOTER", "text": hostile},
        {"type": "BUTTONS", "buttons": [{"type": "QUICK_REPLY", "text": hostile, "payload": hostile}]},
        {"type": hostile, "text": hostile},
    ]
    provider.templates = [
        template("promo_estiva"),
        {**template(f"promo {len(hostile)}"), "components": parts, "category": hostile, "quality_score": hostile},
        template(hostile), template(f"{MARK}e\u0301 \u200b\x07", language=" it\u200b"), template("a", language=hostile),
        template("c", status=hostile), {hostile: hostile}, {"name": hostile, "language": [hostile]},
    ]  # fmt: skip
    provider.fields = [
        {"name": "citta", "title": hostile, "type": hostile, "values": [hostile, "oro"]},
        {"name": hostile, "title": hostile, "type": "text"},
        {"name": f"{MARK}e\u0301\u200b", "title": "x", "type": "text"},
    ]
    provider.channels = [{"id": "24001", "name": hostile, "messenger": "WB", "number": hostile}]
    provider.channels += [{"id": hostile, "name": hostile, "messenger": hostile, "number": hostile}]
    provider.channels += [{"id": f"{len(hostile)}9", "name": hostile, "messenger": hostile, "number": hostile}]


def _customers(hunt: Hunt, provider: Provider, channel: Channel) -> SyncConfiguration:
    ContactField.objects.get_or_create(name="citta", defaults={"label": "Città"})
    rows = [
        {"kind": Kind.FIRST_NAME, "contact_field": "first_name"},
        {"kind": Kind.LAST_NAME, "contact_field": "last_name"},
        {"customer_field": "citta", "type_seen": "text", "contact_field": "citta", "mode": "newest"},
        {"customer_field": "codice", "type_seen": "text", "contact_field": "external_id"},
        {"customer_field": "telegram", "type_seen": "text", "contact_field": "telegram_id"},
        {"customer_field": "lingua", "type_seen": "text", "contact_field": "language"},
        {"customer_field": "fuso", "type_seen": "text", "contact_field": "time_zone"},
    ]
    made = configuration(channel, rows, direction="both")
    for hostile in HOSTILE:
        fields = {"citta": hostile, "codice": hostile, "lingua": hostile, hostile: hostile}
        provider.customers = [
            {"id": f"39{NUMBER}\u200b", "name": f"{hostile} {hostile}", "customfields": fields},
            {"id": "393331230002", "name": hostile, "customfields": {"fuso": hostile}},
            {"id": "393331230003", "name": hostile, "customfields": {"telegram": hostile}},
            {"id": hostile, "name": hostile}, {hostile: hostile}, {"id": [hostile], "customfields": [hostile]},
        ]  # fmt: skip
        finish(start.start(made, None))
        hunt.look()
    Contact.objects.filter(external_id__startswith=MARK).update(values={"citta": "Roma"})
    provider.send = lambda _body: Answer({"code": ODD, "reason": ODD}, 400)
    finish(start.start(made, None))
    hunt.offer("contacts.Contact.time_zone", "contacts.Contact.telegram_id", "channels.Channel.provider_id")
    hunt.offer(*(f"channels.TemplateVariant.{name}" for name in ("language", "language_raw", "status")))
    return made


def _replies(provider: Provider, channel: Channel) -> None:
    own_words.add(ODD, Outcome.POSSIBLE, None)
    for number, hostile in enumerate(HOSTILE):
        who = people.person(f"+39333123100{number}")
        consent.record([who.pk], "whatsapp", consent.BOTH, "yes", "import")
        talk = {"outgoing": False, "id": hostile, "created": hostile, hostile: hostile}
        provider.tickets = [
            {"id": hostile, "user_id": f"39333123100{number}", "chats": [{"chat": f"cancella {hostile}", **talk}]},
            {"id": f"{number}", "user_id": f"39333123100{number}", "chats": [{"chat": "cancella", **talk}]},
            {"id": f"{hostile}2", "user_id": f"39333123100{number}", "chats": [{"chat": hostile, **talk}]},
            {"id": hostile, "user_id": hostile, "chats": [{"chat": hostile, **talk}]},
            {"id": [hostile], "chats": hostile},
            {"id": f"{number}3", "user_id": f"39{NUMBER}\u200b", "chats": [{"chat": "ciao", **talk}]},
        ]
        provider.customers = [{"id": f"39333123200{number}\u200b", "stopped": "1", "name": hostile}]
        read_opt_outs.read(channel)
        read_opt_outs.read(channel)


def _refusals(provider: Provider, channel: Channel) -> None:
    """What sends are answered, and what the history says of them."""
    answers = [
        Answer(body, status)
        for hostile in HOSTILE
        for status, body in ((200, {"code": 200, "id": hostile}), (400, {"code": hostile, "reason": hostile}))
    ]
    answers += [Answer(LONG, 500), Answer(ODD, 500)]
    for number, _answer in enumerate(answers):
        who = people.person(f"+3933312340{number}", first_name="Anna")
        consent.record([who.pk], "whatsapp", consent.BOTH, "yes", "import")
    provider.send = lambda _body: answers.pop() if answers else Answer({"code": 200, "id": "m-1"})
    ledger.planned(channel, "promo_estiva")
    ledger.run()
    assert not answers
    provider.tickets = [{"id": ODD, "user_id": ODD, "chats": [{"chat": ODD, "outgoing": True}]}]
    look_up.look_up(channel, Delivery.objects.all())


def _failures(provider: Provider, channel: Channel, made: SyncConfiguration) -> None:
    """Lists that cannot be read, with the provider's words for it."""
    provider.failing = dict.fromkeys(PARTS, Answer({"code": ODD, "reason": ODD}, 400))
    refresh.run(ask.ask(channel).pk)
    read_opt_outs.read(channel)
    finish(start.start(made, None))
