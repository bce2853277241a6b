"""`staffetta opt-outs …`: replies that may be opt-outs, and the words by which opt-outs are known."""

import argparse

from django.utils.translation import gettext as _

from staffetta.cli.output import emit, fail, table
from staffetta.contacts.opt_outs import decide as decisions
from staffetta.contacts.opt_outs import own_words
from staffetta.contacts.opt_outs.match import Outcome
from staffetta.contacts.opt_outs.models import Decision, OptOutWord, PossibleOptOut
from staffetta.contacts.opt_outs.wording import outcome_words, verdict_words, why_unusable

EXCEPTION = "exception"


def list_replies(args: argparse.Namespace) -> int:
    rows = list(decisions.to_decide().select_related("contact").order_by("-pk")[: max(args.limit, 0)])
    headings = (_("Number"), _("Contact"), _("Reply"), _("When"), _("Channel"))
    lines = [(str(row.pk), str(row.contact), row.text, f"{row.at:%Y-%m-%d %H:%M}", row.channel_name) for row in rows]
    emit(args, [_described(row) for row in rows], lambda: table(headings, lines))
    return 0


def _described(row: PossibleOptOut) -> dict[str, object]:
    return {
        "id": row.pk,
        "contact": row.contact_id,
        "platform": row.platform,
        "channel": row.channel_name,
        "text": row.text,
        "at": row.at.isoformat(),
    }


def decide(args: argparse.Namespace) -> int:
    """Decide on all of the ids or, when one is not open, on none."""
    known = set(decisions.to_decide().filter(pk__in=args.ids).values_list("pk", flat=True))
    if missing := [str(each) for each in args.ids if each not in known]:
        fail(_("No replies to be decided on: %(ids)s") % {"ids": ", ".join(missing[:20])})
    rows = PossibleOptOut.objects.filter(pk__in=args.ids)
    people = decisions.decide(rows, Decision(args.decision), None)
    emit(args, {"people": people}, lambda: _("Decided for %(people)s people") % {"people": people})
    return 0


def try_text(args: argparse.Namespace) -> int:
    verdict = own_words.try_text(args.text)
    phrase = verdict.phrase.text if verdict.phrase else ""
    told = {"outcome": verdict.outcome.value or "none", "phrase": phrase, "whole": verdict.whole}
    emit(args, told, lambda: f"{_result(verdict.outcome)}. {verdict_words(verdict)}")
    return 0


def _result(outcome: Outcome) -> str:
    return outcome_words(outcome) if outcome else _("Not an opt-out")


def list_words(args: argparse.Namespace) -> int:
    rows = list(OptOutWord.objects.order_by("text"))
    told = [{"text": row.text, "as": row.outcome or EXCEPTION, "by": row.by_name} for row in rows]
    lines = [(row.text, outcome_words(Outcome(row.outcome))) for row in rows]
    emit(args, told, lambda: table((_("Words"), _("Counts as")), lines))
    return 0


def add_words(args: argparse.Namespace) -> int:
    try:
        row = own_words.add(args.text, Outcome.NOTHING if args.outcome == EXCEPTION else Outcome(args.outcome), None)
    except own_words.Unusable as problem:
        fail(why_unusable(problem.code))
    told = {"text": row.text, "as": row.outcome or EXCEPTION}
    emit(args, told, lambda: _("«%(text)s» counts from the next reply on.") % {"text": row.text})
    return 0


def remove_words(args: argparse.Namespace) -> int:
    row = own_words.find(args.text)
    if row is None:
        fail(_("These are none of your own words."))
    own_words.remove(row, None)
    emit(args, {"removed": row.text}, lambda: _("Removed: %(text)s") % {"text": row.text})
    return 0
