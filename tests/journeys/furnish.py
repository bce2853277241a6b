"""Houses to walk through: one where nothing happened yet, and one where a bit of everything did."""

import json
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from engage_simulator.worlds.story import ASSISTENZA, EVENTI, KEYS, NOVITA
from staffetta.contacts.imports.sample import story_b_csv, story_b_mapping
from tests.journeys.house import House
from tests.processes import wait_until

PHOTO = "https://example.com/novita.jpg"
PEOPLE = (
    ("anna", "administrator", "it"),
    ("emma", "administrator", "en"),
    ("ottavio", "operator", "it"),
    ("oliver", "operator", "en"),
    ("livia", "viewer", "it"),
    ("leo", "viewer", "en"),
)

ORDER = """
import json, sys
from staffetta.accounts import tokens
from staffetta.accounts.models import User
from staffetta.channels.models import TemplateVariant
from staffetta.communications import define
from staffetta.communications.draft import Content
anna = User.objects.get(username="anna")
variants = TemplateVariant.objects.filter(template__channel__provider_id="24001", language="it")
variant = variants.get(template__name="conferma_ordine")
mapping = {"1": {"source": "field:first_name", "fallback": "cliente"}, "2": {"source": "value:order", "fallback": None}}
define.define(None, define.Definition("order-confirmation", ["order"], creates_contacts=True),
              Content(variant, mapping), anna)
tokens.issue("negozio", anna)
tokens.revoke(tokens.issue("vecchio", anna)[0], anna)
"""
AUDIENCES = """
from staffetta.contacts.models import AudienceRules
group = {"match": "none", "rules": [{"about": "sent", "is": "last_days", "value": 30},
                                    {"about": "field", "field": "first_name", "is": "contains", "value": "zz"}]}
AudienceRules.objects.create(name="Con opt-in", rules={"version": 1, "match": "all", "rules": [
    {"about": "consent", "is": "yes", "platform": "whatsapp", "purpose": "marketing"}, group]})
AudienceRules.objects.create(name="Vecchia lista", rules={"version": 1, "match": "all", "rules": [
    {"about": "list", "is": "in", "value": 999}]})
"""
SYNC = """
from staffetta.channels.models import Channel
from staffetta.contacts.models import Contact
from datetime import timedelta
from staffetta.sync.judge import OUTCOMES
from staffetta.sync.models import RunState, SyncConfiguration, SyncMapping, SyncRow, SyncRun
from staffetta.work.clock import now
made = SyncConfiguration.objects.create(channel=Channel.objects.get(provider_id="24001"), name="Anagrafica")
SyncMapping.objects.create(configuration=made, kind="first_name", contact_field="first_name")
SyncMapping.objects.create(configuration=made, kind="last_name", contact_field="last_name", mode="ask", position=1)
person = Contact.objects.first()
for rehearsal in (True, False):
    run = SyncRun.objects.create(configuration=made, rehearsal=rehearsal, state=RunState.DONE, started_at=now(),
                                 finished_at=now(), pages=1, created=1, conflicting=1, rejected=1)
    told = {"run": run, "contact": person}
    SyncRow.objects.create(outcome="created", customer_id="1", changes={"first_name": ["", "Ubaldo"]}, **told)
    SyncRow.objects.create(outcome="conflicting", customer_id="2", conflicts={"last_name": ["Boni", "Bini"]}, **told)
    SyncRow.objects.create(run=run, outcome="rejected", customer_id="3", reason="invalid_phone", field="id",
                           customer={"id": "3", "name": "Ubaldo"})
for seconds, state, *counts in ((41, "done", 1180, 0, 0, 4, 3, 6), (12, "partial", 14, 9, 730, 0, 2, 1),
                                (3, "failed", 0, 0, 0, 0, 0, 0), (18, "done", 6, 31, 1160, 4, 1, 5)):
    SyncRun.objects.create(
        configuration=made, state=state, scheduled=True, started_at=now() - timedelta(seconds=seconds),
        finished_at=now(), **dict(zip(OUTCOMES, counts)))
"""
PAUSED = """
import sys
from staffetta.communications.models import Communication
from staffetta.work.clock import now
Communication.objects.filter(pk=sys.argv[1]).update(state="paused", paused_at=now(), start_asked_at=now())
"""
LISTS = """
from staffetta.contacts.lists import lists
from staffetta.contacts.models import Contact
from staffetta.contacts.consents.suppression import suppress
vip = lists.named("Clienti affezionati", None)
lists.add_people(vip, Contact.objects.filter(pk__in=Contact.objects.values("pk")[:40]), None)
suppress("whatsapp", "+393209999999", "hand")
"""
MERGED_AND_ERASED = """
from staffetta.accounts.models import User
from staffetta.contacts.erasure import erase
from staffetta.contacts.merging import merge
from staffetta.contacts.models import Contact
anna = User.objects.get(username="anna")
kept, lost, gone = (Contact.objects.create(first_name="Ubaldo", phone=f"+39320888000{n}") for n in range(3))
merge.merge(kept, lost, {}, anna)
erase.erase(gone, "Ubaldo", anna)
"""
OPT_OUTS = """
from staffetta.channels.models import Channel
from staffetta.contacts.models import Contact
from staffetta.contacts.opt_outs import decide, own_words
from staffetta.contacts.opt_outs.match import Outcome
from staffetta.contacts.opt_outs.models import Decision
from staffetta.work.clock import now
channel = Channel.objects.get(provider_id="24001")
people = list(Contact.objects.order_by("-pk")[:8])
texts = ["Cancella", "Annulla", "annulla!", "ALTO", "Come faccio a disiscrivermi da questi messaggi?", "ביטול",
         "No me interesa", "Interrompi promozioni"]
decide.keep("whatsapp", [decide.Found({person.pk}, channel.pk, channel.name, f"k{place}", text, now())
                         for place, (person, text) in enumerate(zip(people, texts, strict=True))])
for place, decision in ((6, Decision.NONE), (7, Decision.MARKETING)):
    decide.decide(decide.to_decide().filter(key=f"k{place}"), decision, None)
own_words.add("pausa estiva", Outcome.POSSIBLE, None)
own_words.add("Basta", Outcome.NOTHING, None)
"""
PLACES = """
import json
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo
from django.db.models import Min
from staffetta.accounts.models import AccessToken, User
from staffetta.channels.models import Channel, Exchange, Template
from staffetta.communications.models import Communication
from staffetta.contacts.models import AudienceRules, Contact, ContactField, ContactList, Import, Suppression
from staffetta.contacts.record_models import Erasure, Merge
from staffetta.deliveries.models import Breaker, Delivery
from staffetta.sync.models import SyncConfiguration, SyncRow, SyncRun
from staffetta.work.clock import now
def first(rows, field="pk"):
    return next(iter(rows.order_by("pk").values_list(field, flat=True)), None)
channels = dict(Channel.objects.values_list("provider_id", "pk"))
if "24003" in channels:
    paused = {"of_channel": channels["24003"], "failures": 10, "cause": "timed_out", "opened_at": now()}
    Breaker.objects.get_or_create(kind="channel", subject=channels["24003"], defaults=paused)
print(json.dumps({
    "assistenza": channels.get("24001"), "novita": channels.get("24002"), "eventi": channels.get("24003"),
    "vetrina": channels.get("24004"),
    "template": first(Template.objects.filter(name="conferma_ordine", channel__provider_id="24001")),
    "exchange": first(Exchange.objects.filter(channel__provider_id="24001")),
    "contact": first(Contact.objects.all()), "import": first(Import.objects.filter(state="done")),
    "audience": first(AudienceRules.objects.filter(name="Con opt-in")),
    "broken": first(AudienceRules.objects.filter(name="Vecchia lista")),
    "upload": first(Import.objects.filter(state="uploaded")),
    "list": first(ContactList.objects.all()), "suppressed": first(Suppression.objects.all()),
    "sent": first(Communication.objects.filter(state="done")),
    "draft": first(Communication.objects.filter(name="Bozza")),
    "scheduled": first(Communication.objects.filter(name="Programmata")),
    "paused": first(Communication.objects.filter(name="In pausa")),
    "closed": first(Communication.objects.filter(name="Fuori orario")),
    "held": first(Communication.objects.filter(name="Promo sospesa")),
    "message": str(first(Delivery.objects.filter(state="sent"), "public_id")),
    "uncertain": str(first(Delivery.objects.filter(state="uncertain"), "public_id")),
    "failed": str(first(Delivery.objects.filter(state="failed"), "public_id")),
    "sync": first(SyncConfiguration.objects.all()), "rehearsal": first(SyncRun.objects.filter(rehearsal=True)),
    "run": first(SyncRun.objects.filter(rehearsal=False)),
    "reject": first(SyncRow.objects.filter(run__rehearsal=False, outcome="rejected")),
    "order": "order-confirmation", "token": first(AccessToken.objects.filter(revoked_at=None)),
    "person": first(User.objects.filter(username="ottavio")),
    "field": first(ContactField.objects.all()),
    "merge": first(Merge.objects.all()), "erasure": str(first(Erasure.objects.all(), "public_id")),
    "other": first(Contact.objects.filter(pk__gt=first(Contact.objects.all()) or 0)),
}))
"""


