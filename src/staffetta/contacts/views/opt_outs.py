"""Replies that may be opt-outs, decided on here, and the words by which opt-outs are known."""

from typing import cast

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_POST, require_safe

from staffetta.accounts.access import ADMINISTRATORS, EVERYBODY, OPERATORS, allow
from staffetta.accounts.models import User
from staffetta.contacts.opt_outs import decide, own_words
from staffetta.contacts.opt_outs.match import Outcome
from staffetta.contacts.opt_outs.models import Decision, OptOutWord, PossibleOptOut
from staffetta.contacts.opt_outs.word_forms import TryForm, WordForm
from staffetta.contacts.opt_outs.wording import outcome_words, verdict_words, why_unusable
from staffetta.ui.paging import page_of
from staffetta.ui.restrictions import Free, OneOf, Restriction, asked_for, restricted
from staffetta.ui.templatetags.staffetta import grouped

CHOICES = {choice.value: choice for choice in (Decision.ALL, Decision.MARKETING, Decision.NONE)}
DECIDED = "decided"
LOOKS = {Outcome.ALL: ("red", "ban"), Outcome.MARKETING: ("red", "bell-off"), Outcome.POSSIBLE: ("yellow", "help")}
MARKS = {Decision.ALL: ("red", "ban"), Decision.MARKETING: ("red", "bell-off"), Decision.ANSWERED: ("red", "ban")}
TRIAL: dict[str, Restriction] = {"try": Free()}
NEUTRAL = ("secondary", "message")


@allow(EVERYBODY)
@require_safe
@restricted(show=OneOf(gettext_lazy("State"), (DECIDED,)))
def opt_outs(request: HttpRequest) -> HttpResponse:
    """What nobody decided on, the newest first; or what was decided, by whom and when."""
    decided = asked_for(request).get("show") == DECIDED
    rows = PossibleOptOut.objects.filter(decided_at__isnull=not decided).select_related("contact")
    page = page_of(rows.order_by("-pk"), request.GET)
    marked = [(row, *(MARKS.get(Decision(row.decision), NEUTRAL) if row.decision else NEUTRAL)) for row in page]
    data = {"page": page, "lines": marked, "decided": decided, "groups": [] if decided else decide.groups()}
    return render(request, "contacts/opt_outs.html", data)


@allow(OPERATORS)
@require_POST
def decide_opt_out(request: HttpRequest, pk: int) -> HttpResponse:
    """Decide on one reply, by one click."""
    row = get_object_or_404(PossibleOptOut.objects.select_related("contact"), pk=pk)
    if (choice := CHOICES.get(request.POST.get("decision", ""))) is None:
        return _nothing_chosen(request)
    if decide.decide(PossibleOptOut.objects.filter(pk=pk), choice, cast("User", request.user)):
        told = {"name": row.contact, "decision": choice.label}
        messages.success(request, "{name}: {decision}.".format(**told))
    else:
        by = row.by_name or "Staffetta"
        messages.warning(request, _("This was decided meanwhile by %(by)s: nothing was changed.") % {"by": by})
    return redirect("contacts:opt_outs")


@allow(OPERATORS)
@require_POST
def decide_alike(request: HttpRequest) -> HttpResponse:
    """Decide on all replies with the same words that the page showed; what came in since stays to be decided."""
    choice, last = CHOICES.get(request.POST.get("decision", "")), request.POST.get("last", "")
    if choice is None or not (last.isascii() and last.isdigit() and len(last) < 19):
        return _nothing_chosen(request)
    rows = decide.of_group(request.POST.get("alike", ""), int(last))
    number = decide.decide(rows, choice, cast("User", request.user))
    said = ngettext("%(decision)s: %(number)s person.", "%(decision)s: %(number)s people.", number)
    messages.success(request, said % {"decision": choice.label, "number": grouped(number)})
    return redirect("contacts:opt_outs")


def _nothing_chosen(request: HttpRequest) -> HttpResponse:
    messages.error(request, _("Choose what the reply is: nothing was decided."))
    return redirect("contacts:opt_outs")


@allow(EVERYBODY)
@require_safe
@restricted(TRIAL)
def opt_out_words(request: HttpRequest) -> HttpResponse:
    return _words_page(request, WordForm())


@allow(ADMINISTRATORS)
@require_POST
def add_opt_out_word(request: HttpRequest) -> HttpResponse:
    form = WordForm(request.POST)
    if form.is_valid():
        try:
            row = own_words.add(form.cleaned_data["text"], form.outcome, cast("User", request.user))
        except own_words.Unusable as problem:
            form.add_error("text", why_unusable(problem.code))
        else:
            messages.success(request, _("«%(text)s» counts from the next reply on.") % {"text": row.text})
            return redirect("contacts:opt_out_words")
    return _words_page(request, form)


@allow(ADMINISTRATORS)
@require_POST
def remove_opt_out_word(request: HttpRequest, pk: int) -> HttpResponse:
    row = get_object_or_404(OptOutWord, pk=pk)
    own_words.remove(row, cast("User", request.user))
    messages.success(request, _("«%(text)s» was removed. What was recorded because of it stays.") % {"text": row.text})
    return redirect("contacts:opt_out_words")


def _words_page(request: HttpRequest, form: WordForm) -> HttpResponse:
    asked = request.__dict__.get("asked_for", {})  # a POST that comes back asks for nothing
    trial = TryForm(asked if "try" in asked else None)
    verdict = own_words.try_text(trial.cleaned_data["try"]) if trial.is_bound and trial.is_valid() else None
    rows = [
        (row, outcome_words(Outcome(row.outcome)), *LOOKS.get(Outcome(row.outcome), NEUTRAL))
        for row in OptOutWord.objects.order_by("text")
    ]
    data: dict[str, object] = {"form": form, "trial": trial, "rows": rows}
    if verdict is not None:
        look = LOOKS.get(verdict.outcome, NEUTRAL)
        data["verdict"] = {"look": look, "what": outcome_words(verdict.outcome), "why": verdict_words(verdict)}
    return render(request, "contacts/opt_out_words.html", data)
