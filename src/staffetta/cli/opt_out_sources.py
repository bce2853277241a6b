"""`staffetta channels opt-outs`: the sources of who stopped, their ages, and what an administrator allowed."""

import argparse
from datetime import datetime
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext as _

from staffetta.channels.wording import ON_OLDER_READINGS, WITHOUT_CONVERSATIONS
from staffetta.cli.channels import channel_of
from staffetta.cli.output import emit
from staffetta.events.ages import Ages, of_channel
from staffetta.events.allow import allow_sources
from staffetta.ui.templatetags.staffetta import friendly

ANSWERS = {"yes": True, "no": False, None: None}


def show(args: argparse.Namespace) -> int:
    """Decide what was asked for, then show the sources."""
    channel = channel_of(args.id)
    allow_sources(channel, None, stopped_alone=ANSWERS[args.stopped_alone], older=ANSWERS[args.older])
    ages = of_channel(channel)
    emit(args, _as_data(ages), lambda: "\n".join(_lines(ages)))
    return 0


def _as_data(ages: Ages) -> dict[str, Any]:
    mark = ages.mark
    return {
        "conversations_read_at": _iso(mark.at),
        "conversations_problem": mark.absent or mark.problem,
        "customers_read_at": _iso(mark.customers_at),
        "customers": mark.customers_number,
        "customers_problem": mark.customers_problem,
        "round": {"began_at": _iso(mark.round_began), "customers": mark.round_number, "ends_at": _iso(ages.ends_at)},
        "looked_up_at": _iso(ages.lookup.began) if ages.lookup else None,
        "stopped_alone": ages.allowed.stopped_alone,
        "older": ages.allowed.older,
    }


def _lines(ages: Ages) -> list[str]:
    mark, looked_up = ages.mark, ages.lookup.began if ages.lookup else None
    told = (
        (_("Conversations"), _("not to be had") if mark.absent else friendly(mark.at)),
        (_("All customers"), friendly(mark.customers_at)),
        (_("Look-up of the people of a start"), friendly(looked_up)),
        (_("Starts without conversations"), _allowed(ages.allowed.stopped_alone, WITHOUT_CONVERSATIONS)),
        (_("Starts on older readings"), _allowed(ages.allowed.older, ON_OLDER_READINGS)),
    )
    return [f"{name}: {value}" for name, value in told]


def _allowed(on: bool, consequence: Promise) -> str:
    """Say what was decided, with what it means."""
    return ". ".join([_("allowed"), str(consequence)]) if on else _("not allowed")


def _iso(when: datetime | None) -> str | None:
    return when.isoformat() if when else None
