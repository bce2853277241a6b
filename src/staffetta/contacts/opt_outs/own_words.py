"""An installation's own words and exceptions, beside the lists that Staffetta brings.

They hold for replies that come in from then on. Narrowing them never lifts a No that was recorded, and never makes a
reply that was stored as an opt-out something else.
"""

from django.db import transaction

from staffetta import text as texts
from staffetta.accounts import audit
from staffetta.accounts.models import User
from staffetta.contacts.opt_outs.match import Outcome, Phrase, Verdict, Vocabulary, judge, words_of
from staffetta.contacts.opt_outs.models import OptOutWord
from staffetta.contacts.opt_outs.word_lists import built_in, never_excepted

OWN = "own"
MOST, MOST_SIGNS, MOST_WORDS = 500, 100, 12


class Unusable(Exception):
    """The word cannot be taken; `code` says why (wording.py)."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


def vocabulary() -> Vocabulary:
    """Return the words that count now: the lists with this installation's own; one query."""
    rows = OptOutWord.objects.values_list("text", "outcome")
    return built_in().with_own(Phrase(text, Outcome(outcome), OWN) for text, outcome in rows)


def try_text(text: str) -> Verdict:
    """Say what a reply with this text would be."""
    return judge(text, vocabulary())


def add(text: str, outcome: Outcome, by: User | None) -> OptOutWord:
    """Keep a word; with NOTHING it is an exception. Said again it gets the new outcome. Raises Unusable."""
    text = " ".join(texts.value(text).split())
    words = words_of(text)
    if not words:
        raise Unusable("no_words")
    if len(text) > MOST_SIGNS or len(words) > MOST_WORDS:
        raise Unusable("too_long")
    if outcome is not Outcome.ALL and words in never_excepted():
        raise Unusable("always_a_stop")
    folded = " ".join(words)
    if not OptOutWord.objects.filter(folded=folded).exists() and OptOutWord.objects.count() >= MOST:
        raise Unusable("too_many")
    with transaction.atomic():
        told = {"text": text, "outcome": outcome.value, "by_name": str(by or "")}
        row, _made = OptOutWord.objects.update_or_create(folded=folded[:200], defaults=told)
        audit.record(by, "opt_out_word_added", row, outcome=outcome.value or "exception")
    return row


def remove(row: OptOutWord, by: User | None) -> None:
    """Forget a word of one's own; what was recorded because of it stays."""
    with transaction.atomic():
        audit.record(by, "opt_out_word_removed", row, outcome=row.outcome or "exception")
        row.delete()


def find(text: str) -> OptOutWord | None:
    """Return one's own word with this text, however it is written."""
    return OptOutWord.objects.filter(folded=" ".join(words_of(text))[:200]).first()
