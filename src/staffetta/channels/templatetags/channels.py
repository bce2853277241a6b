"""What templates draw of channels: `{% load channels %}`."""

from collections.abc import Mapping

from django import template
from django.utils.safestring import SafeString

from staffetta.channels import wording
from staffetta.channels.calls import labels
from staffetta.channels.message_templates.preview import excerpt, preview
from staffetta.channels.models import Channel, TemplateVariant
from staffetta.ui.templatetags.staffetta import state_badge

register = template.Library()
register.filter("excerpt", excerpt)


@register.inclusion_tag("channels/_phone.html")
def phone_preview(
    variant: TemplateVariant, values: Mapping[str, str] | None = None, title: str = ""
) -> dict[str, object]:
    """Draw a template as the phone shows it; `values` by variable key, `title` the sender's name on top."""
    return {"preview": preview(variant.components, values, title=title)}


@register.inclusion_tag("channels/_phone.html")
def phone_text(text: str, title: str = "", attachment: str = "") -> dict[str, object]:
    """Draw a free text (Telegram) in the same frame."""
    components: list[Mapping[str, object]] = [{"type": "BODY", "text": text}]
    if attachment:
        components.append({"type": "HEADER", "format": "DOCUMENT"})
    return {"preview": preview(components, {}, title=title)}


@register.simple_tag
def connection_badge(channel: Channel) -> SafeString:
    """Show a channel's connection state."""
    return state_badge(*labels.connection(channel))


@register.filter
def problem(code: str) -> wording.ProblemText:
    """Word a problem's code: `.what` and `.what_to_do`."""
    return wording.problem_text(code)


@register.filter
def category(code: str) -> str:
    """Name a template's category."""
    return str(wording.CATEGORIES.get(code.upper(), code or "–"))


@register.filter
def operation(code: str) -> str:
    """Name what a call to the provider was for."""
    return str(wording.OPERATIONS.get(code, code))


@register.filter
def field_type(code: str) -> str:
    """Name the type of a customer field."""
    return str(wording.FIELD_TYPES.get(code, code))


@register.filter
def international(number: str) -> str:
    """Write a sender's number as people read it; what is not a number stays as it is."""
    return labels.international(number)
