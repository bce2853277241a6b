"""docs/reference/retry.md is the retry table of the code, in words."""

from tools import retry_table


def test_the_page_is_what_the_table_says() -> None:
    told = retry_table.PAGE.read_text(encoding="utf-8")
    assert told == retry_table.page(), "run: .venv/bin/python -m tools.retry_table"
