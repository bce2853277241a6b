"""`staffetta channels opt-outs`: the sources of who stopped, their ages, and what an administrator allowed."""

import argparse
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

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
    allowed = {True: _("allowed"), False: _("not allowed")}
    told = (
        (_("Conversations"), _("not to be had") if mark.absent else friendly(mark.at)),
        (_("All customers"), friendly(mark.customers_at)),
        (_("Look-up of the people of a start"), friendly(looked_up)),
        (_("Starts without conversations"), allowed[ages.allowed.stopped_alone]),
        (_("Starts on older readings"), allowed[ages.allowed.older]),
    )
    return [f"{name}: {value}" for name, value in told]


def _iso(when: datetime | None) -> str | None:
    return when.isoformat() if when else None
