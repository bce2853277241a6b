"""What is in the way at the start is said in words, and not four times a second."""

import logging

import pytest
from django.db import OperationalError

from staffetta.work import run


@pytest.mark.parametrize(
    ("told", "words"),
    [
        ("attempt to write a readonly database", "cannot be written"),
        ("cannot execute INSERT in a read-only transaction", "cannot be written"),
        ("unable to open database file", "cannot be written"),
        ("FATAL: sorry, too many clients already", "no more connections"),
        ("remaining connection slots are reserved", "no more connections"),
        ("database is locked", "is busy"),
    ],
)
def test_what_keeps_the_platform_from_greeting_is_said_in_words_and_seldom(
    told: str, words: str, caplog: pytest.LogCaptureFixture
) -> None:
    def greet() -> None:
        raise OperationalError(told)

    greeting = run.Greeting(greet)
    with caplog.at_level(logging.WARNING):
        for _look in range(20):
            if greeting.due:
                greeting.give()
    assert len(caplog.records) == 1
    assert words in caplog.text
    assert told in caplog.text


def test_it_greets_once() -> None:
    greeted: list[int] = []
    greeting = run.Greeting(lambda: greeted.append(1))
    for _look in range(3):
        if greeting.due:
            greeting.give()
    assert greeted == [1]
