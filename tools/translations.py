"""Check the catalogues: whole, not fuzzy, compiled, the same placeholders on both sides, one text for one source."""

import re
import sys
from collections.abc import Iterable
from gettext import GNUTranslations
from pathlib import Path

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


def main() -> int:
    catalogues = sorted(Path("src/staffetta").glob("*/locale/it/LC_MESSAGES/django.po"))
    wrong = [f"{path}: {problem}" for path in catalogues for problem in problems(path)] + clashes(catalogues)
    print("\n".join(wrong) or f"{len(catalogues)} catalogues whole and compiled")
    return 1 if wrong or not catalogues else 0


if __name__ == "__main__":
    sys.exit(main())