def find_places(home: House) -> dict[str, object]:
    """Return the numbers that stand in addresses, by the names pages.py uses."""
    places: dict[str, object] = json.loads(home.staffetta.python(PLACES))
    return places


def connect(home: House, *channels: str) -> None:
    """Connect channels by the command line and wait for what they download."""
    for channel in channels:
        home.staffetta.ok("channels", "connect", "--key-file", "-", typed=KEYS[channel])
    home.staffetta.ok("channels", "refresh", "--wait")


def bring_people(home: House) -> str:
    """Import saldi.csv and return the number of the import."""
    file = home.staffetta.folder / "saldi.csv"
    file.write_bytes(story_b_csv())
    maps = [word for column, target in story_b_mapping().items() for word in ("--map", f"{column}={target}")]
    made = home.json("contacts", "import", str(file), *maps, "--consent", "Opt-in WhatsApp", "--wait")
    return str(made["id"])


def compose(home: House, name: str, audience: str, template: str = "novita_foto") -> str:
    """Make a draft and return its number."""
    media = ("--header-media", PHOTO) if template == "novita_foto" else ()
    made = home.json(
        "communications", "create", "--name", name, "--channel", ASSISTENZA, "--template", template,
        "--language", "it", "--variable", "1=field:first_name|fallback:cliente", *media, "--audience", audience,
    )  # fmt: skip
    return str(made["id"])


