"""Templates entered by hand or imported, where Sinch Engage gives no list of them."""

from collections.abc import Sequence

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext, pgettext_lazy
from django.views.decorators.http import require_http_methods

from staffetta.accounts.access import ADMINISTRATORS, allow, takes_files
from staffetta.channels.entry_words import entry_problem
from staffetta.channels.message_templates.preview import Preview, preview
from staffetta.channels.models import Channel
from staffetta.channels.refreshing.by_hand import enter
from staffetta.channels.views.person import person
from staffetta.channels.wording import CATEGORIES
from staffetta.connectors.by_hand import MOST_BYTES, Entry, EntryError, read_entry, read_file
from staffetta.connectors.messages import ListedTemplate
from staffetta.connectors.whatsapp_languages import is_known

FORM_ROOM = 1_000_000
"""What the form brings besides the file, and room for one that the form itself refuses."""
HEADERS = [
    ("none", pgettext_lazy("header", "None")),
    ("text", _("Text")),
    ("image", _("Image")),
    ("video", _("Video")),
    ("document", _("Document")),
]


class EntryForm(forms.Form):
    """One template in one language, part by part."""

    name = forms.CharField(
        label=_("Name"), max_length=512, help_text=_("Exactly as on Sinch Engage: small letters, digits, underscores.")
    )
    language = forms.CharField(
        label=_("Language"), max_length=20, initial="it", help_text=_("For example it, en, pt_BR.")
    )
    category = forms.ChoiceField(label=_("Category"), choices=list(CATEGORIES.items()), initial="UTILITY")
    header_type = forms.ChoiceField(label=_("Header"), choices=HEADERS, initial="none")
    header = forms.CharField(label=_("Text of the header"), max_length=2000, required=False)
    body = forms.CharField(
        label=_("Text"),
        max_length=4000,
        widget=forms.Textarea(attrs={"rows": 5}),
        help_text=_("With its variables as {{1}}, {{2}}."),
    )
    footer = forms.CharField(label=_("Footer"), max_length=200, required=False)
    buttons = forms.CharField(
        label=_("Buttons"),
        max_length=4000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("One per line: url:Follow:https://example.com/{{1}}, quick_reply:Yes, phone_number:Call:+39…"),
    )

    def entry(self) -> Entry:
        """Return what was typed."""
        typed = {name: value for name, value in self.cleaned_data.items() if name != "buttons"}
        lines = [line.strip() for line in self.cleaned_data["buttons"].splitlines() if line.strip()]
        return Entry(**typed, buttons="|".join(lines))


class FileForm(forms.Form):
    """A file of templates."""

    file = forms.FileField(
        label=_("File"),
        help_text=_("CSV or JSON with name, language, category, header_type, header, body, footer, buttons."),
    )

    def clean_file(self) -> object:
        file = self.cleaned_data["file"]
        if file.size > MOST_BYTES:
            raise forms.ValidationError(entry_problem(EntryError("file_too_large")))
        return file


@allow(ADMINISTRATORS)
@require_http_methods(["GET", "HEAD", "POST"])
def enter_template(request: HttpRequest, pk: int) -> HttpResponse:
    """Type one template in; its preview can be looked at before it is saved."""
    channel = _channel(pk)
    form = EntryForm(request.POST or None)
    drawn: Preview | None = None
    if request.method == "POST" and form.is_valid():
        try:
            template = read_entry(form.entry())
        except EntryError as error:
            form.add_error(error.column if error.column in form.fields else None, entry_problem(error))
        else:
            if "preview" not in request.POST:
                return _done(request, channel, [template])
            drawn = preview(list(template.components), title=str(channel))
    status = 422 if form.errors else 200
    context = {"channel": channel, "form": form, "file_form": FileForm(), "drawn": drawn}
    return render(request, "channels/enter.html", context, status=status)


@takes_files(lambda: MOST_BYTES + FORM_ROOM)
@allow(ADMINISTRATORS)
@require_http_methods(["GET", "HEAD", "POST"])
def import_templates(request: HttpRequest, pk: int) -> HttpResponse:
    """Read a file of templates: all of it or nothing."""
    channel = _channel(pk)
    form = FileForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        try:
            templates = read_file(form.cleaned_data["file"].read())
        except EntryError as error:
            form.add_error("file", entry_problem(error))
        else:
            return _done(request, channel, templates)
    status = 422 if form.errors else 200
    context = {"channel": channel, "form": EntryForm(), "file_form": form, "drawn": None}
    return render(request, "channels/enter.html", context, status=status)


def _channel(pk: int) -> Channel:
    return get_object_or_404(Channel.objects.exclude(sealed_key=None), pk=pk, platform="whatsapp")


def _done(request: HttpRequest, channel: Channel, templates: Sequence[ListedTemplate]) -> HttpResponse:
    """Store what was read and say so; a language nobody knows is told and not refused: the list is open."""
    enter(channel, templates, person(request))
    told = ngettext("%(number)d template saved.", "%(number)d templates saved.", len(templates))
    messages.success(request, told % {"number": len(templates)})
    if unknown := sorted({one.language for one in templates if not is_known(one.language)}):
        asked = _(
            "WhatsApp may not have this language, and would refuse every message: %(codes)s. Compare it with "
            "Sinch Engage."
        )
        messages.warning(request, asked % {"codes": ", ".join(unknown)})
    return redirect(reverse("channels:templates", args=[channel.pk]))
