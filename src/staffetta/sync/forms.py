"""The configuration as people fill it in: offered from what was downloaded, checked, errors in words."""

from collections.abc import Mapping
from typing import Any
from zoneinfo import available_timezones

from django import forms
from django.forms import BaseFormSet, formset_factory
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from staffetta.channels.models import Channel
from staffetta.contacts.fields.values import SYSTEM_FIELDS
from staffetta.contacts.models import ContactField
from staffetta.sync.convert import fits
from staffetta.sync.mapping import IDENTITIES
from staffetta.sync.models import Direction, Every, Kind, Meaning, Mode, SyncConfiguration, SyncMapping
from staffetta.sync.plan_writes import OPT_OUT_STOP, RULES, SUPPRESSED_BLOCK
from staffetta.sync.setup import ALWAYS, NAME, NO_KEYS, NUMBER, SYSTEM_KEYS, TARGETS, labels, other_address
from staffetta.sync.timetable import SHORTEST
from staffetta.sync.wording import TYPES
from staffetta.text import folded
from staffetta.ui.text_fields import NameField, ValueField

DAYS = [
    (0, gettext_lazy("Monday")),
    (1, gettext_lazy("Tuesday")),
    (2, gettext_lazy("Wednesday")),
    (3, gettext_lazy("Thursday")),
    (4, gettext_lazy("Friday")),
    (5, gettext_lazy("Saturday")),
    (6, gettext_lazy("Sunday")),
]
ECHOES = ((OPT_OUT_STOP, "stopped_means", Meaning.OPT_OUT), (SUPPRESSED_BLOCK, "blocked_means", Meaning.SUPPRESS))
"""Rules whose state there must not mean something else here: a greylist of days would become an opt-out for ever."""
SPARE_ROWS = 3
MOST_ROWS = 60


def sources(channel: Channel) -> list[tuple[str, str]]:
    """Return what a row can take its value from: kinds, then the customer fields as last downloaded."""
    kinds = [(f"={kind.value}", str(kind.label)) for kind in (Kind.FIRST_NAME, Kind.LAST_NAME, Kind.FIXED)]
    rows = channel.customer_fields.filter(gone_at=None).order_by("position", "name")
    listed = [(f"field:{row.name}", row.label or row.name) for row in rows]
    known = {value for value, _label in listed}
    always = [(f"field:{name}", name) for name in ALWAYS if f"field:{name}" not in known]
    return [("", "–"), *kinds, *always, *listed]


def targets() -> list[tuple[str, str]]:
    """Return the contact fields a row can fill."""
    known = labels()
    own = ContactField.objects.order_by("label", "name")
    return [
        ("", "–"),
        *((name, str(known[name])) for name in TARGETS),
        *((field.name, f"{field} ({TYPES.get(field.type, field.type)})") for field in own),
    ]


class RowForm(forms.Form):
    """One row of the mapping; an empty one is none."""

    source = forms.ChoiceField(label=gettext_lazy("From Sinch Engage"), required=False)
    fixed = ValueField(label=gettext_lazy("Fixed value"), max_length=300, required=False)
    target = forms.ChoiceField(label=gettext_lazy("Contact field"), required=False)
    mode = forms.ChoiceField(label=gettext_lazy("Update mode"), choices=Mode.choices, required=False)

    def __init__(
        self,
        *args: Any,
        offered: tuple[list[tuple[str, str]], list[tuple[str, str]]],
        types: Mapping[str, str],
        **more: Any,
    ) -> None:
        super().__init__(*args, **more)
        self.types = types
        self._offer("source", offered[0])
        self._offer("target", offered[1])

    def _offer(self, name: str, choices: list[tuple[str, str]]) -> None:
        """What is set already stays selectable, also when it has gone: it is told by the configuration's page."""
        present = str(self.initial.get(name, ""))
        gone = [] if present in dict(choices) else [(present, present.removeprefix("field:"))]
        field = self.fields[name]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [*choices, *gone]

    def clean(self) -> dict[str, Any]:
        told: dict[str, Any] = super().clean() or self.cleaned_data
        source, target = told.get("source", ""), told.get("target", "")
        if bool(source) != bool(target):
            self.add_error("target" if source else "source", _("Choose this too, or leave the whole row empty."))
        elif source == f"={Kind.FIXED}" and not told.get("fixed", "").strip():
            self.add_error("fixed", _("Type the fixed value."))
        elif source.startswith("field:") and not self._fitting(source.removeprefix("field:"), target):
            self.add_error("target", _("These two types do not fit: see the table of conversions below."))
        return told

    def _fitting(self, name: str, target: str) -> bool:
        return fits(self.types.get(f"field:{name}", "unknown"), self.types.get(target, "text"))

    def row(self, position: int) -> SyncMapping | None:
        """Return the row this form describes (not stored), None for an empty one."""
        told = self.cleaned_data
        source = told.get("source", "")
        if not source:
            return None
        field = source.removeprefix("field:") if source.startswith("field:") else ""
        return SyncMapping(
            position=position,
            kind=Kind.FIELD if field else source.removeprefix("="),
            customer_field=field,
            fixed=told["fixed"] if source == f"={Kind.FIXED}" else "",
            contact_field=told["target"],
            mode=told["mode"] or Mode.PROVIDER,
            type_seen=self.types.get(source, "unknown") if field else "",
        )


