"""`make quick` chooses the tests of the rooms a change touches, then those of the rooms that import it."""

from pathlib import Path

import pytest

from tools import quick

WITHOUT_LIMIT = 1e9


def chosen(path: str, budget: float = WITHOUT_LIMIT) -> list[str]:
    return [str(file) for file in quick.select([Path(path)], budget).files]


@pytest.mark.parametrize("room", ["sync", "contacts", "deliveries", "work"])
def test_the_tests_of_the_room_itself_are_chosen(room: str) -> None:
    module = next(Path(f"src/staffetta/{room}").glob("[a-z]*.py"))
    own = {str(path) for path in Path(f"tests/{room}").glob("test_*.py")}
    assert own <= set(chosen(str(module)))


def test_rooms_that_import_the_change_follow_its_own_room() -> None:
    files = chosen("src/staffetta/contacts/phones/phone.py")
    own = [place for place, file in enumerate(files) if file.startswith("tests/contacts/")]
    importing = [place for place, file in enumerate(files) if file.startswith("tests/sync/")]
    assert importing
    assert max(own[:10]) < min(importing)


def test_a_room_that_all_others_import_brings_its_own_tests_only_and_says_so() -> None:
    selection = quick.select([Path("src/staffetta/work/lease.py")], WITHOUT_LIMIT)
    assert {file.parts[1] for file in selection.files} == {"work", "structure"}
    assert any("rooms that import work" in line for line in selection.left_out)


def test_what_the_budget_does_not_allow_is_named() -> None:
    whole = quick.select([Path("src/staffetta/contacts/phones/phone.py")], WITHOUT_LIMIT)
    short = quick.select([Path("src/staffetta/contacts/phones/phone.py")], 5.0)
    left_out = {line.partition(":")[0] for line in short.left_out}
    assert short.files
    assert {str(file) for file in whole.files} == {str(file) for file in short.files} | left_out


def test_a_changed_test_is_chosen_itself() -> None:
    assert chosen("tests/api/test_send.py")[0] == "tests/api/test_send.py"


def test_browser_and_crash_tests_are_never_chosen() -> None:
    everything = chosen("src/staffetta/contacts/models.py")
    assert not [file for file in everything if file.startswith(quick.SLOW_FOLDERS)]


def test_a_change_of_words_alone_needs_no_tests() -> None:
    assert chosen("README.md") == []
