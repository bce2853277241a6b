"""Nothing acts on what nobody saw: what a page showed, and what its form was filled with, comes back with the form.

`@confirms` marks a view that does what a page asked for: it runs only if that page would still show the same.
`@versioned` marks a view that saves a form: what the person did not change is left as it is by now, and what somebody
else changed meanwhile too is shown side by side. Both find what they need in the field `seen`, which SeenMiddleware
puts into every form that leads to such a view: signed, the address of its page, the page's text, the fields' values.
The page as it is now is the same view asked again; no clock and no order of rows plays a part (`page_forms.py`).
"""

import copy
import re
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import wraps
from typing import Any, cast
from urllib.parse import urlsplit

from django.contrib import messages
from django.contrib.messages.storage import default_storage
from django.core import signing
from django.http import HttpRequest, HttpResponse, QueryDict
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import NoReverseMatch, Resolver404, resolve, reverse
from django.utils.datastructures import MultiValueDict
from django.utils.translation import gettext as _

from staffetta.ui.page_forms import WHO, Page, PageForm, Values, fingerprint, read_page

FIELD = "seen"
CONFLICT = 409
SALT = "staffetta.ui.seen"
FORM = re.compile(r"<form\b[^>]*>", re.IGNORECASE)
ACTION = re.compile(r"""\baction=["']([^"']*)["']""", re.IGNORECASE)
KEEP = "seen-keep:"
"""Beside a field in conflict: "theirs" keeps what is stored."""


@dataclass(frozen=True, slots=True)
class Seen:
    """What a form was part of: its page's address, the address it goes to, the text shown, the values filled in.

    `place`: which of the page's forms that go to one address it is.
    """

    page: str
    action: str
    shown: list[str]
    values: Values
    place: int = 0

    def signed(self) -> str:
        """Write it for the form."""
        return signing.dumps([self.page, self.action, self.shown, self.values, self.place], salt=SALT, compress=True)


@dataclass(frozen=True, slots=True)
class Change:
    """One difference for a person to read; "" where there is none on that side."""

    before: str
    now: str


@dataclass(frozen=True, slots=True)
class Conflict:
    """A field that two people changed: what is stored by now, and what was typed here."""

    name: str
    label: str
    theirs: str
    mine: str


def confirms(on: str = "", when: str = "") -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Mark a view whose POST does what a page showed; `on` names the page, where it is another address.

    `when`: a field of the form without which the view only asks.
    """
    return _marked("confirms", on, _confirm, when=when)


def versioned(on: str = "", redraws: Sequence[str] = ()) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Mark a view whose POST saves a form; with a parameter of `redraws` it only draws the form anew."""
    return _marked("versioned", on, _merge, redraws=redraws)


Check = Callable[..., HttpResponseBase | None]


def _marked(
    mark: str, on: str, check: Check, *, redraws: Sequence[str] = (), when: str = ""
) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    def decorate(view: Callable[..., HttpResponseBase]) -> Callable[..., HttpResponseBase]:
        @wraps(view)
        def checked(request: HttpRequest, *args: Any, **place: Any) -> HttpResponseBase:
            asked = request.POST.keys() | request.GET.keys()
            acts = request.method == "POST" and not asked.intersection(redraws) and (not when or when in request.POST)
            if acts and (answer := check(request, on, place)) is not None:
                return answer
            return view(request, *args, **place)

        checked.__dict__["seen"] = {**getattr(view, "seen", {}), mark: on}
        checked.__dict__["acts_with"] = when or getattr(view, "acts_with", "")
        return checked

    return decorate


def _confirm(request: HttpRequest, on: str, place: Mapping[str, Any]) -> HttpResponseBase | None:
    """Return the page as it is now where it is no longer what was confirmed; None where it is."""
    if (seen := _seen(request)) is None:
        return redirect_anew(request, on, place)
    answer, page = _page_now(request, seen.page)
    if page is None:
        messages.warning(request, _("It changed meanwhile: nothing was done."))  # the page leads elsewhere by now
        return answer
    if page.form(seen.action, seen.place) is not None and fingerprint(page.lines) == fingerprint(seen.shown):
        return None
    return _shown_again(request, page_of_view(on, place) or seen.page, changes(seen.shown, page.lines))


def redirect_anew(request: HttpRequest, on: str, place: Mapping[str, Any]) -> HttpResponseBase:
    """Show the page to somebody whose form says nothing of what was seen."""
    way = page_of_view(on, place) or request.get_full_path()
    answer, page = _page_now(request, way)
    return _shown_again(request, way, []) if page is not None else answer


