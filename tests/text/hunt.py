"""The hunt for text that came in as no database stores it: drives entrances, and looks what arrived in which column.

Every hostile text holds a mark that survives cleaning. A column in which a mark is found was reached by the entrance
that was driven; a column of a value that is judged (a choice, an address) is reached by being offered hostile text.
"""

import json
import unicodedata
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

from django.apps import apps
from django.db import models
from django.test import Client

from staffetta import text
from staffetta.ui.seen import FIELD
from tests.filling import page_of, seen_in
from tests.text.column import Column, Form
from tests.text.columns import COLUMNS

MARK = "hunting"
"""Long enough not to stand in random text, such as the data of a session, by chance."""
NUMBER = "3331230777"
MARKS = (MARK, NUMBER)
ODD = f"{MARK}\0\ud83d\x07\u200b\u202ee\u0301\ufeff"
"""NUL, half an emoji, BEL, zero width, a turn of direction, a letter in two pieces, BOM. It fits in all columns."""
LONG = MARK + "\U0001f600" * 2500
BLANK = "\u200b\u2060\u00ad\u2800"
HOSTILE = (LONG, BLANK, ODD)
ODD_NUMBER = f"\u202a+39\u200b{NUMBER}\u202c"
TEXT_FIELDS = (models.CharField, models.TextField, models.JSONField, models.FileField, models.BinaryField)
CLEAN: dict[Form, Callable[[str], bool]] = {
    Form.SHOWN: lambda held: text.storable(held) == held,
    Form.VALUE: lambda held: text.value(held) == held,
    Form.IDENTITY: lambda held: text.identity(held) == held,
    Form.EXACT: lambda held: held == "" or text.unstorable(held) is None,
}
type Answer = Any
"""Django's test response, with `context`."""


def models_of_ours() -> Iterator[type[models.Model]]:
    return (each for each in apps.get_models(include_auto_created=True) if each.__module__.startswith("staffetta."))


def text_columns() -> dict[str, "models.Field[Any, Any]"]:
    """Return every column that holds text or JSON, by `room.Model.column`, from Django's registry."""
    return {
        f"{model._meta.label}.{column.name}": column
        for model in models_of_ours()
        for column in model._meta.local_fields
        if isinstance(column, TEXT_FIELDS)
    }


def declared() -> dict[str, Column]:
    return {f"{model}.{name}": column for model, columns in COLUMNS.items() for name, column in columns.items()}


@dataclass(frozen=True, slots=True)
class Typed:
    """A field of a form that takes any text; `plain` is what is typed while another field is tried."""

    plain: str = "ok"
    around: str = "{}"
    odd: str = ODD


@dataclass(frozen=True, slots=True)
class Judged:
    """A field that takes only what is on a list or has a form; `column` is the one that it fills."""

    good: str
    column: str


TYPED = Typed()


@dataclass
class Hunt:
    """What an entrance was offered, and what is in the columns afterwards."""

    offered: set[str] = field(default_factory=set)
    arrived: set[str] = field(default_factory=set)
    dirty: list[str] = field(default_factory=list)
    seen: dict[str, str] = field(default_factory=dict)
    tries: int = 0

    def offer(self, *columns: str) -> None:
        """Note that hostile text was offered for columns that refuse it."""
        self.offered |= set(columns)

    def form(self, client: Client, path: str, fields: Mapping[str, Any], *, taken: bool = True) -> Answer:
        """Fill a form in: field by field with a text too long, then all with nothing to see, then with odd text.

        Returns the answer to the last; with `taken` it must be a redirect, as after a form that was understood.
        """
        for name, known in fields.items():
            if isinstance(known, Typed):
                self.post(client, path, self._typed(fields, {name: known.around.format(LONG)}))
            elif isinstance(known, Judged):
                self.post(client, path, self._typed(fields, {name: ODD}))
                self.offer(known.column)
        typed = {name: known for name, known in fields.items() if isinstance(known, Typed)}
        self.post(
            client, path, self._typed(fields, {name: known.around.format(BLANK) for name, known in typed.items()})
        )
        odd = {name: known.around.format(known.odd) for name, known in typed.items()}
        answer = self.post(client, path, self._typed(fields, odd))
        if taken:
            assert answer.status_code == 302, f"{path}: {errors(answer)}"
        return answer

    def post(self, client: Client, path: str, typed: Mapping[str, Any]) -> Answer:
        """Post a form as a browser never would: half a surrogate pair as three bytes."""
        self.tries += 1
        body = urlencode({**typed, **self._seen(client, path)}, doseq=True, errors="surrogatepass")
        answer = client.post(path, body, content_type="application/x-www-form-urlencoded")
        assert answer.status_code < 500, f"{path} answers {answer.status_code}"
        return answer

    def _seen(self, client: Client, path: str) -> dict[str, str]:
        """Return what the page puts into its form; where something exists, as it is by now."""
        if not (page := page_of(path)):
            return {}
        if path not in self.seen or any(part.isdecimal() for part in path.split("/")):
            shown = client.get(page)
            self.seen[path] = seen_in(shown.content.decode(), path, page) if shown.status_code == 200 else ""
        return {FIELD: self.seen[path]}

    def _typed(self, fields: Mapping[str, Any], tried: Mapping[str, str]) -> dict[str, Any]:
        plain: dict[str, Any] = {}
        for name, known in fields.items():
            if isinstance(known, Typed):
                plain[name] = known.around.format(f"{known.plain}{self.tries}" if known is TYPED else known.plain)
            else:
                plain[name] = known.good.replace("{n}", str(self.tries)) if isinstance(known, Judged) else known
        return plain | dict(tried)

    def look(self) -> None:
        """Look into every column of every row."""
        columns = declared()
        for model in models_of_ours():
            named = [each.name for each in model._meta.local_fields if isinstance(each, TEXT_FIELDS)]
            for row in model._default_manager.values_list(*named) if named else ():
                for name, held in zip(named, row, strict=True):
                    key = f"{model._meta.label}.{name}"
                    self._look_at(key, model._meta.get_field(name), columns.get(key), held)

    def _look_at(self, key: str, column: Any, known: Column | None, held: object) -> None:
        for each in texts_of(held):
            if any(mark in each.casefold() for mark in MARKS):
                self.arrived.add(key)
            form = known.form if known else Form.SHOWN
            if form != Form.SECRET and (why := fault_of(each, form, column.max_length)):
                told = f"{key}: {why}: {each[:80]!a}"
                if told not in self.dirty:
                    self.dirty.append(told)


def texts_of(held: object) -> Iterator[str]:
    """Yield every text in a column, in JSON also the names."""
    if isinstance(held, str):
        yield held
    elif isinstance(held, Mapping):
        for name, item in held.items():
            yield str(name)
            yield from texts_of(item)
    elif isinstance(held, list):
        for item in held:
            yield from texts_of(item)


def fault_of(held: str, form: Form, bound: int | None) -> str:
    """Say what is wrong with a stored text; "" when nothing is."""
    if text.SURROGATE.search(held) or "\0" in held:
        return "not storable"
    if bound is not None and len(held) > bound:
        return "too long"
    if form != Form.EXACT and not unicodedata.is_normalized("NFC", held):
        return "decomposed"
    return "" if CLEAN[form](held) else f"not as {form} is"


def errors(answer: Answer) -> str:
    """Return what a form said, for the words of a failing test."""
    forms = [answer.context[name] for name in ("form",) if answer.context and name in answer.context]
    told = [json.dumps(each.errors, default=str, ensure_ascii=True)[:400] for each in forms if each.errors]
    return f"{answer.status_code} {told}"
