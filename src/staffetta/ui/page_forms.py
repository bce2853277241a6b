"""A page as the person sees it: its text, and its forms with what their fields hold. Read from the HTML itself.

So nothing can be shown and not be bound, and no form can be forgotten.
"""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass, field
from html.parser import HTMLParser

Values = dict[str, list[str]]

VOID = frozenset({"area", "base", "br", "col", "hr", "img", "input", "link", "meta", "source", "wbr"})
INLINE = frozenset({"a", "b", "bdi", "em", "i", "mark", "small", "span", "strong", "sub", "sup", "time"})
UNSEEN = frozenset({"script", "style", "svg", "template", "select", "textarea", "option", "title", "head"})
OWN_IDS = frozenset({"notices", "messages"})
"""What the platform says beside the page."""
TYPED_NOT = frozenset({"submit", "button", "reset", "image", "file", "password"})
WHO = "\x1fwho "
"""Begins a line that nobody reads: which rows the page counted (`data-who`, work/database/row_digest.py)."""
UNTOLD = frozenset({"csrfmiddlewaretoken", "seen"})


@dataclass(slots=True)
class PageForm:
    """A form: where it goes to, what its fields hold, and the words beside them."""

    action: str
    identity: str = ""
    values: Values = field(default_factory=dict)
    labels: dict[str, str] = field(default_factory=dict)
    words: dict[tuple[str, str], str] = field(default_factory=dict)
    """(name, value) -> what a person reads for it: the label of a choice."""


@dataclass(slots=True)
class Page:
    """The text in lines without order, and the forms that are posted."""

    lines: list[str] = field(default_factory=list)
    forms: list[PageForm] = field(default_factory=list)

    def form(self, action: str, place: int = 0) -> PageForm | None:
        """Return the form that goes to an address; `place` counts those of one address in their order."""
        forms = [form for form in self.forms if form.action == action]
        return forms[place] if place < len(forms) else None


def fingerprint(lines: Iterable[str]) -> str:
    """Return what tells whether the same was shown, whatever the order of the lines; commands print it."""
    return hashlib.sha256("\n".join(sorted(lines)).encode(errors="surrogatepass")).hexdigest()[:16]


def read_page(html: str, address: str) -> Page:
    """Read a page or a part of one; `address` is its own, where a form without an action goes."""
    reader = _Reader(address)
    reader.feed(html)
    reader.close()
    return reader.page()


@dataclass(slots=True)
class _Control:
    tag: str
    name: str
    kind: str
    value: str
    owner: str
    form: PageForm | None
    identity: str
    on: bool


