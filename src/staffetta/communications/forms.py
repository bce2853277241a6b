"""The forms of composing. Their fields grow with what is chosen: channel, template, language, variables."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from django import forms
from django.forms import BoundField
from django.utils.translation import gettext_lazy as _

from staffetta.channels.message_templates.preview import Preview, preview
from staffetta.channels.models import TemplateVariant
from staffetta.communications import choose
from staffetta.communications.check_media import MediaCheck, check_media, refused, seen
from staffetta.communications.draft import Content
from staffetta.communications.hours_form import HoursForm, hours_initial
from staffetta.communications.mapping import SourceKind, WrongSource, read_source
from staffetta.communications.models import Communication, Composition, TransactionalMessage
from staffetta.communications.start import MEDIA_KINDS
from staffetta.communications.wording import media_text
from staffetta.contacts.audiences.audience import Source
from staffetta.contacts.fields.values import sources
from staffetta.contacts.lists.list_names import NameChoiceField
from staffetta.contacts.models import AudienceRules, ContactList, Import, ImportState
from staffetta.ui.text_fields import NameField

FIXED = "text"
NAME = re.compile(r"[a-z][a-z0-9_]{0,59}")
"""What a value passed by a caller may be called."""

FASTEST = 600_000
"""Messages a minute: beyond that a speed means nothing."""
TAKEN_NAMES = {"new"}
SOURCE_FIELDS = {"import": "source", "list": "list", "rule": "rules"}
"""The field an audience is chosen in, by its kind."""


@dataclass(frozen=True, slots=True)
class VariableRow:
    """One variable as the form shows it; `text` is None unless a fixed text was chosen."""

    key: str
    component: str
    example: str
    source: BoundField
    text: BoundField | None
    fallback: BoundField


class ContentForm(forms.Form):
    """Channel, template, language, where each value comes from, the header's file. Both kinds of message have it."""

    platform = forms.ChoiceField(label=_("Channel"), choices=[("whatsapp", "WhatsApp")], initial="whatsapp")
    channel = forms.ChoiceField(label=_("Sinch Engage channel"))
    template = forms.ChoiceField(label=_("Template"))
    language = forms.ChoiceField(label=_("Language"), required=False)

    def __init__(self, *args: Any, checked: Mapping[str, Any] | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.asked: Mapping[str, Any] = self.data if self.is_bound else self.initial
        self._checked = dict(checked or {})
        self.media_check: MediaCheck | dict[str, Any] = {}
        listed = choose.channels()
        self.nothing_connected = not listed
        self.choice, self.offered = choose.chosen(self.asked, listed)
        self.variant = self.choice.variant
        self._offer([(str(c.pk), str(c)) for c in listed])
        for variable in self.text_variables:
            self._grow(variable)
        if self.media_kind:
            self.fields["header_media"] = forms.CharField(
                label=_("Address of the header file"), max_length=2000, help_text=media_help(self.media_kind)
            )

    @property
    def text_variables(self) -> list[dict[str, str]]:
        variables: list[dict[str, str]] = self.variant.variables if self.variant else []
        return [v for v in variables if v.get("kind") not in MEDIA_KINDS]

    @property
    def media_kind(self) -> str:
        """image, video or document when the template's header wants a file, else ""."""
        variables = self.variant.variables if self.variant else []
        return next((v["kind"] for v in variables if v.get("kind") in MEDIA_KINDS), "")

    @property
    def lost(self) -> str:
        """The template that was chosen before and can be chosen no longer; "" when there is none."""
        name = str(self.asked.get("template", ""))
        return name if self.choice.channel and name not in {v.template.name for v in self.offered} else ""

    @property
    def drawn(self) -> Preview | None:
        """The template as the phone shows it, with fixed texts and the header's file; None before one is chosen."""
        if self.variant is None:
            return None
        marked = {v["key"]: f"{{{{{v['key']}}}}}" for v in self.text_variables}
        fixed = {
            v["key"]: str(self.asked.get(f"text_{v['key']}", ""))
            for v in self.text_variables
            if self.asked.get(f"source_{v['key']}") == FIXED
        }
        media = {"header": seen(self._checked, str(self.asked.get("header_media", "")))} if self.media_kind else {}
        values = {**marked, **{key: text for key, text in fixed.items() if text}, **media}
        return preview(self.variant.components, values, title=str(self.variant.template.channel))

    def variable_rows(self) -> Iterator[VariableRow]:
        """Yield the variables in the order of the template, for the page."""
        for v in self.text_variables:
            key = v["key"]
            fixed = str(self.asked.get(f"source_{key}", "")) == FIXED
            yield VariableRow(
                key,
                v["component"],
                v.get("example", ""),
                self[f"source_{key}"],
                self[f"text_{key}"] if fixed else None,
                self[f"fallback_{key}"],
            )

    def source_choices(self) -> list[tuple[str, Any]]:
        """Return what a variable can be filled with."""
        fields = [(f"{SourceKind.FIELD}:{source.name}", source.label) for source in sources()]
        return [("", _("Choose…")), (str(_("Contact fields")), fields), (FIXED, _("Fixed text"))]

    def clean_header_media(self) -> str:
        """Look at the file once; an address that was looked at and found good is not looked at again."""
        url = str(self.cleaned_data["header_media"]).strip()
        if self._checked.get("url") == url and not self._checked.get("problem"):
            self.media_check = self._checked
            return url
        check = check_media(url, self.media_kind)
        self.media_check = check
        if refused(check):
            raise forms.ValidationError(media_text(check), code=check["problem"])
        return url

    def clean(self) -> dict[str, Any]:
        super().clean()
        for variable in self.text_variables:
            key = variable["key"]
            fixed = self.cleaned_data.get(f"source_{key}") == FIXED
            if fixed and not self.cleaned_data.get(f"text_{key}"):
                self.add_error(f"text_{key}", forms.ValidationError(_("Write the text."), code="required"))
        return self.cleaned_data

    def content(self) -> Content:
        """Return what was composed; only after `is_valid()`."""
        assert self.variant is not None
        mapping = {v["key"]: self._entry(v["key"]) for v in self.text_variables}
        return Content(self.variant, mapping, self.cleaned_data.get("header_media", ""), self.media_check)

    def _entry(self, key: str) -> dict[str, str | None]:
        source = self.cleaned_data[f"source_{key}"]
        if source == FIXED:
            source = f"{SourceKind.TEXT}:{self.cleaned_data[f'text_{key}']}"
        return {"source": source, "fallback": self.cleaned_data.get(f"fallback_{key}") or None}

    def _offer(self, listed: list[tuple[str, str]]) -> None:
        names = dict.fromkeys(v.template.name for v in self.offered)
        languages = [v.language for v in self.offered if v.template.name == self.choice.template]
        self._choices("channel", listed, blank=len(listed) != 1)
        self._choices("template", [(name, name) for name in names], blank=True)
        self._choices("language", [(code, code) for code in languages], blank=not languages)
        if not self.is_bound and self.variant:
            self.initial = {**self.initial, "language": self.variant.language}

    def _choices(self, name: str, choices: list[tuple[str, str]], *, blank: bool) -> None:
        field = self.fields[name]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [("", _("Choose…")), *choices] if blank else choices

    def _grow(self, variable: Mapping[str, str]) -> None:
        key = variable["key"]
        self.fields[f"source_{key}"] = forms.ChoiceField(label=_("Filled with"), choices=self.source_choices)
        self.fields[f"text_{key}"] = forms.CharField(label=_("Fixed text"), max_length=1024, required=False)
        self.fields[f"fallback_{key}"] = forms.CharField(
            label=_("Fallback"),
            max_length=1024,
            required=False,
            help_text=_("Used when the value is missing. Without it, whoever has no value is not sent the message."),
        )


class CommunicationForm(HoursForm, ContentForm):
    """One message to an audience."""

    name = NameField(
        label=_("Name"), max_length=200, help_text=_("Only you and your colleagues see it, for example «Summer sale».")
    )
    audience = forms.ChoiceField(
        label=_("Audience"), widget=forms.RadioSelect(attrs={"class": "form-check-input"}), initial="all"
    )
    speed = forms.IntegerField(
        label=_("Speed"),
        required=False,
        min_value=1,
        max_value=FASTEST,
        help_text=_("At most so many messages a minute. Empty: as fast as the channel goes."),
    )
    source = forms.ModelChoiceField(
        label=_("Import"), queryset=Import.objects.none(), required=False, empty_label=_("Choose…")
    )

    list = NameChoiceField(
        label=_("List"), queryset=ContactList.objects.all(), required=False, empty_label=_("Choose…")
    )
    rules = NameChoiceField(
        label=_("Audience by rules"),
        queryset=AudienceRules.objects.all(),
        required=False,
        empty_label=_("Choose…"),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        audience, source = self.fields["audience"], self.fields["source"]
        assert isinstance(audience, forms.ChoiceField)
        assert isinstance(source, forms.ModelChoiceField)
        audience.choices = [
            ("all", _("All contacts")),
            ("import", _("The contacts of one import")),
            ("list", _("The contacts of one list")),
            ("rule", _("Whoever fits an audience by rules")),
        ]
        source.queryset = Import.objects.filter(state=ImportState.DONE).order_by("-pk")

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        if cleaned.get("audience") == "import" and not cleaned.get("source") and "source" not in self.errors:
            self.add_error("source", forms.ValidationError(_("Choose the import."), code="required"))
        if cleaned.get("audience") == "list" and not cleaned.get("list") and "list" not in self.errors:
            self.add_error("list", forms.ValidationError(_("Choose the list."), code="required"))
        if cleaned.get("audience") == "rule" and not cleaned.get("rules") and "rules" not in self.errors:
            self.add_error("rules", forms.ValidationError(_("Choose the audience by rules."), code="required"))
        return cleaned

    @property
    def chosen_audience(self) -> Source | None:
        chosen: Source | None = self.cleaned_data.get(SOURCE_FIELDS.get(self.cleaned_data["audience"], ""))
        return chosen


class TransactionalForm(ContentForm):
    """One message to one person, asked for by other software."""

    name = forms.SlugField(
        label=_("Name"),
        max_length=60,
        help_text=_("Part of the address other software calls: letters, digits, hyphens and underscores."),
    )
    parameters = forms.CharField(
        label=_("Values the caller passes"),
        required=False,
        max_length=1000,
        help_text=_("Names separated by commas, for example: order, total."),
    )
    creates_contacts = forms.BooleanField(
        label=_("An unknown phone number makes a new contact"),
        required=False,
        help_text=_("Otherwise a call for an unknown number is refused."),
    )
    expires_in = forms.IntegerField(
        label=_("Useless after (minutes)"),
        required=False,
        min_value=1,
        max_value=60 * 24 * 30,
        help_text=_("What could not be sent by then is not sent any more. Empty: it has no end."),
    )

    def __init__(self, *args: Any, message: TransactionalMessage | None = None, **kwargs: Any) -> None:
        self.message = message
        super().__init__(*args, **kwargs)

    def source_choices(self) -> list[tuple[str, Any]]:
        passed = [(f"{SourceKind.VALUE}:{name}", name) for name in split(str(self.asked.get("parameters", "")))]
        first, *others = super().source_choices()
        return [first, (str(_("Values the caller passes")), passed), *others] if passed else [first, *others]

    def clean_name(self) -> str:
        name = str(self.cleaned_data["name"])
        if name in TAKEN_NAMES:
            raise forms.ValidationError(_("This name cannot be used: it is a page's address."), code="taken")
        known = TransactionalMessage.objects.filter(name=name).first()
        if known and known != self.message:
            raise forms.ValidationError(_("Another transactional message has this name."), code="taken")
        return name

    def clean_parameters(self) -> list[str]:
        names = split(str(self.cleaned_data["parameters"]))
        for name in names:
            if not NAME.fullmatch(name):
                raise forms.ValidationError(
                    _("«%(name)s» is not a name: small letters, digits and underscores, a letter first."),
                    code="name",
                    params={"name": name},
                )
        return names


def split(text: str) -> list[str]:
    """Return the names of a comma separated list, each once, in order."""
    return list(dict.fromkeys(name.strip() for name in text.split(",") if name.strip()))


def media_help(kind: str) -> str:
    """Say what the header's file may be (messaging-rules 1.8)."""
    texts = {
        "image": _("Public address of a JPEG or PNG image, at most 5 MB."),
        "video": _("Public address of an MP4 or 3GPP video, at most 16 MB."),
        "document": _("Public address of a document (PDF, Word, Excel, PowerPoint, text), at most 100 MB."),
    }
    return str(texts[kind])


def initial_of(composition: Composition) -> dict[str, Any]:
    """Return what the form shows for something that exists."""
    known: dict[str, Any] = {
        "channel": str(composition.channel_id or ""),
        "template": composition.template_name,
        "language": composition.template_language,
        "header_media": composition.header_media,
    }
    for key, entry in composition.mapping.items():
        known |= _shown(key, entry)
    if isinstance(composition, Communication):
        known |= {
            "name": composition.name,
            "audience": composition.audience_kind,
            "speed": composition.speed,
            **hours_initial(composition.hours),
            "source": composition.audience_import_id,
            "list": composition.audience_list_id,
            "rules": composition.audience_rules_id,
        }
    if isinstance(composition, TransactionalMessage):
        known |= {
            "name": composition.name,
            "parameters": ", ".join(composition.parameters),
            "creates_contacts": composition.creates_contacts,
            "expires_in": composition.expires_in,
        }
    return known


def initial_for(variant: TemplateVariant) -> dict[str, Any]:
    """Return what the form shows when it is opened from a template."""
    return {
        "channel": str(variant.template.channel_id),
        "template": variant.template.name,
        "language": variant.language,
    }


def _shown(key: str, entry: Mapping[str, Any]) -> dict[str, str]:
    try:
        source = read_source(str(entry.get("source", "")), entry.get("fallback"))
    except WrongSource:
        return {}
    if source.kind == SourceKind.TEXT:
        return {f"source_{key}": FIXED, f"text_{key}": source.name, f"fallback_{key}": source.fallback}
    return {f"source_{key}": f"{source.kind}:{source.name}", f"fallback_{key}": source.fallback}
