"""Every form that a browser sends, filled in with hostile text."""

from django.test import Client

from staffetta.accounts.models import Role, User
from staffetta.channels.models import Channel, CustomerField
from staffetta.communications.models import Communication
from staffetta.contacts.models import Contact, ContactField, Import
from tests import world as factory
from tests.communications import made
from tests.contacts import people
from tests.contacts.people import finish as finish_import
from tests.text.hunt import LONG, MARK, NUMBER, ODD, ODD_NUMBER, TYPED, Hunt, Judged, Typed

COMMUNICATION, TRANSACTIONAL = "communications.Communication", "communications.TransactionalMessage"
PASSWORD = "una-password-lunga"
NAME = Typed("nome")


def enter(hunt: Hunt, client: Client) -> None:
    """Go through all rooms; the client is an administrator's."""
    _people_who_work_here(hunt, client)
    _contacts(hunt, client)
    _imports(hunt, client)
    channel = made.channel(sealed_key=b"nonsense")
    _channels(hunt, client, channel)
    _communications(hunt, client, channel)
    _syncs(hunt, client, channel)
    hunt.look()


def _people_who_work_here(hunt: Hunt, client: Client) -> None:
    language, mail = Judged("it", "accounts.User.language"), Judged("anna@example.org", "accounts.User.email")
    role = Judged(Role.VIEWER, "accounts.User.role")
    person = {"full_name": TYPED, "email": mail, "language": language}
    hunt.form(client, "/users/new/", {"username": TYPED, **person, "role": role, "password": PASSWORD})
    hunt.form(client, f"/users/{User.objects.latest('pk').pk}/", {**person, "role": role})
    hunt.form(client, "/profile/", person)
    only = Judged("", "accounts.AccessToken.only_messages")
    answer = hunt.form(client, "/tokens/", {"name": TYPED, "only_messages": only}, taken=False)
    assert MARK in answer.content.decode()
    hunt.form(Client(), "/login/", {"username": TYPED, "password": PASSWORD}, taken=False)
    hunt.offer("accounts.LoginFailure.subject")


def _contacts(hunt: Hunt, client: Client) -> None:
    field = {"label": TYPED, "label_en": TYPED, "help": TYPED}
    kind = Judged("choice", "contacts.ContactField.type")
    hunt.form(client, "/contacts/fields/new/", {**field, "type": kind, "choices_text": Typed(around="oro\n{}")})
    city = ContactField.objects.create(name="citta", label="Città").name
    typed = {
        "first_name": TYPED, "last_name": TYPED, "language": TYPED, "external_id": TYPED, f"own_{city}": TYPED,
        "phone": Typed("+393331230001", odd=ODD_NUMBER), "telegram_id": Typed("77", odd=f"\u200b{NUMBER}\u202c"),
        "time_zone": Judged("Europe/Rome", "contacts.Contact.time_zone"),
        "opt_in": Judged("yes", "contacts.ConsentState.value"), "wording": TYPED,
    }  # fmt: skip
    hunt.form(client, "/contacts/new/", typed | {"phone": Typed("", odd=ODD_NUMBER)})
    hunt.offer("contacts.Consent.value")
    who = Contact.objects.latest("pk")
    hunt.form(client, f"/contacts/{who.pk}/edit/", typed | {"external_id": Typed(odd=f"{MARK}2\u200b")})
    hunt.form(client, "/contacts/lists/new/", {"name": NAME})
    hunt.form(client, "/contacts/lists/add/", {"new": Typed(odd=f"{MARK}3\u200b")})
    _audiences(hunt, client, city)
    other = people.person(first_name=MARK, last_name=MARK, external_id=f"{MARK}-0", values={city: MARK})
    hunt.post(client, f"/contacts/{who.pk}/merge/{other.pk}/", {"choose_first_name": ODD, f"choose_{ODD}": ODD})
    note = {"platform": Judged("whatsapp", "contacts.Suppression.platform"), "note": TYPED}
    hunt.form(client, "/contacts/blacklist/new/", {**note, "addresses": Typed("+393331230003", odd=ODD_NUMBER)})
    _opt_outs(hunt, client, who)
    hunt.look()
    for reason in (LONG, ODD):
        hunt.post(client, f"/contacts/{who.pk}/erase/", {"typed": "cancella", "reason": reason})