class _Reader(HTMLParser):
    def __init__(self, address: str) -> None:
        super().__init__(convert_charrefs=True)
        self.address = address
        self.forms: list[PageForm] = []
        self.controls: list[_Control] = []
        self.options: dict[int, list[tuple[str | None, str, bool]]] = {}
        self.labels: dict[str, str] = {}
        self.lines: list[str] = []
        self.marked: list[str] = []
        self.inside: list[tuple[str, dict[str, str]]] = []
        self.line = ""
        self.label = self.legend = ""
        self.label_of: str | None = None
        self.main = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag not in INLINE:
            self._end_line()
        if tag not in VOID:
            self.inside.append((tag, given))
        self._who(given.get("data-who", ""))
        match tag:
            case "form":
                self._form(given)
            case "input" | "textarea" | "select":
                self._control(tag, given)
            case "option" if self.controls:
                self.options.setdefault(len(self.controls) - 1, []).append(
                    (given.get("value"), "", "selected" in given)
                )
            case "label":
                self.label, self.label_of = "", given.get("for")
            case "fieldset" | "legend":
                self.legend = ""
            case "main":
                self.main = True
            case "time":
                self.line += f" {given.get('datetime', '')} "

    def _who(self, digest: str) -> None:
        if digest and not self._moving():
            self._end_line()
            self._add_line(WHO + digest)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)
        if tag not in VOID:
            self.handle_endtag(tag)

    def handle_endtag(self, tag: str) -> None:
        if tag == "label" and self.label_of:
            self.labels[self.label_of] = " ".join(self.label.split())
        if tag == "label":
            self.label_of = None
        if tag not in INLINE:
            self._end_line()
        while self.inside and tag not in VOID:
            if self.inside.pop()[0] == tag:
                break

    def handle_data(self, data: str) -> None:
        tags = [tag for tag, _given in self.inside]
        if "option" in tags and self.controls:
            value, words, on = self.options[len(self.controls) - 1][-1]
            self.options[len(self.controls) - 1][-1] = (value, words + data, on)
        elif tags and tags[-1] == "textarea" and self.controls:
            self.controls[-1].value += data
        if "label" in tags and "option" not in tags:
            self.label += data
            if self.label_of is None and self.controls and self.controls[-1].kind in ("checkbox", "radio"):
                self.labels[f"#{len(self.controls) - 1}"] = " ".join(self.label.split())
        if "legend" in tags:
            self.legend += data
        if not UNSEEN.intersection(tags) and "time" not in tags and not self._moving():
            self.line += data

    def _moving(self) -> bool:
        return any("data-moving" in given or given.get("id") in OWN_IDS for _tag, given in self.inside)

    def _end_line(self) -> None:
        line = " ".join(self.line.split())
        self.line = ""
        if line:
            self._add_line(line)

    def _add_line(self, line: str) -> None:
        attributes = [given for _tag, given in self.inside]
        if any("data-shown" in given for given in attributes):
            self.marked.append(line)
        if any(tag in ("main", "h1") for tag, _given in self.inside) or not self.main:
            self.lines.append(line)

    def _form(self, given: dict[str, str]) -> None:
        if given.get("method", "").lower() == "post":
            self.forms.append(PageForm(given.get("action") or self.address, given.get("id", "")))

    def _open_form(self) -> PageForm | None:
        posted = any(tag == "form" and given.get("method", "").lower() == "post" for tag, given in self.inside)
        return self.forms[-1] if posted and self.forms else None

    def _control(self, tag: str, given: dict[str, str]) -> None:
        kind = given.get("type", "text").lower() if tag == "input" else tag
        name = given.get("name", "")
        if not name or "disabled" in given or name in UNTOLD or kind in TYPED_NOT:
            name = ""
        value = given.get("value", "on" if kind in ("checkbox", "radio") else "")
        on = kind not in ("checkbox", "radio") or "checked" in given
        identity = given.get("id", "")
        owner = given.get("form", "")
        self.controls.append(_Control(tag, name, kind, value, owner, self._open_form(), identity, on))
        if kind == "radio" and self.legend:
            self.labels.setdefault(f"={name}", " ".join(self.legend.split()))

    def page(self) -> Page:
        self._end_line()
        for place, control in enumerate(self.controls):
            form = control.form
            if control.owner:
                form = next((each for each in self.forms if each.identity == control.owner), None)
            if form is not None and control.name:
                self._into(form, place, control)
        return Page(self.marked or self.lines, self.forms)

    def _into(self, form: PageForm, place: int, control: _Control) -> None:
        name = control.name
        values = form.values.setdefault(name, [])
        label = self.labels.get(control.identity) or self.labels.get(f"#{place}", "")
        if control.tag == "select":
            read = [(value, " ".join(words.split()), on) for value, words, on in self.options.get(place, [])]
            options = [(words if value is None else value, words, on) for value, words, on in read]
            form.words |= {(name, value): words for value, words, _on in options}
            chosen = [value for value, _words, on in options if on]
            values += chosen or [value for value, _words, _on in options[:1]]
        elif control.on:
            values.append(control.value.removeprefix("\n") if control.tag == "textarea" else control.value)
        if control.kind == "radio":
            form.words[name, control.value] = label
            label = self.labels.get(f"={name}", "")
        form.labels.setdefault(name, label or name)
