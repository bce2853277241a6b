"""What the tests of composing are made of: a connected channel with templates, people, drafts. No wire is needed."""

from typing import Any

from staffetta.channels.models import Channel, ConnectionState, Template, TemplateVariant
from staffetta.communications.define import Definition, define
from staffetta.communications.draft import Content, save_draft
from staffetta.communications.models import Communication, TransactionalMessage
from staffetta.contacts.consents import consent
from staffetta.contacts.models import Contact, Import, ImportedContact

PHOTO = "https://example.com/novita.jpg"
GOOD_CHECK = {"url": PHOTO, "problem": "", "status": 200, "type": "image/jpeg", "size": 20_000, "at": ""}
TEMPLATES: dict[str, tuple[list[dict[str, Any]], list[dict[str, str]]]] = {
    "novita_foto": (
        [
            {"type": "HEADER", "format": "IMAGE"},
            {"type": "BODY", "text": "Ciao {{1}}, i *saldi* sono cominciati."},
            {"type": "FOOTER", "text": "Rispondi STOP per non ricevere altro"},
            {"type": "BUTTONS", "buttons": [{"type": "URL", "text": "Guarda", "url": "https://example.com/saldi"}]},
        ],
        [
            {"key": "header", "component": "header", "kind": "image", "example": ""},
            {"key": "1", "component": "body", "kind": "text", "example": "Anna"},
        ],
    ),
    "conferma_ordine": (
        [{"type": "BODY", "text": "Gentile {{1}}, il tuo ordine {{2}} è confermato."}],
        [
            {"key": "1", "component": "body", "kind": "text", "example": "Anna"},
            {"key": "2", "component": "body", "kind": "text", "example": "A-1042"},
        ],
    ),
    "promo_estate": ([{"type": "BODY", "text": "Solo oggi: sconto del 20%."}], []),
}


def channel(provider_id: str = "24001", name: str = "Assistenza clienti", **more: Any) -> Channel:
    """Make a connected WhatsApp channel with its templates in Italian, and one of them in English too."""
    made = Channel.objects.create(
        provider_id=provider_id, name=name, platform="whatsapp", state=ConnectionState.CONNECTED, **more
    )
    for template in TEMPLATES:
        variant(made, template, "it")
    variant(made, "promo_estate", "en")
    return made


def variant(channel: Channel, name: str, language: str) -> TemplateVariant:
    components, variables = TEMPLATES[name]
    template, _ = Template.objects.get_or_create(channel=channel, name=name)
    return TemplateVariant.objects.create(
        template=template,
        language=language,
        language_raw=language,
        status="approved",
        category="UTILITY" if name == "conferma_ordine" else "MARKETING",
        components=components,
        variables=variables,
        fingerprint=f"{name}-{language}",
    )


def the_variant(channel: Channel, name: str, language: str = "it") -> TemplateVariant:
    rows = TemplateVariant.objects.select_related("template__channel")
    return rows.get(template__channel=channel, template__name=name, language=language)


def people(number: int, *, opt_in: str = "yes", start: int = 0, named: bool = True) -> list[Contact]:
    """Make contacts who said `opt_in` ("" for nothing)."""
    made = Contact.objects.bulk_create(
        Contact(first_name=f"Nome{n}" if named else "", phone=f"+39333{n:07d}", search=f"nome{n} 39333{n:07d}")
        for n in range(start, start + number)
    )
    if opt_in:
        consent.record([each.pk for each in made], "whatsapp", consent.BOTH, opt_in, "import")
    return made


def imported(contacts: list[Contact], name: str = "saldi.csv") -> Import:
    """Make an import that brought these contacts."""
    source = Import.objects.create(name=name, state="done", created=len(contacts))
    ImportedContact.objects.bulk_create(
        ImportedContact(source=source, contact=contact, outcome="created", row=row)
        for row, contact in enumerate(contacts, start=2)
    )
    return source


def content(channel: Channel, template: str = "novita_foto", fallback: str | None = "cliente") -> Content:
    mapping = {"1": {"source": "field:first_name", "fallback": fallback}} if template != "promo_estate" else {}
    if template == "conferma_ordine":
        mapping["2"] = {"source": "value:order", "fallback": None}
    media = (PHOTO, GOOD_CHECK) if template == "novita_foto" else ("", {})
    return Content(the_variant(channel, template), mapping, *media)


def draft(channel: Channel, source: Import | None = None, name: str = "Saldi d'estate", **more: Any) -> Communication:
    return save_draft(None, name, content(channel, **more), source, None)


def order_confirmation(channel: Channel, **more: Any) -> TransactionalMessage:
    """Define the transactional message of story C2; a call passes `order`."""
    definition = Definition("order-confirmation", ["order"], creates_contacts=more.pop("creates_contacts", False))
    return define(None, definition, content(channel, "conferma_ordine", **more), None)
