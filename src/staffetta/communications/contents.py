"""What somebody confirms by a start or a schedule, line by line."""

from collections.abc import Iterator
from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from staffetta.communications.hold import audience_of
from staffetta.communications.mapping import SourceKind, read_mapping
from staffetta.communications.models import Communication, Composition
from staffetta.communications.wording import shown_hours
from staffetta.contacts.audiences.audience import named
from staffetta.contacts.audiences.rule_words import sentence
from staffetta.contacts.audiences.rule_world import known
from staffetta.contacts.audiences.rules import WrongRules, read
from staffetta.contacts.fields.values import sources
from staffetta.ui.templatetags.staffetta import grouped

KINDS: dict[SourceKind, str | Promise] = {
    SourceKind.FIELD: gettext_lazy("contact field"),
    SourceKind.TEXT: gettext_lazy("fixed text"),
    SourceKind.VALUE: gettext_lazy("value of the call"),
}


@dataclass(frozen=True, slots=True)
class SourceLine:
    """Where one variable's value comes from, in words."""

    key: str
    kind: str | Promise
    name: str
    fallback: str


def sources_of(message: Composition) -> Iterator[SourceLine]:
    """Yield one line per variable, in the order of the template as it was accepted."""
    labels = {source.name: source.label for source in sources()}
    for key, source in read_mapping(message.mapping).items():
        name = labels.get(source.name, source.name) if source.kind == SourceKind.FIELD else source.name
        yield SourceLine(key, KINDS[source.kind], name, source.fallback)


def contents_of(communication: Communication) -> list[tuple[str, str]]:
    """Return everything that is sent and whom to, in words; what is empty is left out."""
    variant = communication.variant
    text = "\n".join(str(part["text"]) for part in variant.components if part.get("text")) if variant else ""
    lines = [
        (_("Name"), communication.name),
        (_("Channel"), communication.channel_name),
        (_("Template"), f"{communication.template_name} · {communication.template_language}"),
        (_("Text"), text),
        (_("Media of the header"), communication.header_media),
        *((f"{{{{{line.key}}}}}", _source(line)) for line in sources_of(communication)),
        (_("Audience"), _audience(communication)),
        (_("Send window"), shown_hours(communication.hours)),
        (_("Speed"), grouped(communication.speed) if communication.speed else ""),
    ]
    return [(name, told) for name, told in lines if told]


def _source(line: SourceLine) -> str:
    told = f"{line.kind} {line.name}"
    return f"{told} · " + _("else «%(text)s»") % {"text": line.fallback} if line.fallback else told


def _audience(communication: Communication) -> str:
    name = named(communication.audience_kind, communication.audience_name)
    if communication.audience_kind != "rule":
        return name
    rules = audience_of(communication).rules
    try:
        return f"{name}: {sentence(read(rules, known(rules)))}"
    except WrongRules:
        return name
