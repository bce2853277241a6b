"""The forms of an import: the file, and where each column goes."""

import re
from collections.abc import Iterable
from typing import Any

from django import forms
from django.conf import settings
from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from staffetta.contacts.fields.values import SYSTEM_FIELDS
from staffetta.contacts.files.read_csv import Record
from staffetta.contacts.imports.map_columns import (
    IF_EMPTY,
    ONLY_NEW,
    WrongMapping,
    check,
    consent_like,
    field_name,
    guess_targets,
)
from staffetta.contacts.models import ContactField, Import, PhoneMode
from staffetta.contacts.phones.number_kinds import is_country_code
from staffetta.contacts.step_models import SavedMapping
from staffetta.contacts.wording import mapping_problem
from staffetta.ui.text_fields import NameField

NEW = "+new"
PLUS = re.compile(r"^(?:\+|00)|[ .-]")
MODES = [
    ("", gettext_lazy("The file wins")),
    (IF_EMPTY, gettext_lazy("Only if empty")),
    (ONLY_NEW, gettext_lazy("Only for new contacts")),
]
Choices = list[tuple[str, Any]]


class UploadForm(forms.Form):
    """A file of contacts."""

    file = forms.FileField(
        label=gettext_lazy("CSV file or workbook"),
        max_length=255,
        error_messages={
            "required": gettext_lazy("Choose a file."),
            "empty": gettext_lazy("The file is empty. Export it again and choose it once more."),
        },
        widget=forms.FileInput(attrs={"accept": ".csv,.txt,.tsv,.xlsx,.ods,.xls,text/csv,text/plain"}),
    )

    @property
    def upload(self) -> UploadedFile[bytes]:
        file = self.cleaned_data["file"]
        assert isinstance(file, UploadedFile)
        return file


class MappingForm(forms.Form):
    """One choice per column, the consent column, and the words the consent was given with."""

    phone_mode = forms.ChoiceField(
        label=gettext_lazy("How the numbers are read"),
        choices=PhoneMode.choices,
        initial=PhoneMode.STRICT,
        required=False,
        widget=forms.RadioSelect,
    )
    phone_prefix = forms.CharField(
        label=gettext_lazy("Country code of numbers without one"),
        max_length=8,
        required=False,
        help_text=gettext_lazy("For example +39. Strict reading does not use it."),
        widget=forms.TextInput(attrs={"inputmode": "tel", "autocomplete": "off"}),
    )
    into_list = NameField(
        label=gettext_lazy("Add everybody to a list"),
        max_length=200,
        required=False,
        help_text=gettext_lazy("The name of a list, known or new; empty: no list."),
    )
    consent = forms.ChoiceField(
        label=gettext_lazy("Column with the Opt-in WhatsApp"),
        required=False,
        help_text=gettext_lazy("Yes, No or empty. Without it nobody gets a consent by this import."),
    )
    wording = forms.CharField(
        label=gettext_lazy("Where does this consent come from?"),
        required=False,
        max_length=2000,
        help_text=gettext_lazy("When, where and with which words it was given. It is kept as evidence."),
        widget=forms.Textarea(attrs={"rows": 2}),
    )

    save_as = NameField(
        label=gettext_lazy("Save these choices under a name"),
        max_length=100,
        required=False,
        help_text=gettext_lazy("They are offered to every file that has these columns. Empty: not saved."),
    )

    def __init__(self, source: Import, *args: Any, before: Import | SavedMapping | None = None, **kwargs: Any) -> None:
        """`before` is an import of such a file, or a saved mapping, whose choices are offered; never its consent."""
        self.source = source
        known = before if isinstance(before, SavedMapping) or not source.mapping else source
        self.own = {own.name: str(own) for own in ContactField.objects.order_by("label")}
        super().__init__(*args, **kwargs)
        places = [(str(place), column) for place, column in enumerate(source.columns)]
        self._offer_consent(places)
        self.fields["into_list"].initial = str(getattr(known, "into_list", None) or "")
        self.fields["phone_mode"].initial = (known or source).phone_mode
        self.fields["phone_mode"].help_text = _(
            "Each number read is shown with the form it came from; one that can be two numbers is rejected with both."
        )
        prefix = settings.PHONE_PREFIX if known is None or known.phone_prefix is None else known.phone_prefix
        self.fields["phone_prefix"].initial = prefix and f"+{prefix}"
        chosen = known.mapping if known else guess_targets(source.columns, self.own)
        for place, column in places:
            target = chosen.get(column, "")
            there = not target or target in SYSTEM_FIELDS or target in self.own
            self.fields[f"column{place}"] = forms.ChoiceField(
                label=column, choices=self._targets(column), required=False, initial=target if there else NEW
            )
            mode = known.modes.get(target, "") if known else ""
            self.fields[f"mode{place}"] = forms.ChoiceField(
                label=_("What «%(column)s» may change") % {"column": column},
                choices=MODES,
                required=False,
                initial=mode,
            )

    def _offer_consent(self, places: Choices) -> None:
        field = self.fields["consent"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [("", _("None: nobody gets an opt-in")), *places]
        columns = self.source.columns
        if self.source.consent_column in columns:
            field.initial = str(columns.index(self.source.consent_column))
        self.fields["wording"].initial = self.source.consent_wording
        if (likely := consent_like(columns)) and not self.source.mapping:
            hint = _("«%(column)s» looks like it.") % {"column": likely}
            field.help_text = f"{hint} {field.help_text}"

    def _targets(self, column: str) -> Choices:
        own: Choices = list(self.own.items())
        system: Choices = list(SYSTEM_FIELDS.items())
        new = (NEW, _("New field «%(name)s»") % {"name": column})
        return [("", _("Do not import")), *system, *own, new]

    def lines(self, sample: Iterable[Record]) -> list[tuple[forms.BoundField, forms.BoundField, list[str]]]:
        """Return each column's choice, its update mode, and its first values."""
        rows = [record.cells for record in sample]
        filled = [
            [row[n] for row in rows if n < len(row) and row[n].strip()][:3] for n in range(len(self.source.columns))
        ]
        return [(self[f"column{place}"], self[f"mode{place}"], values) for place, values in enumerate(filled)]

    def clean_phone_prefix(self) -> str:
        prefix = PLUS.sub("", str(self.cleaned_data["phone_prefix"]))
        if prefix and not is_country_code(prefix):
            raise forms.ValidationError(_("No country has this country code: write for example +39."))
        if not prefix and self.cleaned_data.get("phone_mode") == PhoneMode.NATIONAL:
            raise forms.ValidationError(_("National numbers need the country they belong to: write for example +39."))
        return prefix

    def clean(self) -> dict[str, Any]:
        data, columns = self.cleaned_data, self.source.columns
        chosen = {column: data.get(f"column{place}", "") for place, column in enumerate(columns)}
        mapping = {column: target for column, target in chosen.items() if target}
        for column in [column for column, target in mapping.items() if target == NEW]:
            mapping[column] = field_name(column, {*self.own, *mapping.values()})
        data["mapping"] = mapping
        places = {column: place for place, column in enumerate(columns)}
        modes = {target: data.get(f"mode{places[column]}", "") for column, target in mapping.items()}
        data["modes"] = {target: mode for target, mode in modes.items() if mode}
        data["consent_column"] = columns[int(data["consent"])] if data.get("consent") else ""
        try:
            check(mapping, columns, data["consent_column"])
        except WrongMapping as wrong:
            self.add_error(None, mapping_problem(wrong))
        return data
