"""Audiences by rules: the editor, the page of one with its count, and what is done with it."""

from typing import Any, cast

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from staffetta.accounts.access import EVERYBODY, OPERATORS, allow
from staffetta.accounts.models import User
from staffetta.contacts.audiences import audiences
from staffetta.contacts.audiences.audience import Audience
from staffetta.contacts.audiences.rule_boxes import boxes, mark
from staffetta.contacts.audiences.rule_draft import Tree, change, from_form, new_tree
from staffetta.contacts.audiences.rule_query import query
from staffetta.contacts.audiences.rule_words import fault_text, sentence
from staffetta.contacts.audiences.rule_world import known, present
from staffetta.contacts.audiences.rules import Fault, WrongRules, read
from staffetta.contacts.lists import count_people
from staffetta.contacts.lists.list_forms import AudienceForm
from staffetta.contacts.models import AudienceRules, Contact
from staffetta.ui.restrictions import Free, asked_for, restricted
from staffetta.ui.seen import confirms, versioned


@allow(EVERYBODY)
@require_safe
@restricted(count=Free())
def audience(request: HttpRequest, pk: int) -> HttpResponse:
    row = get_object_or_404(AudienceRules, pk=pk)
    data: dict[str, Any] = {"audience": row, "uses": audiences.uses(row), "broken": []}
    try:
        data["sentence"] = sentence(read(row.rules, known(row.rules)))
    except WrongRules as wrong:
        data["broken"] = [fault_text(fault) for fault in wrong.faults]
    if "count" in asked_for(request) and not data["broken"]:
        data["counted"] = count_people.counted(Audience.of(row).queryset())
    return render(request, "contacts/audience.html", data)


@allow(EVERYBODY)
@require_safe
def count_audience(request: HttpRequest, pk: int) -> HttpResponse:
    """How many people fit, and some of them: comes after the page."""
    row = get_object_or_404(AudienceRules, pk=pk)
    counted = count_people.counted(Audience.of(row).queryset())
    return render(request, "contacts/parts/counted.html", {"counted": counted})


@allow(OPERATORS)
@require_POST
def count_rules(request: HttpRequest) -> HttpResponse:
    """How many people fit what stands in the editor."""
    tree = _typed(request)
    try:
        people = Contact.objects.filter(query(read(tree, known(tree)), present()))
    except WrongRules:
        return render(request, "contacts/parts/counted.html", {"incomplete": True})
    return render(request, "contacts/parts/counted.html", {"counted": count_people.counted(people)})


@allow(OPERATORS)
@require_http_methods(["GET", "HEAD", "POST"])
@restricted(do=Free())
def new_audience(request: HttpRequest) -> HttpResponse:
    return _edit(request, None)


@allow(OPERATORS)
@require_http_methods(["GET", "HEAD", "POST"])
@restricted(do=Free())
@versioned(redraws=("do",))
def edit_audience(request: HttpRequest, pk: int) -> HttpResponse:
    return _edit(request, get_object_or_404(AudienceRules, pk=pk))


def _edit(request: HttpRequest, row: AudienceRules | None) -> HttpResponse:
    if request.method != "POST":
        tree = row.rules if row else new_tree()
        form = AudienceForm(row, initial={"name": row.name if row else ""})
        return _page(request, row, form, tree, _faults(tree) if row else [])
    tree = _typed(request)
    if "do" in asked_for(request):
        # A rule more or less, or another field: what was typed stays, and nothing is judged yet.
        tree, focus = change(tree, asked_for(request)["do"])
        return _page(
            request, row, AudienceForm(row, initial={"name": request.POST.get("name", "")}), tree, [], focus=focus
        )
    form, faults = AudienceForm(row, request.POST), _faults(tree)
    if not form.is_valid() or faults:
        return _page(request, row, form, tree, faults)
    by = cast("User", request.user)
    saved = audiences.save(row, form.cleaned_data["name"], read(tree, known(tree)), by)
    messages.success(request, _("The audience «%(name)s» is saved.") % {"name": saved})
    return redirect("contacts:audience", pk=saved.pk)


def _typed(request: HttpRequest) -> Tree:
    return from_form(request.POST, request.POST.getlist)


def _faults(tree: Tree) -> list[Fault]:
    try:
        read(tree, known(tree))
    except WrongRules as wrong:
        return wrong.faults
    return []


def _page(
    request: HttpRequest,
    row: AudienceRules | None,
    form: AudienceForm,
    tree: Tree,
    faults: list[Fault],
    *,
    focus: tuple[int, ...] | None = None,
) -> HttpResponse:
    partial = "do" in asked_for(request) and request.headers.get("HX-Request") == "true"
    data = {
        "audience": row,
        "form": form,
        "box": boxes(tree, faults, focus),
        "mark": mark(tree),
        "faults": faults,
        "update_url": request.path,
    }
    return render(request, "contacts/edit_audience.html#form" if partial else "contacts/edit_audience.html", data)


@allow(OPERATORS)
@require_POST
def duplicate_audience(request: HttpRequest, pk: int) -> HttpResponse:
    copy = audiences.duplicate(get_object_or_404(AudienceRules, pk=pk), cast("User", request.user))
    messages.success(request, _("This is the copy: change it as you like."))
    return redirect("contacts:edit_audience", pk=copy.pk)


@allow(OPERATORS)
@require_http_methods(["GET", "HEAD", "POST"])
@confirms()
def delete_audience(request: HttpRequest, pk: int) -> HttpResponse:
    row = get_object_or_404(AudienceRules, pk=pk)
    if request.method == "POST":
        audiences.delete(row, cast("User", request.user))
        messages.success(request, _("%(name)s is deleted.") % {"name": row.name})
        return redirect("contacts:lists")
    return render(request, "contacts/delete_audience.html", {"audience": row, "uses": audiences.uses(row)})
