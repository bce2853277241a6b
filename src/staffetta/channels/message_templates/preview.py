"""A template as the phone shows it: header, body, footer and buttons, with values in place of the placeholders."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from django.utils.functional import Promise
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from staffetta.channels.message_templates.markup import placeholders, to_html, variable

MEDIA = {"IMAGE": "photo", "VIDEO": "video", "DOCUMENT": "file-text", "LOCATION": "map-pin"}
BUTTON_ICONS = {
    "URL": "external-link",
    "PHONE_NUMBER": "phone",
    "QUICK_REPLY": "arrow-back-up",
    "COPY_CODE": "copy",
    "OTP": "copy",
}
FIXED_LABELS: Mapping[str, Promise] = {
    "COPY_CODE": _("Copy code"),
    "OTP": _("Copy code"),
    "CATALOG": _("View catalogue"),
}
"""Buttons whose words WhatsApp chooses: a template names only their kind."""

AT_MOST = 3
"""As many buttons WhatsApp shows; of more it shows two and puts the others behind a third, "See all options"."""

type Component = Mapping[str, object]


@dataclass(frozen=True, slots=True)
class Button:
    """One button: its label and its icon."""

    label: str | Promise
    icon: str


@dataclass(slots=True)
class Preview:
    """What is drawn. `media` is an icon's name where the header holds a file; `media_url` its address if known."""

    title: str = ""
    media: str = ""
    media_url: str = ""
    header: SafeString | str = ""
    body: SafeString | str = ""
    footer: str = ""
    buttons: list[Button] = field(default_factory=list)
    is_image: bool = False

    @property
    def in_sight(self) -> list[Button]:
        """The buttons below the message."""
        return self.buttons if len(self.buttons) <= AT_MOST else self.buttons[: AT_MOST - 1]

    @property
    def behind(self) -> list[Button]:
        """The buttons that show only after "See all options"."""
        return self.buttons[len(self.in_sight) :]


def preview(components: Sequence[Component], values: Mapping[str, str] | None = None, *, title: str = "") -> Preview:
    """Draw a template; `values` by variable key ("1", "header", "button"), a missing one is marked."""
    drawn = Preview(title=title)
    for component in components:
        kind = str(component.get("type", ""))
        text = str(component.get("text") or "")
        if kind == "HEADER":
            _header(drawn, component, text, values)
        elif kind == "BODY":
            drawn.body = to_html(text, _shown(values))
        elif kind == "FOOTER":
            drawn.footer = text
        elif kind == "BUTTONS":
            drawn.buttons += _buttons(component)
    return drawn


def body_of(components: Sequence[Component]) -> str:
    """Return the text of the body as it was listed."""
    return next((str(part.get("text") or "") for part in components if part.get("type") == "BODY"), "")


def excerpt(body: str, size: int = 120) -> str:
    """Return the beginning of a body on one line: people know texts, not names."""
    line = " ".join(body.split())
    return line if len(line) <= size else f"{line[: size - 1].rstrip()}…"


def _header(drawn: Preview, component: Component, text: str, values: Mapping[str, str] | None) -> None:
    form = str(component.get("format") or "TEXT")
    if form == "TEXT":
        drawn.header = placeholders(text, lambda _name: _value(values, "header", "1")) if text else ""
        return
    drawn.media = MEDIA.get(form, "puzzle")
    drawn.media_url = (values or {}).get("header", "")
    drawn.is_image = form == "IMAGE" and drawn.media_url.startswith("https://")


def _shown(values: Mapping[str, str] | None) -> Callable[[str], SafeString]:
    return lambda name: _value(values, name, name)


def _value(values: Mapping[str, str] | None, key: str, name: str) -> SafeString:
    if values is None:
        return variable(name)
    if value := values.get(key, ""):
        return format_html('<span class="var">{}</span>', value)
    return format_html('<span class="var missing">{{{{{}}}}}</span>', name)


def _buttons(component: Component) -> list[Button]:
    rows = component.get("buttons")
    if not isinstance(rows, list):
        return []
    return [_button(str(row.get("text") or ""), str(row.get("type") or "")) for row in rows if isinstance(row, dict)]


def _button(text: str, kind: str) -> Button:
    return Button(text or FIXED_LABELS.get(kind, _("Button")), BUTTON_ICONS.get(kind, "message"))
