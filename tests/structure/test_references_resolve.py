"""A rule that is cited by its number stands under that heading in docs/reference."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
CITED = re.compile(r"\b(messaging-rules|[iI]nvariant) (\d+(?:\.\d+)?)")
ELSEWHERE = re.compile(r"\b(?:design|expectations|stories) \d|\bidea \d|\bissue \d")
"""Documents that are not part of the project."""
REFERENCE = {"messaging-rules": "messaging-rules.md", "invariant": "invariants.md"}


def written() -> list[Path]:
    folders = ("src", "docs", "tests", "bench", "prove", "tools")
    found = [
        path for folder in folders for path in (ROOT / folder).rglob("*") if path.suffix in {".py", ".md", ".html"}
    ]
    return [path for path in [*found, *ROOT.glob("*.md")] if path.resolve() != Path(__file__).resolve()]


def headings(name: str) -> set[str]:
    text = (ROOT / "docs" / "reference" / REFERENCE[name]).read_text()
    return set(re.findall(r"^## ([\d.]*\d)\.? ", text, re.MULTILINE))


@pytest.mark.parametrize("name", REFERENCE)
def test_every_rule_cited_has_its_heading(name: str) -> None:
    cited = {
        (path, found[2]) for path in written() for found in CITED.finditer(path.read_text()) if found[1].lower() == name
    }
    assert cited
    assert [f"{path.relative_to(ROOT)}: {number}" for path, number in cited if number not in headings(name)] == []


def test_nothing_cites_a_document_that_is_not_here() -> None:
    assert [str(path.relative_to(ROOT)) for path in written() if ELSEWHERE.search(path.read_text())] == []
