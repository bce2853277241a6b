"""`staffetta engage probe`: what a real account answers, as a proposal for the profile. GET only, no values shown."""

import argparse
from dataclasses import asdict

from django.utils.translation import gettext as _

from staffetta.channels.calls.gateway import connector_settings
from staffetta.channels.connection.connect import trimmed
from staffetta.channels.wording import problem_text
from staffetta.cli.channels import read_key
from staffetta.cli.output import emit, fail, table
from staffetta.connectors.engage.probe import Findings, probe
from staffetta.connectors.errors import ConnectorError
from staffetta.outbound import loop


def run_probe(args: argparse.Namespace) -> int:
    key = trimmed(read_key(args))
    if not key:
        fail(str(problem_text("empty_key")))
    try:
        findings = loop.run(probe(key, connector_settings({})))
    except ConnectorError as error:
        fail(f"{problem_text(error.code)} {error.provider_reason}".strip())
    except (ValueError, OSError) as error:
        fail(f"{problem_text('wrong_profile')} {error}")
    data = {"answers": [asdict(found) for found in findings.probed], "profile": findings.profile}
    emit(args, data, lambda: _text(findings))
    return 0


def _text(findings: Findings) -> str:
    headings = (_("Operation"), _("Path"), _("Status"), _("Rows"), _("Members"))
    rows = [
        (found.operation, found.path, found.status or found.error, found.rows or "–", " ".join(found.members))
        for found in findings.probed
    ]
    return f"{table(headings, rows)}\n\n{findings.profile}"