def _audiences(hunt: Hunt, client: Client, city: str) -> None:
    line = {"r:match": "all", "r.0:about": f"field:{city}", "r.0:is": "is", "r.0:value": TYPED}
    hunt.form(client, "/contacts/audiences/new/", {"name": NAME, **line})
    for name in ("r:match", "r.0:about", "r.0:is", "r.0:platform", "r.0:purpose", "r.0:values", "r.0:to"):
        hunt.post(client, "/contacts/audiences/new/", {"name": "x", "r.0:value": "y", **line, name: TYPED.odd})


def _opt_outs(hunt: Hunt, client: Client, who: Contact) -> None:
    outcome = Judged("all", "contacts.OptOutWord.outcome")
    hunt.form(client, "/contacts/opt-outs/words/add/", {"text": TYPED, "counts_as": outcome})
    reply = factory.a_possible_opt_out(who)
    decision = {"decision": Judged("none", "contacts.PossibleOptOut.decision")}
    hunt.form(client, f"/contacts/opt-outs/{reply.pk}/decide/", decision)
    hunt.form(client, "/contacts/opt-outs/alike/", {**decision, "alike": TYPED, "last": "1"})


def _imports(hunt: Hunt, client: Client) -> None:
    source = factory.an_import()
    path = f"/contacts/imports/{source.pk}/"
    hunt.form(client, f"{path}reading/", {"delimiter": Judged(";", "contacts.Import.delimiter")})
    columns = {
        "column0": "phone", "column1": Judged("first_name", "contacts.Import.mapping"),
        "mode1": Judged("if_empty", "contacts.Import.modes"),
        "phone_mode": Judged("strict", "contacts.Import.phone_mode"),
        "phone_prefix": Judged("+39", "contacts.Import.phone_prefix"),
        "consent": Judged("", "contacts.Import.consent_column"),
        "wording": TYPED, "into_list": Typed(odd=f"{MARK}4\u200b"), "save_as": NAME,
    }  # fmt: skip
    hunt.form(client, f"{path}columns/", columns)
    hunt.form(client, f"{path}start/", {})
    finish_import(Import.objects.get(pk=source.pk))
    hunt.form(client, f"{path}consent/", _consent("contacts.ImportConsent.purpose", 1))


def _consent(purpose: str, number: int) -> dict[str, object]:
    said = {"source": TYPED, "wording": TYPED, "given_on": "2026-05-01", "typed": str(number)}
    return {"purpose": Judged("marketing", purpose), **said}


def _channels(hunt: Hunt, client: Client, channel: Channel) -> None:
    path = f"/engage/channels/{channel.pk}/"
    entered = {
        "name": Judged("avviso", "channels.Template.name"),
        "language": Judged("it", "channels.TemplateVariant.language"),
        "category": Judged("UTILITY", "channels.TemplateVariant.category"),
        "header_type": "text", "header": Typed("Ciao"), "body": Typed("Ciao {{{{1}}}}", around="{} {{{{1}}}}"),
        "footer": Typed("Ciao"), "buttons": Typed("Apri", around="url:{}:https://example.com/a"),
    }  # fmt: skip
    hunt.form(client, f"{path}whatsapp/enter/", entered)
    hunt.offer("channels.TemplateVariant.language_raw")
    Channel.objects.filter(pk=channel.pk).update(platform="unknown")
    hunt.form(client, f"{path}platform/", {"platform": Judged("whatsapp", "channels.Channel.platform")})
    hunt.form(client, f"{path}pace/", {"pace": TYPED.odd, "burst": TYPED.odd}, taken=False)
    hunt.form(client, f"{path}disconnect/", {"typed": TYPED}, taken=False)
    hunt.form(client, "/engage/channels/reset/", {"typed": TYPED}, taken=False)
    hunt.form(client, f"{path}test-number/", {"number": Judged("", "events.StopProof.number")})


