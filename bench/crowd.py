"""Many people with values, consents, a list, an import and messages: what audiences by rules choose from."""

from bench.multiply import analyse, days_before, json_of, multiply, text, two_digits
from staffetta.channels.models import Channel
from staffetta.contacts.models import (
    ConsentState,
    Contact,
    ContactActivity,
    ContactField,
    ContactList,
    Import,
    ImportedContact,
    ListMember,
)
from staffetta.work.clock import now

CITIES = ("Torino", "Milano", "Roma", "Napoli", "Bari", "Genova", "Palermo", "Firenze", "Trieste", "Cagliari")
TEXTS = {"citta": "text", "saldo": "number", "nascita": "date", "visita": "datetime"}
TYPES = TEXTS | {"colore": "choice", "gusti": "choices"}
CHOICES = ["rosso", "blu", "verde", "caffè", "tè", "latte"]


def fill(contacts: int) -> None:
    """Make so many people, list 1 and import 1, with two consents of most and messages of half."""
    for name, kind in TYPES.items():
        choices = CHOICES if kind.startswith("choice") else []
        ContactField.objects.create(name=name, label=name, type=kind, choices=choices)
    first = Contact.objects.create(first_name="Nome 0", phone="+39330000000", values={"citta": "Torino"})
    number = text("n.i")
    multiply(
        first,
        contacts - 1,
        {
            "first_name": f"'Nome ' || {number}",
            "phone": f"'+39' || {text('3330000000 + n.i')}",
            "search": f"'nome ' || {number} || ' +39' || {text('3330000000 + n.i')}",
            "values": json_of(_values()),
        },
    )
    _consents(first, contacts)
    _memberships(first, contacts)
    analyse()


def _values() -> dict[str, str]:
    day, month = two_digits("n.i * 31 %% 28 + 1"), two_digits("n.i * 17 %% 12 + 1")
    rest = f"'-' || {month} || '-' || {day}"
    return {
        "citta": _one_of("n.i * 7 %% 10", [f'"{city}"' for city in CITIES]),
        "saldo": f"""'"' || {text("n.i * 37 %% 1000")} || '.' || {two_digits("n.i %% 100")} || '"'""",
        "nascita": f"""'"' || {text("1940 + n.i * 13 %% 70")} || {rest} || '"'""",
        "visita": f"""'"' || {text("2025 + n.i %% 2")} || {rest} || 'T10:00:00+01:00"'""",
        "colore": _one_of("n.i %% 3", ['"rosso"', '"blu"', '"verde"']),
        "gusti": _one_of("n.i %% 4", ['["latte"]', *['["caffè", "tè"]'] * 3]),
    }


def _one_of(number: str, texts: list[str]) -> str:
    cases = " ".join(f"WHEN {place} THEN '{one}'" for place, one in enumerate(texts))
    return f"CASE {number} {cases} END"


def _consents(first: Contact, contacts: int) -> None:
    for purpose in ("marketing", "service"):
        said = ConsentState.objects.create(
            contact=first, platform="whatsapp", purpose=purpose, value="yes", source="import"
        )
        value = "CASE WHEN n.i %% 5 = 0 THEN 'no' ELSE 'yes' END"
        multiply(said, contacts - 1, {"contact_id": f"{first.pk} + n.i", "value": value}, "n.i %% 10 > 0")


def _memberships(first: Contact, contacts: int) -> None:
    behind = {"contact_id": f"{first.pk} + n.i"}
    member = ListMember.objects.create(list=ContactList.objects.create(name="VIP"), contact=first)
    multiply(member, contacts - 1, behind, "n.i %% 3 = 0")
    source = Import.objects.create(name="i.csv", state="done", finished_at=now())
    came = ImportedContact.objects.create(source=source, contact=first, outcome="created", row=1)
    multiply(came, contacts - 1, {**behind, "row": "1 + n.i"}, "n.i %% 2 = 1")
    on = Channel.objects.create(provider_id="31001", name="Prova", platform="whatsapp")
    sent = ContactActivity.objects.create(
        contact=first, platform="whatsapp", channel=on.provider_id, last_sent_at=now()
    )
    at = days_before("p.last_sent_at", "n.i %% 365 * 7919 %% 365")
    multiply(sent, contacts - 1, {**behind, "last_sent_at": at}, "n.i %% 2 = 0")
