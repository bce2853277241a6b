"""Small words for templates. All of them are built in: no template loads them."""

import json
from datetime import date, datetime
from functools import cache
from pathlib import Path
from typing import Any

from django import template
from django.forms import BaseForm, BoundField, CheckboxInput, CheckboxSelectMultiple, RadioSelect, Select, Widget
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.formats import date_format, number_format
from django.utils.functional import Promise
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from staffetta.ui.paging import MANY, Page
from staffetta.work.clock import now

register = template.Library()

PLATFORM_ICONS = {
    "whatsapp": "brand-whatsapp",
    "telegram": "brand-telegram",
    "facebook": "brand-facebook",
    "instagram": "brand-instagram",
    "viber": "brand-viber",
    "apple": "brand-apple",
}


@cache
def _icons() -> dict[str, str]:
    """Read the drawings made by tools/icons.py."""
    source = Path(__file__).resolve().parent.parent / "icons.json"
    drawings: dict[str, str] = json.loads(source.read_text())
    return drawings


@register.simple_tag
def icon(name: str, classes: str = "") -> SafeString:
    """Draw an icon. It is decoration: the words stand beside it, or in the button's aria-label.

    Raises KeyError for an icon that tools/icons.py has not been told about.
    """
    return format_html(
        '<svg class="icon {}" viewBox="0 0 24 24" fill="none" stroke="currentColor" stroke-linecap="round" '
        'stroke-linejoin="round" aria-hidden="true">{}</svg>',
        classes,
        mark_safe(_icons()[name]),  # noqa: S308 - our own file
    )


@register.simple_tag
def platform_icon(platform: str, classes: str = "") -> SafeString:
    """Draw a messaging platform's coloured tile; its name stands beside it in words."""
    drawn = icon(PLATFORM_ICONS.get(platform, "message"))
    return format_html('<span class="plat {} {}" aria-hidden="true">{}</span>', platform, classes, drawn)


@register.simple_tag
def state_badge(colour: str, label: str | Promise, icon_name: str = "") -> SafeString:
    """Show a state in words; `colour` is green, red, yellow, azure or secondary and only helps the eye."""
    drawn = icon(icon_name) if icon_name else ""
    return format_html('<span class="st {}">{}{}</span>', colour, drawn, label)


@register.simple_tag
def copy_button(value: object, label: str | Promise = "") -> SafeString:
    """A small button that copies `value`; `label` names it for a screen reader ("Copy the channel ID")."""
    return format_html(
        '<button type="button" class="btn-plain needs-script" data-copy="{}" data-copied="{}" aria-label="{}" '
        'title="{}">{}</button>',
        value,
        _("Copied"),
        label or _("Copy"),
        label or _("Copy"),
        icon("copy", "icon-sm"),
    )


@register.filter
def grouped(number: object) -> str:
    """Write a number as the reader's language groups it: 1.200 in Italian, 1,200 in English; "–" for none."""
    if number is None or number == "":
        return "–"
    return number_format(str(number), force_grouping=True)


@register.filter
def up_to_many(number: int) -> str:
    """Write a number that was counted by `paging.counted`: 12, or 1.000+ for all that are more."""
    return grouped(number) if number <= MANY else f"{grouped(MANY)}+"


@register.filter
def full_date(day: date, pattern: str = "j F Y") -> str:
    """Write a day in full: "31 December 2026", "31 dicembre 2026" (Django writes Italian months with a capital)."""
    written = date_format(day, pattern)
    return written.lower() if (get_language() or "").startswith("it") else written


@register.filter
def friendly(when: datetime | date | None) -> str:
    """Write a moment as people say it: "today, 09:42", "yesterday, 18:05", "12 March, 18:05"; "–" for none."""
    if when is None:
        return "–"
    if not isinstance(when, datetime):
        return full_date(when)
    local = timezone.localtime(when)
    today = timezone.localtime(now()).date()
    clock = local.strftime("%H:%M")
    days = (today - local.date()).days
    if days == 0:
        return _("today, %(time)s") % {"time": clock}
    if days == 1:
        return _("yesterday, %(time)s") % {"time": clock}
    if days == -1:
        return _("tomorrow, %(time)s") % {"time": clock}
    day = full_date(local, "j F" if local.year == today.year else "j F Y")
    return _("%(day)s, %(time)s") % {"day": day, "time": clock}


@register.filter
def moment(when: datetime | None) -> SafeString:
    """Like `friendly`, in a <time> element that carries the exact moment."""
    if when is None:
        return mark_safe("–")
    exact = timezone.localtime(when)
    title = full_date(exact) + exact.strftime(" %H:%M:%S")
    return format_html('<time datetime="{}" title="{}">{}</time>', exact.isoformat(), title, friendly(when))


def _class_of(widget: Widget) -> str:
    if isinstance(widget, RadioSelect | CheckboxSelectMultiple | CheckboxInput):
        return "form-check-input"
    return "form-select" if isinstance(widget, Select) else "form-control"


@register.simple_tag
def widget(bound: BoundField, **attributes: str) -> SafeString:
    """Only the control of a form field, with its look and its links to error and help text."""
    classes = [_class_of(bound.field.widget), str(bound.field.widget.attrs.get("class", ""))]
    attrs: dict[str, str | bool] = {name.replace("_", "-"): value for name, value in attributes.items()}
    wrong = _first_wrong(bound.form)
    if wrong:
        attrs["autofocus"] = bound.name == wrong
    if bound.errors:
        classes.append("is-invalid")
        attrs["aria-invalid"] = "true"
    attrs["class"] = " ".join(filter(None, classes))
    described = _described_by(bound)
    if described:
        attrs["aria-describedby"] = described
    return bound.as_widget(attrs=attrs)


def _first_wrong(form: BaseForm) -> str:
    """Return the field that gets the focus when a form comes back: the first with an error, "" when none has."""
    return next((name for name in form.fields if name in form.errors), "")


def _described_by(bound: BoundField) -> str:
    parts = [f"{bound.auto_id}_error"] if bound.errors else []
    if bound.help_text:
        parts.append(f"{bound.auto_id}_helptext")
    return " ".join(parts)


@register.simple_tag(name="field")
def field_tag(bound: BoundField, **attributes: str) -> SafeString:
    """A whole form field: label, control, errors in words, help."""
    kind = bound.field.widget
    group = isinstance(kind, RadioSelect | CheckboxSelectMultiple)
    if group:
        kind.attrs["class"] = "form-check-input"
    return render_to_string(
        "ui/parts/field.html",
        {
            "field": bound,
            "widget": "" if group else widget(bound, **attributes),
            "checkbox": isinstance(kind, CheckboxInput),
            "choices": bound.subwidgets if group else [],
            "group": group,
            "described": _described_by(bound),
        },
    )


@register.simple_tag
def form_errors(form: object) -> SafeString:
    """What is wrong with a form as a whole."""
    return render_to_string("ui/parts/form_errors.html", {"errors": getattr(form, "non_field_errors", list)()})


@register.inclusion_tag("ui/parts/pager.html")
def pager(page: Page[Any]) -> dict[str, object]:
    """Links to the rows before and after."""
    return {"page": page}


@register.inclusion_tag("ui/parts/empty.html")
def empty(
    title: str | Promise, text: str | Promise = "", url: str = "", label: str | Promise = "", icon: str = "list"
) -> dict[str, object]:
    """An empty page: what it will show, and the button that does the next step."""
    return {"title": title, "text": text, "url": url, "label": label, "icon": icon}
