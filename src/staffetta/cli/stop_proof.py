"""`staffetta channels test-number` and `prove-stop`: the proof that a STOP is known on a channel."""

import argparse

from django.utils.translation import gettext as _

from staffetta.channels.models import Channel
from staffetta.cli.channels import channel_of
from staffetta.cli.output import emit, fail
from staffetta.contacts.phones.phone import NotAPhone
from staffetta.events.models import StopProof
from staffetta.events.proof_words import LINKS, REFUSALS, broken_words, remedy_of
from staffetta.events.prove_stop import CannotProve, prove, set_number


def test_number(args: argparse.Namespace) -> int:
    """Set or remove the test number of a channel; without either, print it."""
    channel = channel_of(args.id)
    if args.number or args.remove:
        try:
            set_number(channel, "" if args.remove else args.number)
        except (NotAPhone, CannotProve) as error:
            fail(str(REFUSALS[error.code]))
    proof = StopProof.objects.filter(channel=channel).first()
    words = {"channel": channel, "number": proof.number if proof else ""}
    said = _("%(channel)s: test number %(number)s.") if proof else _("%(channel)s: no test number.")
    emit(args, {"id": channel.provider_id, "test_number": words["number"] or None}, lambda: said % words)
    return 0


def prove_stop(args: argparse.Namespace) -> int:
    """Prove now; 1 if a link is broken."""
    channel = channel_of(args.id)
    try:
        proof = prove(channel, asked=True)
    except CannotProve as error:
        fail(str(REFUSALS[error.code]))
    emit(args, _described(channel, proof), lambda: _told(channel, proof))
    return 1 if proof.broken else 0


def _described(channel: Channel, proof: StopProof) -> dict[str, object]:
    return {
        "id": channel.provider_id,
        "test_number": proof.number,
        "at": proof.at,
        "works": not proof.broken,
        "broken": proof.broken or None,
        "last_worked_at": proof.good_at,
        "real": [code for code, link in LINKS.items() if link.real],
        "simulated": [code for code, link in LINKS.items() if not link.real],
    }


def _told(channel: Channel, proof: StopProof) -> str:
    if proof.broken:
        said = _("%(channel)s: a STOP would not be known.") % {"channel": channel}
        return f"{said} {broken_words(proof.broken, proof.detail)} {remedy_of(proof.broken)}"
    how = {True: _("for real"), False: _("simulated")}
    steps = (f"  {link.what} ({how[link.real]})" for link in LINKS.values())
    return "\n".join([_("%(channel)s: a STOP is known.") % {"channel": channel}, *steps])