def closed(home: House, audience: str) -> str:
    """Make a draft that leaves in six hours, whatever the time of day, and return its number."""
    draft = compose(home, "Fuori orario", audience)
    opens = datetime.now(ZoneInfo("Europe/Rome")) + timedelta(hours=6)
    window = f"{opens:%H:%M}-{opens + timedelta(hours=1):%H:%M}"
    home.staffetta.ok("communications", "hours", draft, window)
    return draft


def furnish(home: House) -> dict[str, object]:
    """Put a bit of everything into the house; return the places in it."""
    home.invite(*PEOPLE)
    connect(home, ASSISTENZA, NOVITA, EVENTI)
    audience = f"import:{bring_people(home)}"
    numbers = [row.replace("+", "") for row in ("+393200000000", "+393200000001")]
    home.engage.fault("answer", match={"operation": "send_notification", "recipient": numbers}, status=412, code=412,
                      reason="customer stopped")  # fmt: skip
    home.engage.fault("reset", match={"operation": "send_notification", "nth": 9}, accepted=False)
    home.staffetta.ok("communications", "start", compose(home, "Saldi d'estate", audience), "--wait", "--yes")
    compose(home, "Bozza", "all")
    home.staffetta.ok("communications", "schedule", compose(home, "Programmata", audience), "--at", "2099-12-01T10:00")
    home.staffetta.python(PAUSED, compose(home, "In pausa", audience))
    home.staffetta.ok("communications", "start", closed(home, audience), "--yes")
    compose(home, "Promo sospesa", audience, "promo_estate")
    home.staffetta.ok("templates", "off", "--channel", ASSISTENZA, "promo_estate")
    home.staffetta.python(ORDER)
    home.staffetta.python(SYNC)
    home.staffetta.python(AUDIENCES)
    home.staffetta.python(LISTS)
    home.staffetta.python(MERGED_AND_ERASED)
    home.staffetta.python(OPT_OUTS)
    upload(home)
    home.engage.regenerate_key(NOVITA)
    for _ in range(2):
        home.staffetta.command("channels", "refresh", "--channel", NOVITA, "--wait")
    wait_until(lambda: home.channel(NOVITA)["state"] == "refused", what="for the refused key")
    return find_places(home)


def upload(home: House) -> None:
    """Leave a file whose columns wait to be told; its first row is rejected and says No of somebody who is here."""
    code = """
import io
from django.core.files.uploadedfile import SimpleUploadedFile
from staffetta.accounts.models import User
from staffetta.contacts.imports import import_file
from staffetta.contacts.imports.sample import story_b_csv, story_b_mapping
headings, _end, rows = story_b_csv().partition(b"\\r\\n")
no = "Anna;Rossi;+39 320 000 0000 int. 2;Roma;No".encode()
file = SimpleUploadedFile("autunno.csv", b"\\r\\n".join([headings, no, rows]))
source = import_file.accept(file, "autunno.csv", User.objects.get(username="anna"))
import_file.map_columns(source, story_b_mapping(), "Opt-in WhatsApp", "")
"""
    home.staffetta.python(code)