def _communications(hunt: Hunt, client: Client, channel: Channel) -> None:
    content = {**_content(channel, COMMUNICATION), "audience": Judged("all", f"{COMMUNICATION}.audience_kind")}
    hunt.form(client, "/communications/new/", {"name": TYPED, **content})
    draft = Communication.objects.latest("pk")
    when = {"expected": "1", "day": "2099-01-01", "time": "10:00"}
    opens = {"opens": Judged("09:00", f"{COMMUNICATION}.hours"), "closes": "20:00"}
    zone = Judged("Europe/Rome", f"{COMMUNICATION}.start_zone")
    hunt.form(client, f"/communications/{draft.pk}/schedule/", {**when, **opens, "zone": zone})
    hunt.form(client, f"/communications/{draft.pk}/hours/", opens)
    hunt.form(client, f"/communications/{draft.pk}/duplicate/", {})
    who = made.people(1)[0]
    Contact.objects.filter(pk=who.pk).update(first_name=MARK)
    hunt.form(client, f"/communications/{Communication.objects.latest('pk').pk}/test/", {"to": str(who.pk)})
    asked = {
        "name": Judged("ordine{n}", f"{TRANSACTIONAL}.name"),
        "parameters": Judged("order", f"{TRANSACTIONAL}.parameters"),
    }
    hunt.form(client, "/transactional-messages/new/", {**asked, **_content(channel, TRANSACTIONAL)})
    for path, model in (("/communications/new/", COMMUNICATION), ("/transactional-messages/new/", TRANSACTIONAL)):
        photo = {"platform": "whatsapp", "channel": str(channel.pk), "template": "novita_foto", "language": "it"}
        media = {"header_media": Judged("http://127.0.0.1:9/x", f"{model}.header_media")}
        hunt.form(
            client,
            path,
            {"name": "Foto", "audience": "all", "source_1": "text", "text_1": "x", **photo, **media},
            taken=False,
        )


def _content(channel: Channel, model: str) -> dict[str, object]:
    return {
        "platform": Judged("whatsapp", f"{model}.platform"),
        "channel": Judged(str(channel.pk), f"{model}.channel_provider_id"),
        "template": Judged("conferma_ordine", f"{model}.template_name"),
        "language": Judged("it", f"{model}.template_language"),
        "source_1": "field:first_name", "fallback_1": TYPED, "source_2": "text", "text_2": TYPED, "fallback_2": TYPED,
    }  # fmt: skip


def _syncs(hunt: Hunt, client: Client, channel: Channel) -> None:
    CustomerField.objects.create(channel=channel, name="citta", label="Città", type="text")
    city = ContactField.objects.create(name="comune", label="Comune").name
    judged = {
        name: Judged(good, f"sync.SyncConfiguration.{name}")
        for name, good in {
            "direction": "from_engage", "key_customer": "id", "key_contact": "phone", "stopped_means": "opt_out",
            "blocked_means": "suppress", "every": "never", "time_zone": "Europe/Rome",
        }.items()
    }  # fmt: skip
    rows = {
        "rows-TOTAL_FORMS": "1", "rows-INITIAL_FORMS": "0", "rows-0-fixed": TYPED,
        "rows-0-source": Judged("=fixed", "sync.SyncMapping.kind"),
        "rows-0-target": Judged(city, "sync.SyncMapping.contact_field"),
        "rows-0-mode": Judged("provider", "sync.SyncMapping.mode"),
    }  # fmt: skip
    form = {"name": NAME, **judged, **rows, "into_list": Typed(odd=f"{MARK}5\u200b")}
    hunt.form(client, f"/engage/channels/{channel.pk}/sync/new/", form)
    hunt.post(client, f"/engage/channels/{channel.pk}/sync/new/", {"state_rules": TYPED.odd, "name": "x"})
    hunt.offer("sync.SyncConfiguration.state_rules", "sync.SyncMapping.customer_field")
    run, row = factory.a_sync(channel)
    path = f"/engage/channels/{channel.pk}/sync/{run.configuration_id}/"
    corrected = {"value-id": Typed("x", odd="39\u200b3331230078"), "value-name": TYPED, "value-citta": TYPED}
    row.customer = {"id": "1", "name": "Anna", "fields": {"citta": "x"}}
    row.save()
    hunt.form(client, f"{path}rejects/{row.pk}/", corrected)
    hunt.form(client, f"{path}runs/{run.pk}/consent/", _consent("sync.SyncConsent.purpose", 1))
