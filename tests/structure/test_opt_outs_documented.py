"""docs/reference/opt-out.md: its examples are what the words say, and it names what exists."""

import re
from pathlib import Path

import pytest
from django.utils import translation

from staffetta.contacts.audiences.recipients import LeftOut
from staffetta.contacts.opt_outs.match import Outcome, judge
from staffetta.contacts.opt_outs.word_lists import FOLDER, built_in, labels, languages, never_excepted
from staffetta.contacts.opt_outs.wording import LANGUAGES
from staffetta.deliveries.ledger.reasons import REASONS
from staffetta.events.proof_words import LINKS

ROOT = Path(__file__).resolve().parents[2]
PAGE = (ROOT / "docs" / "reference" / "opt-out.md").read_text(encoding="utf-8")
SAID = {
    "**The whole message counts.**": [Outcome.ALL] * 3 + [Outcome.NOTHING] * 2,
    "**Politeness and repetition change nothing**": [Outcome.ALL] * 3,
    "**Words about advertising alone**": [Outcome.MARKETING] * 2,
    "**Letters that look alike**": [Outcome.ALL, Outcome.ALL, Outcome.NOTHING],
    "Everyday words (": [Outcome.POSSIBLE] * 6,
    "the data\n(`words/labels.toml`)": [Outcome.MARKETING, Outcome.POSSIBLE],
}


@pytest.mark.parametrize(("beginning", "outcomes"), SAID.items())
def test_an_example_of_the_page_is_judged_as_the_page_says(beginning: str, outcomes: list[Outcome]) -> None:
    examples = re.findall("«([^»]+)»", PAGE[PAGE.index(beginning) :])[: len(outcomes)]
    assert [judge(example, built_in()).outcome for example in examples] == outcomes, examples


def test_the_page_names_every_language_and_only_those() -> None:
    listed = PAGE[PAGE.index("Italian, English") :].split(". ", 1)[0].replace("\n", " ")
    with translation.override("en"):
        spoken = {str(LANGUAGES[code]) for code in languages() if code != "buttons"}
    assert {name.strip() for name in listed.split(",")} == spoken


def test_the_page_names_the_labels_with_a_source() -> None:
    told = re.sub(r"\s+", " ", PAGE)
    for label in labels():
        if label.get("sources"):
            assert f"today that is «{label['text']}»" in told


def test_the_files_the_reason_and_the_word_it_names_exist() -> None:
    assert "`src/staffetta/contacts/opt_outs/words/`" in PAGE
    assert (FOLDER / "always.toml").exists()
    assert ("stop",) in never_excepted()
    assert f"`{LeftOut.TO_DECIDE}`" in PAGE
    assert LeftOut.TO_DECIDE in REASONS


def test_the_page_names_every_link_of_the_proof_and_which_are_real() -> None:
    rows = dict(re.findall(r"^\| `([a-z_]+)` \| (real|simulated):", PAGE, re.MULTILINE))
    assert rows == {code: "real" if link.real else "simulated" for code, link in LINKS.items()}
