"""The frame of the command line: statuses, languages, and who hears what."""

import argparse
import json

import pytest

from staffetta.cli import main as command_line
from staffetta.cli.execute import run
from staffetta.cli.output import emit, fail, table
from tests.processes import installation


def test_a_wrong_command_line_ends_with_2(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        command_line.main(["nonsense"])
    assert ended.value.code == 2
    assert capsys.readouterr().out == ""


def test_every_command_says_what_it_is_for(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        command_line.main(["--help"])
    assert ended.value.code == 0
    said = capsys.readouterr().out
    for noun in ("run", "worker", "backup", "restore", "channels", "templates", "contacts", "communications"):
        assert f"    {noun}" in said


def test_a_refusal_ends_with_1_and_is_told_on_standard_error(capsys: pytest.CaptureFixture[str]) -> None:
    def refuse(_args: argparse.Namespace) -> int:
        fail("No.")

    assert run(refuse, argparse.Namespace(raw=True)) == 1
    heard = capsys.readouterr()
    assert (heard.out, heard.err) == ("", "No.\n")


def test_with_json_standard_output_is_json_and_nothing_else(capsys: pytest.CaptureFixture[str]) -> None:
    emit(argparse.Namespace(json=True), [{"name": "Città"}], "for people")
    assert json.loads(capsys.readouterr().out) == [{"name": "Città"}]


def test_without_json_people_read_text(capsys: pytest.CaptureFixture[str]) -> None:
    emit(argparse.Namespace(json=False), [], lambda: "for people")
    assert capsys.readouterr().out == "for people\n"


def test_a_table_has_aligned_columns() -> None:
    assert table(["a", "long"], [["wide one", 1], ["b", 22]]) == "a         long\nwide one  1\nb         22"


def test_a_database_that_does_not_answer_is_told_in_words() -> None:
    with installation(empty=True, STAFFETTA_DATABASE_URL="postgresql://nobody@127.0.0.1:9/none") as staffetta:
        done = staffetta.command("worker")
    assert done.returncode == 1
    assert "cannot be used" in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize(
    ("variable", "value"),
    [
        ("STAFFETTA_SEND_PACE", "quick"),
        ("STAFFETTA_TIME_ZONE", "Europe/Nowhere"),
        ("STAFFETTA_DATABASE_URL", "mysql://x"),
    ],
)
def test_a_setting_that_cannot_be_used_is_told_in_one_line(variable: str, value: str) -> None:
    with installation(empty=True, **{variable: value}) as staffetta:
        done = staffetta.command("backup", "x")
    assert done.returncode == 1
    assert value.removesuffix("://x") in done.stderr or variable in done.stderr
    assert done.stderr.count("\n") == 1


def test_it_speaks_italian_unless_told_otherwise() -> None:
    with installation(empty=True, STAFFETTA_LANGUAGE="") as staffetta:
        assert "scrive tutto in un file" in staffetta.ok("--help")