def page_of_view(on: str, place: Mapping[str, Any]) -> str:
    """Return the address of a named page with the parameters of this one, "" when there is no name."""
    if not on:
        return ""
    for given in (dict(place), {"pk": place.get("pk")}, {}):
        try:
            return reverse(on, kwargs=given)
        except NoReverseMatch:
            continue
    raise NoReverseMatch(on)


def _shown_again(request: HttpRequest, way: str, found: list[Change]) -> HttpResponseBase:
    asking = _asking(request, way)
    asking.__dict__["_messages"] = request.__dict__.get("_messages")
    asking.__dict__["changed_meanwhile"] = {"changes": found}
    answer = _answer(asking)
    answer.status_code = CONFLICT
    answer.__dict__["seen_page"] = way
    return answer


def changes(before: Sequence[str], now: Sequence[str]) -> list[Change]:
    """Return the lines that went and those that came, side by side where as many."""
    gone = [line for line in before if line not in now and not line.startswith(WHO)]
    come = [line for line in now if line not in before and not line.startswith(WHO)]
    if not gone and not come and set(before) != set(now):
        return [Change("", _("as many as before, and not the same"))]
    most = max(len(gone), len(come))
    pairs = zip(gone + [""] * (most - len(gone)), come + [""] * (most - len(come)), strict=True)
    return [Change(was, told) for was, told in pairs]


def _merge(request: HttpRequest, on: str, place: Mapping[str, Any]) -> HttpResponseBase | None:
    """Leave what the person did not change as it is by now; return the page of conflicts where there are some."""
    if (seen := _seen(request)) is None:
        return redirect_anew(request, on, place)
    _answer_now, page = _page_now(request, seen.page)
    form = page.form(seen.action, seen.place) if page else None
    if form is None:
        return None  # it can no longer be changed, or is gone: the view says so
    posted = {name: values for name, values in request.POST.lists() if not name.startswith(KEEP)}
    merged, conflicts = merge(seen.values, form, _plain(posted), _kept_theirs(request.POST))
    if conflicts:
        return _side_by_side(request, seen, form, merged, conflicts)
    request.POST = _query(request.POST, merged)  # type: ignore[assignment]  # Django types it as one that is fixed
    request.__dict__["seen_now"] = replace(seen, values=form.values)
    return None


def merge(before: Values, form: PageForm, posted: Values, theirs: frozenset[str]) -> tuple[Values, list[Conflict]]:
    """Return what to save, and the fields that were changed here and elsewhere; `theirs`: these stay as stored."""
    merged, conflicts, now = dict(posted), list[Conflict](), form.values
    for name in {*before, *now}:
        was, stored, typed = before.get(name, []), now.get(name, []), posted.get(name, [])
        if _same(typed, was) or name in theirs:
            merged[name] = stored
        elif not _same(stored, was) and not _same(stored, typed):
            conflicts.append(
                Conflict(name, form.labels.get(name, name), _words(form, name, stored), _words(form, name, typed))
            )
    return merged, sorted(conflicts, key=lambda conflict: list(now).index(conflict.name) if conflict.name in now else 0)


def _same(some: Sequence[str], others: Sequence[str]) -> bool:
    return sorted(map(_lines, some)) == sorted(map(_lines, others)) or (not any(some) and not any(others))


def _lines(text: str) -> str:
    return text.replace("\r\n", "\n")


def _words(form: PageForm, name: str, values: Sequence[str]) -> str:
    return ", ".join(form.words.get((name, value), value) for value in values if value)


def _plain(posted: Values) -> Values:
    return {name: values for name, values in posted.items() if name not in ("csrfmiddlewaretoken", FIELD)}


def _kept_theirs(posted: QueryDict) -> frozenset[str]:
    return frozenset(name.removeprefix(KEEP) for name in posted if name.startswith(KEEP) and posted[name] == "theirs")


def _side_by_side(
    request: HttpRequest, seen: Seen, form: PageForm, merged: Values, conflicts: list[Conflict]
) -> HttpResponseBase:
    again = replace(seen, values=form.values)
    data = {
        "conflicts": conflicts,
        "hidden": [(name, value) for name, values in merged.items() for value in values],
        "keep": KEEP,
        "again": again.signed(),
        "way": seen.page,
        "action": seen.action,
    }
    answer = render(request, "ui/conflict.html", data, status=CONFLICT)
    answer.__dict__["seen_done"] = True
    return answer


