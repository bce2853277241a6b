"""Looking through a channel's templates: filters, search, and one row per template whatever its languages."""

from dataclasses import dataclass, field

from django.db.models import Exists, OuterRef, Prefetch, Q, QuerySet
from django.utils.translation import get_language

from staffetta.channels.calls import labels
from staffetta.channels.message_templates.markup import plain
from staffetta.channels.message_templates.preview import excerpt
from staffetta.channels.message_templates.usage import Usage
from staffetta.channels.models import APPROVED, Channel, Template, TemplateVariant

STATES = ("", "on", "off", "new", "unusable")
SENDABLE = Q(status=APPROVED, gone_at=None, unsupported="")
HEAVY = ("components", "raw")


@dataclass(frozen=True, slots=True)
class Filters:
    """What a person looks for; empty members do not filter."""

    text: str = ""
    state: str = ""
    language: str = ""

    @property
    def any(self) -> bool:
        return bool(self.text or self.state or self.language)


@dataclass(frozen=True, slots=True)
class Refused:
    """A language that the provider refuses again and again when sent: why, in numbers, and the page that ends it."""

    language: str
    why: str
    url: str


@dataclass(slots=True)
class Line:
    """One template as the list shows it; whoever knows the sends says which languages are `refused`."""

    template: Template
    variants: list[TemplateVariant]
    state: labels.TemplateState
    usages: list[Usage] = field(default_factory=list)
    refused: list[Refused] = field(default_factory=list)

    @property
    def main(self) -> TemplateVariant | None:
        """The language shown first."""
        return min(self.variants, key=_first_shown, default=None)

    @property
    def excerpt(self) -> str:
        return excerpt(plain(self.main.body)) if self.main else ""

    @property
    def variables(self) -> int:
        return len(self.main.variables) if self.main else 0

    @property
    def quality(self) -> str:
        return labels.quality(self.main) if self.main else ""


def _first_shown(row: TemplateVariant) -> tuple[bool, bool, bool, str]:
    """Order the languages: sendable ones first, among them the reader's own."""
    own = (get_language() or "")[:2]
    return not row.sendable, not row.available, row.language[:2] != own, row.language


def matching(channel: Channel, filters: Filters) -> QuerySet[Template]:
    """Return the channel's templates that pass the filters, by name."""
    variants = TemplateVariant.objects.filter(template=OuterRef("pk"))
    rows = channel.templates.order_by("name")
    if filters.text:
        text = Q(Exists(variants.filter(body__icontains=filters.text))) | Q(name__icontains=filters.text)
        rows = rows.filter(text)
    if filters.language:
        rows = rows.filter(Exists(variants.filter(language=filters.language)))
    match filters.state:
        case "on":
            rows = rows.filter(active=True)
        case "off":
            rows = rows.filter(active=False)
        case "new":
            rows = rows.filter(is_new=True)
        case "unusable":
            rows = rows.exclude(Exists(variants.filter(SENDABLE)))
    return rows


def with_variants(rows: QuerySet[Template]) -> QuerySet[Template]:
    """Bring the variants along, without their heavy columns."""
    light = TemplateVariant.objects.defer(*HEAVY).order_by("language")
    return rows.prefetch_related(Prefetch("variants", queryset=light))


def line(template: Template, usages: list[Usage]) -> Line:
    """Return a template's line; its variants are prefetched."""
    variants = list(template.variants.all())
    return Line(template, variants, labels.of_template(variants), usages)


def languages(channel: Channel) -> list[str]:
    """Return the languages of the channel's templates."""
    rows = TemplateVariant.objects.filter(template__channel=channel).order_by("language")
    return list(rows.values_list("language", flat=True).distinct())