class Rows(BaseFormSet[RowForm]):
    """All rows; a contact field may be filled by one of them only."""

    platform = ""

    def clean(self) -> None:
        seen = set[str]()
        for form in self.forms:
            target = form.cleaned_data.get("target", "") if hasattr(form, "cleaned_data") else ""
            if target and target in seen:
                form.add_error("target", _("Another row fills this contact field: choose one."))
            seen.add(target)

    def agrees(self, direction: str, key_contact: str) -> bool:
        """Say whether the rows go with the rest of the configuration; what does not is told at its row."""
        claimed = set[str]()
        for form in self.forms:
            row = form.row(0)
            if row is None:
                continue
            if row.contact_field == key_contact:
                form.add_error("target", _("People are matched by this field: no row can change it."))
            elif row.contact_field in IDENTITIES and row.kind != Kind.FIELD:
                form.add_error("source", _("This field tells people apart: only a customer field can fill it."))
            elif other_address(row.contact_field, row.customer_field, self.platform):
                form.add_error("source", _("This is their address on this channel: only «number» can fill it."))
            if direction != Direction.FROM and claimed & _written_by(row):
                form.add_error("source", _("Another row writes to this customer field: only one can."))
            claimed |= _written_by(row)
        return not any(form.errors for form in self.forms)

    def rows(self) -> list[SyncMapping]:
        found = (form.row(position) for position, form in enumerate(self.forms))
        return [row for row in found if row]


def _written_by(row: SyncMapping) -> set[str]:
    """Return what of a customer a row writes to; the name has two parts, the number cannot be written."""
    if row.kind == Kind.FIELD:
        parts: dict[str, set[str]] = {NAME: {Kind.FIRST_NAME, Kind.LAST_NAME}, NUMBER: set()}
        return parts.get(row.customer_field, {row.customer_field})
    return set() if row.kind == Kind.FIXED else {row.kind}


def rows_form(channel: Channel, made: SyncConfiguration | None, data: Mapping[str, Any] | None) -> Rows:
    """Return the rows of a configuration, with some empty ones below."""
    types = {f"field:{name}": kind for name, kind in ALWAYS.items()}
    types |= {f"field:{row.name}": row.type for row in channel.customer_fields.filter(gone_at=None)}
    types |= dict(ContactField.objects.values_list("name", "type"))
    initial = [_initial(row) for row in made.mappings.order_by("position", "pk")] if made else _usual()
    factory = formset_factory(RowForm, formset=Rows, extra=SPARE_ROWS, max_num=MOST_ROWS, absolute_max=MOST_ROWS)
    # An unchanged row is a row all the same; what an empty one is, a row decides by itself.
    how = {"offered": (sources(channel), targets()), "types": types, "empty_permitted": False}
    made_rows = factory(data, prefix="rows", initial=initial, form_kwargs=how)
    assert isinstance(made_rows, Rows)
    made_rows.platform = str(channel.platform)
    return made_rows


def _initial(row: SyncMapping) -> dict[str, str]:
    source = f"field:{row.customer_field}" if row.kind == Kind.FIELD else f"={row.kind}"
    return {"source": source, "fixed": row.fixed, "target": row.contact_field, "mode": row.mode}


def _usual() -> list[dict[str, str]]:
    """What most begin with: the name, split."""
    return [
        {"source": f"={Kind.FIRST_NAME}", "target": "first_name", "mode": Mode.PROVIDER},
        {"source": f"={Kind.LAST_NAME}", "target": "last_name", "mode": Mode.PROVIDER},
    ]


