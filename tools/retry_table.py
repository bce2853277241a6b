"""Write docs/reference/retry.md from the retry table of the code: `python -m tools.retry_table`."""

import os
from pathlib import Path
from typing import TYPE_CHECKING

import django
from django.utils import translation

if TYPE_CHECKING:
    from staffetta.deliveries.retry_words import Line

PAGE = Path(__file__).resolve().parents[1] / "docs" / "reference" / "retry.md"
HEAD = """# What happens to a message when …

The table the product acts by (`deliveries/ledger/retry_table.py`), the same as on the page of this name. What Sinch
Engage answers is put into one of these rows by the connector (`connectors/engage/README.md`); its own code and words
are kept beside the message and decide nothing.

- Nothing is ever sent twice by itself. Every attempt is a row of its own, shown on the page of the message.
- A limit of the provider never counts as an attempt and never fails a person: the channel halves its pace and the
  number of requests under way, waits as long as it was told, and recovers by an eighth of its pace every five seconds,
  whichever worker goes on.
- What fails too often stops by itself with an incident: a **channel** pauses and one message tries it again (after 5
  seconds, then twice as long each time, 10 minutes at most); a **template** and a **communication** hold their messages
  until a person resumes.
- A transactional message may carry a time after which it is useless: then it is *not sent*, whatever the next attempt's
  time. Expiry beats every retry.
- Waits are spread by chance, so that what failed together does not come back together.

"""
COLUMNS = ("when", "code", "class", "the message", "next attempt", "recipient", "template", "communication", "channel",
           "what to do", "who acts")  # fmt: skip


def page() -> str:
    """Return the whole page, in English."""
    from staffetta.deliveries.retry_words import lines

    with translation.override("en"):
        rows = [COLUMNS, ["---"] * len(COLUMNS), *(_cells(row) for row in lines())]
        return HEAD + "".join(f"| {' | '.join(cells)} |\n" for cells in rows)


def _cells(row: "Line") -> list[str]:
    message = (row.when, f"`{row.code}`", row.kind, row.message, row.retry)
    around = (row.recipient, row.template, row.communication, row.channel)
    return [str(cell) or "–" for cell in (*message, *around, row.remedy, row.actor)]


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "staffetta.config.settings")
    django.setup()
    PAGE.write_text(page(), encoding="utf-8")


if __name__ == "__main__":
    main()
