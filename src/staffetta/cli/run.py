"""`staffetta run`: the whole platform under one command."""

import argparse
from pathlib import Path

from django.conf import settings
from django.utils.translation import gettext as _

from staffetta.accounts import setup
from staffetta.cli.output import fail, say
from staffetta.config import checks
from staffetta.work import running
from staffetta.work.database import schema
from staffetta.work.run import PortTaken, run


def run_platform(args: argparse.Namespace) -> int:
    try:
        for warning in checks.refuse_or_warn():
            say(warning)
        # Whitenoise wants the folder, though the pages' files come from the packages.
        Path(settings.STATIC_ROOT).mkdir(parents=True, exist_ok=True)
        with running.shared():
            if schema.bring_up_to_date():
                say(_("The database is up to date."))
            return run(args.host, args.port, greet)
    except checks.NotReady as reason:
        fail(str(reason))
    except PortTaken as taken:
        what = {"host": args.host, "port": args.port, "reason": taken}
        fail(_("Cannot listen on %(host)s, port %(port)s: %(reason)s. Choose another one with --port.") % what)


def greet(address: str) -> None:
    """Say where the pages are and, while nobody administers the platform, the link that makes the first one."""
    address = settings.PUBLIC_URL or address
    path = setup.link()
    say(_("Staffetta answers at %(address)s") % {"address": address})
    if path:
        say(
            _("Create the administrator with this link (it works once, for a day): %(link)s") % {"link": address + path}
        )
