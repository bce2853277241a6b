"""Check the catalogues: whole, not fuzzy, compiled, the same placeholders on both sides, one text for one source.

Every text that modules and templates mark must be in one of them, whether or not `make messages` was run.
"""

import ast
import re
import sys
from collections.abc import Collection, Iterable, Iterator
from gettext import GNUTranslations
from pathlib import Path

from django.utils.translation.template import templatize

SOURCE = Path("src/staffetta")
MARKS = {"_": 0, "gettext": 0, "gettext_lazy": 0, "gettext_noop": 0, "ngettext": 0, "ngettext_lazy": 0} | {
    "pgettext": 1, "pgettext_lazy": 1, "npgettext": 1, "npgettext_lazy": 1,
}  # fmt: skip
"""Function that marks a text -> which of its arguments that is; the one before it is its context."""
STRING = r"""u?('(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*")"""
IN_TEMPLATE = re.compile(rf"\b(n?p?gettext|_)\({STRING}(?:, ?{STRING})?")
PLACEHOLDER = re.compile(r"%\([a-z_]+\)[sd]|\{[a-z_]+\}|%[sd]")
ENTRY = re.compile(
    r'^msgid ((?:"[^\n]*"\n)+)(?:msgid_plural ((?:"[^\n]*"\n)+))?((?:msgstr(?:\[\d\])? (?:"[^\n]*"\n)+)+)', re.MULTILINE
)


def joined(quoted: str) -> str:
    text = "".join(line.strip()[1:-1] for line in quoted.strip().splitlines())
    return text.replace('\\"', '"').replace("\\n", "\n").replace("\\\\", "\\")


def problems(catalogue: Path) -> list[str]:
    """Return what is wrong with one .po file and its compiled twin."""
    text = catalogue.read_text() + "\n"
    found = []
    if "#, fuzzy" in text.split("msgid", 2)[-1]:
        found.append("holds fuzzy entries")
    compiled = catalogue.with_suffix(".mo")
    if not compiled.exists():
        return [*found, "is not compiled"]
    with compiled.open("rb") as file:
        known = GNUTranslations(file)._catalog  # type: ignore[attr-defined]  # noqa: SLF001 the only way to list it
    for singular, _plural, answers in ENTRY.findall(text):
        source = joined(singular)
        if not source:
            continue
        strings = [joined(part) for part in re.split(r"msgstr(?:\[\d\])? ", answers) if part.strip()]
        if not all(strings):
            found.append(f"has no translation of {source!r}")
        elif source not in known and (source, 0) not in known and "msgctxt" not in text:
            found.append(f"was not compiled with {source!r}")
        elif any(
            set(PLACEHOLDER.findall(string)) - set(PLACEHOLDER.findall(source + joined(_plural))) for string in strings
        ):
            found.append(f"changes the placeholders of {source!r}")
    return found


def clashes(catalogues: Iterable[Path]) -> list[str]:
    """Return the texts that two rooms translate differently: everywhere the words of the first one would stand."""
    known: dict[object, tuple[str, Path]] = {}
    found = []
    for catalogue in catalogues:
        with catalogue.with_suffix(".mo").open("rb") as file:
            texts = GNUTranslations(file)._catalog.items()  # type: ignore[attr-defined]  # noqa: SLF001 as above
        for source, text in texts:
            first, place = known.setdefault(source, (text, catalogue))
            if source and first != text:
                found.append(f"{catalogue}: says {text!r} where {place} says {first!r}: give one of them a context")
    return found


def compiled(catalogues: Iterable[Path]) -> set[str]:
    """Return every source text that has a translation, those with a context as gettext keeps them."""
    known: set[str] = set()
    for catalogue in catalogues:
        with catalogue.with_suffix(".mo").open("rb") as file:
            texts = GNUTranslations(file)._catalog  # type: ignore[attr-defined]  # noqa: SLF001 as above
        known |= {text[0] if isinstance(text, tuple) else text for text in texts}
    return known


def marked_in_module(source: str) -> Iterator[str]:
    """Yield the texts that a module marks as literals."""
    for node in ast.walk(ast.parse(source)):
        if not isinstance(node, ast.Call):
            continue
        name = node.func.id if isinstance(node.func, ast.Name) else getattr(node.func, "attr", "")
        place = MARKS.get(name)
        if place is None:
            continue
        words = [word.value if isinstance(word, ast.Constant) else None for word in node.args[: place + 1]]
        if len(words) == place + 1 and all(isinstance(word, str) for word in words):
            yield "\x04".join(map(str, words))


def marked_in_template(source: str) -> Iterator[str]:
    """Yield the texts that a template marks."""
    for name, first, second in IN_TEMPLATE.findall(templatize(source)):
        words = [ast.literal_eval(text) for text in (first, second) if text]
        yield "\x04".join(words) if "p" in name else words[0]


def forgotten(known: Collection[str]) -> Iterator[str]:
    """Yield the marked texts that no catalogue translates."""
    readers = {".py": marked_in_module, ".html": marked_in_template, ".txt": marked_in_template}
    for path in sorted(SOURCE.rglob("*.*")):
        if read := readers.get(path.suffix):
            texts = set(read(path.read_text(encoding="utf-8"))) - {""}
            yield from (f"{path}: no catalogue has {text!r}" for text in sorted(texts) if text not in known)


def main() -> int:
    catalogues = sorted(SOURCE.glob("*/locale/it/LC_MESSAGES/django.po"))
    wrong = [f"{path}: {problem}" for path in catalogues for problem in problems(path)] + clashes(catalogues)
    wrong += forgotten(compiled(catalogues))
    print("\n".join(wrong) or f"{len(catalogues)} catalogues whole and compiled")
    return 1 if wrong or not catalogues else 0


if __name__ == "__main__":
    sys.exit(main())
