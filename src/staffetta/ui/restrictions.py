"""What an address may restrict a page, a file or an action to: the one place that reads it.

A restriction that is not known, or names what is gone, matches nobody: the view is not called, and a page says so.
"""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from functools import wraps
from typing import Any, cast
from urllib.parse import urlencode

from django.db.models import Model, QuerySet
from django.http import HttpRequest, HttpResponse, QueryDict
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.utils.functional import Promise
from django_htmx.http import HttpResponseClientRedirect

from staffetta.ui.paging import MARKS
from staffetta.ui.seen import page_of_view

Text = str | Promise
NOT_FOUND = 404


class Unknown(ValueError):
    """The value is not known, or what it names is gone."""


@dataclass(frozen=True, slots=True)
class Words:
    """Words to look for. What is too long is refused: cut short it would fit more people."""

    label: Text
    longest: int = 200

    def read(self, value: str, _place: Mapping[str, Any]) -> str:
        words = value.strip()
        if len(words) > self.longest:
            raise Unknown
        return words


@dataclass(frozen=True, slots=True)
class OneOf:
    """One of some codes; a function of the address's own parameters may say which."""

    label: Text
    codes: Collection[str] | Callable[..., Collection[str]]

    def read(self, value: str, place: Mapping[str, Any]) -> str:
        codes = self.codes(**place) if callable(self.codes) else self.codes
        if value not in codes:
            raise Unknown
        return value


@dataclass(frozen=True, slots=True)
class Row:
    """One row by its number; a function of the address's own parameters may say among which."""

    label: Text
    rows: type[Model] | Callable[..., QuerySet[Any]]

    def among(self, place: Mapping[str, Any]) -> QuerySet[Any]:
        """Return the rows that may be named."""
        if isinstance(self.rows, type):
            return cast("Any", self.rows).objects.all()  # type: ignore[no-any-return]
        return self.rows(**place)

    def read(self, value: str, place: Mapping[str, Any]) -> Model:
        if not (value.isascii() and value.isdecimal() and len(value) < 19):
            raise Unknown
        if (row := self.among(place).filter(pk=int(value)).first()) is None:
            raise Unknown
        return cast("Model", row)


@dataclass(frozen=True, slots=True)
class Free:
    """No restriction: how a page is drawn, or what a form begins with."""

    label: Text = ""

    def read(self, value: str, _place: Mapping[str, Any]) -> str:
        return value


Restriction = Words | OneOf | Row | Free


@dataclass(frozen=True, slots=True)
class Fault:
    """A restriction that matches nobody; `label` is "" when not even its name is known."""

    name: str
    label: Text
    value: str


@dataclass(frozen=True, slots=True)
class Restrictions:
    """All an address may be restricted by, by parameter. `back`: the page that shows the same people."""

    known: Mapping[str, Restriction]
    back: str = ""

    def read(self, asked: QueryDict, place: Mapping[str, Any]) -> tuple[dict[str, Any], list[Fault]]:
        """Return what is asked for, typed (absent where it is empty), and what matches nobody."""
        read, faults = dict[str, Any](), list[Fault]()
        for name, values in asked.lists():
            if name in MARKS:
                continue
            restriction = self.known.get(name)
            try:
                if restriction is None or len(set(values)) > 1:
                    raise Unknown
                if values[-1] or isinstance(restriction, Free):
                    read[name] = restriction.read(values[-1], place)
            except Unknown:
                faults.append(Fault(name, restriction.label if restriction else "", ", ".join(values)[:200]))
        return read, faults


def restricted(
    named: Mapping[str, Restriction] | None = None, *, back: str = "", **more: Restriction
) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Name all a view may be restricted by; it finds what is asked for by `asked_for(request)`.

    `back` names the page that shows the same people, where the view itself acts or makes a file.
    """
    restrictions = Restrictions({**(named or {}), **more}, back)

    def decorate(view: Callable[..., HttpResponseBase]) -> Callable[..., HttpResponseBase]:
        @wraps(view)
        def narrowed(request: HttpRequest, *args: Any, **place: Any) -> HttpResponseBase:
            read, faults = restrictions.read(request.GET, place)
            if faults:
                return _nobody(request, restrictions, faults, place)
            request.__dict__["asked_for"] = read
            return view(request, *args, **place)

        narrowed.__dict__["restrictions"] = restrictions
        return narrowed

    return decorate


def asked_for(request: HttpRequest) -> Mapping[str, Any]:
    """Return what the address of a restricted view asks for: nothing that is unknown, nothing that is gone."""
    return cast("Mapping[str, Any]", request.__dict__["asked_for"])


def _nobody(
    request: HttpRequest, restrictions: Restrictions, faults: list[Fault], place: Mapping[str, Any]
) -> HttpResponse:
    left_out = {fault.name for fault in faults} | set(MARKS)
    kept = [(name, value) for name, values in request.GET.lists() if name not in left_out for value in values]
    way = page_of_view(restrictions.back, place) or request.path
    if request.headers.get("HX-Request"):  # htmx would put the page into the middle of this one
        return HttpResponseClientRedirect(f"{way}?{request.GET.urlencode()}")
    data = {"faults": faults, "way": f"{way}?{urlencode(kept)}" if kept else way}
    return render(request, "ui/nobody.html", data, status=NOT_FOUND)