def _query(posted: QueryDict, merged: Values) -> QueryDict:
    query = QueryDict(mutable=True)
    for name, values in posted.lists():
        if name not in merged and not name.startswith(KEEP):
            query.setlist(name, values)
    for name, values in merged.items():
        if values:
            query.setlist(name, values)
    query._mutable = False  # noqa: SLF001  (Django has no public way back)
    return query


def _seen(request: HttpRequest) -> Seen | None:
    """Return what the form says was seen; None when it says nothing, or belongs to another address."""
    try:
        seen = Seen(*signing.loads(request.POST.get(FIELD, ""), salt=SALT))
    except (signing.BadSignature, TypeError, ValueError):
        return None
    return seen if seen.action in (request.get_full_path(), request.path) else None


def _page_now(request: HttpRequest, way: str) -> tuple[HttpResponseBase, Page | None]:
    answer = _answer(_asking(request, way))
    if answer.status_code != 200 or not isinstance(answer, HttpResponse):
        return answer, None
    return answer, read_page(answer.content.decode(), way)


def _asking(request: HttpRequest, way: str) -> HttpRequest:
    """Return the request of the same person for a page of ours."""
    parts = urlsplit(way)
    asking = copy.copy(request)
    for known in ("headers", "_messages", "asked_for", "seen_now"):
        asking.__dict__.pop(known, None)
    asking.method, asking.path, asking.path_info = "GET", parts.path, parts.path
    asking.META = {name: value for name, value in request.META.items() if not name.startswith("HTTP_HX_")}
    asking.META |= {"REQUEST_METHOD": "GET", "QUERY_STRING": parts.query}
    asking.GET, asking.POST = QueryDict(parts.query), QueryDict()
    asking.__dict__["_files"] = MultiValueDict()
    asking.__dict__["htmx"] = False
    asking.__dict__["shown_again"] = (
        True  # a form that was opened in time may ask for its page as long as it may be sent
    )
    asking.__dict__["_messages"] = default_storage(asking)
    return asking


def _answer(asking: HttpRequest) -> HttpResponseBase:
    try:
        found = resolve(asking.path)
    except Resolver404:
        return HttpResponse(status=404)
    asking.resolver_match = found
    return cast("HttpResponseBase", found.func(asking, *found.args, **found.kwargs))


class SeenMiddleware:
    """Puts `seen` into every form that leads to a marked view."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        answer = self.get_response(request)
        if not isinstance(answer, HttpResponse) or "text/html" not in answer.headers.get("Content-Type", ""):
            return answer
        if "seen_done" not in answer.__dict__ and b"<form" in answer.content:
            answer.content = self._with_seen(request, answer).encode()
        return answer

    def _with_seen(self, request: HttpRequest, answer: HttpResponse) -> str:
        html = answer.content.decode()
        carried = _carried(request) if "seen_page" not in answer.__dict__ else None
        way = answer.__dict__.get("seen_page") or (carried.page if carried else request.get_full_path())
        wanted = {action for form in FORM.findall(html) if (action := _marked_action(form, way))}
        if not wanted:
            return html
        page, places = read_page(html, way), Counter[str]()

        def put(found: re.Match[str]) -> str:
            action = _marked_action(found[0], way)
            place = places[action]
            places[action] += 1
            form = page.form(action, place) if action in wanted else None
            if form is None or not _acts(action, form):
                return found[0]
            told = Seen(way, action, page.lines, form.values, place)
            if carried and (carried.action, carried.place) == (action, place):
                told = carried
            return f'{found[0]}<input type="hidden" name="{FIELD}" value="{told.signed()}">'

        return FORM.sub(put, html)


def _carried(request: HttpRequest) -> Seen | None:
    """Return what a form that comes back goes on with: it was filled when it was first shown."""
    if request.method != "POST":
        return None
    return request.__dict__.get("seen_now") or _seen(request)


def _acts(action: str, form: PageForm) -> bool:
    """Say whether the form does something at once; one that only leads to a page that asks need not say what it saw."""
    wanted = getattr(resolve(urlsplit(action).path).func, "acts_with", "")
    return not wanted or wanted in form.values


def _marked_action(form: str, way: str) -> str:
    """Return the address a form is posted to if a marked view is behind it, else ""."""
    if not re.search(r"""\bmethod=["']?post""", form, re.IGNORECASE):
        return ""
    found = ACTION.search(form)
    action = found[1].replace("&amp;", "&") if found and found[1] else way
    try:
        view = resolve(urlsplit(action).path).func
    except Resolver404:
        return ""
    return action if getattr(view, "seen", None) else ""