class ConfigurationForm(forms.ModelForm[SyncConfiguration]):
    """Everything of a configuration but its rows."""

    name = NameField(label=gettext_lazy("Name"), max_length=100)
    key_customer = forms.ChoiceField(label=gettext_lazy("People are matched by, on Sinch Engage"))
    key_contact = forms.ChoiceField(label=gettext_lazy("and here by"))
    into_list = NameField(
        label=gettext_lazy("Add everybody to a list"),
        max_length=200,
        required=False,
        help_text=gettext_lazy("The name of a list, known or new; empty: no list."),
    )
    weekday = forms.TypedChoiceField(
        label=gettext_lazy("Day of the week"), choices=DAYS, coerce=int, required=False, empty_value="0"
    )
    at = forms.TimeField(
        label=gettext_lazy("Time of day"),
        required=False,
        widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M"),
    )
    minutes = forms.IntegerField(label=gettext_lazy("Minutes between two runs"), min_value=SHORTEST, required=False)
    time_zone = forms.ChoiceField(label=gettext_lazy("Time zone"))
    state_rules = forms.MultipleChoiceField(
        label=gettext_lazy("States written back"),
        choices=list(RULES.items()),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=gettext_lazy("Nothing happens that is not ticked here. They need a direction towards Sinch Engage."),
    )

    class Meta:
        model = SyncConfiguration
        fields = (
            "name",
            "direction",
            "key_customer",
            "key_contact",
            "create_unknown",
            "stopped_means",
            "blocked_means",
            "state_rules",
            "every",
            "minutes",
            "at",
            "weekday",
            "time_zone",
        )
        labels = {
            "direction": gettext_lazy("Direction"),
            "create_unknown": gettext_lazy("Make contacts of customers who are not here yet"),
            "stopped_means": gettext_lazy("Who is stopped on Sinch Engage has here"),
            "blocked_means": gettext_lazy("Who is blocked on Sinch Engage has here"),
            "every": gettext_lazy("When it runs"),
        }

    def __init__(self, channel: Channel, data: Mapping[str, Any] | None, instance: SyncConfiguration | None) -> None:
        super().__init__(data, instance=instance or SyncConfiguration(channel=channel))
        self.channel = channel
        fields = [(name, label) for value, label in sources(channel) if (name := value.removeprefix("field:")) != value]
        self._offer("key_customer", [("id", _("the address: phone number, TELEGRAMID")), *fields])
        fields_here = ContactField.objects.exclude(type__in=NO_KEYS).order_by("label", "name")
        system = [(name, str(SYSTEM_FIELDS[name])) for name in SYSTEM_KEYS]
        self._offer("key_contact", [*system, *((field.name, str(field)) for field in fields_here)])
        self._offer("time_zone", [(name, name) for name in sorted(available_timezones())])
        self.initial["into_list"] = str(self.instance.into_list or "")
        if instance is None and channel.platform == "telegram":
            self.initial["key_contact"] = "telegram_id"

    def _offer(self, name: str, choices: list[tuple[str, str]]) -> None:
        field = self.fields[name]
        assert isinstance(field, forms.ChoiceField)
        field.choices = choices

    @property
    def matching(self) -> tuple[str, str]:
        """The direction, and the field here that people are matched by."""
        return self.cleaned_data["direction"], self.cleaned_data["key_contact"]

    def clean_name(self) -> str:
        name: str = self.cleaned_data["name"]
        others = SyncConfiguration.objects.filter(channel=self.channel).exclude(pk=self.instance.pk)
        if folded(name) in map(folded, others.values_list("name", flat=True)):
            raise forms.ValidationError(_("Another configuration of this channel has this name."))
        return name

    def clean_minutes(self) -> int:
        return int(self.cleaned_data.get("minutes") or 30)

    def clean(self) -> dict[str, Any]:
        told: dict[str, Any] = super().clean() or self.cleaned_data
        if told.get("every") in (Every.DAILY, Every.WEEKLY) and not told.get("at") and "at" not in self.errors:
            self.add_error("at", _("Say at what time."))
        if told.get("state_rules") and told.get("direction") == Direction.FROM:
            self.add_error("state_rules", _("In this direction nothing is written to Sinch Engage: choose another."))
        for rule, field, own in ECHOES:
            if rule in told.get("state_rules", ()) and told.get(field) not in (own, Meaning.NOTHING):
                echo = _("«%(rule)s»: with the next run it would come back here as «%(meaning)s».")
                self.add_error(field, echo % {"rule": RULES[rule], "meaning": Meaning(told[field]).label})
        return told
