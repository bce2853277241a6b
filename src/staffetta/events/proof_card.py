"""What a Channel home shows of the proof that a STOP is known."""

from dataclasses import dataclass

from staffetta.channels.models import Channel
from staffetta.events.forms import TestNumberForm
from staffetta.events.models import StopProof
from staffetta.events.proof_words import LINKS, Link, broken_words, remedy_of


@dataclass(frozen=True, slots=True)
class Step:
    """One link as it is shown: "good", "broken", or "" where the last proof did not come so far."""

    link: Link
    outcome: str


@dataclass(frozen=True, slots=True)
class Card:
    """`proof` is None without a test number; `what` and `remedy` are empty when all links held."""

    form: TestNumberForm
    proof: StopProof | None = None
    steps: tuple[Step, ...] = ()
    what: str = ""
    remedy: str = ""


def card(channel: Channel, form: TestNumberForm | None = None) -> Card | None:
    """Return the card of a channel; None where the proof is not offered."""
    if not channel.is_whatsapp:
        return None
    proof: StopProof | None = getattr(channel, "stop_proof", None)
    form = form or TestNumberForm(initial={"number": proof.number if proof else ""})
    if proof is None:
        return Card(form, steps=_steps("", tried=False))
    broken = proof.broken
    said = (broken_words(broken, proof.detail), remedy_of(broken)) if broken else ("", "")
    return Card(form, proof, _steps(broken, tried=proof.at is not None), *said)


def _steps(broken: str, *, tried: bool) -> tuple[Step, ...]:
    codes, reached = list(LINKS), tried
    steps = []
    for code in codes:
        if code == broken:
            steps.append(Step(LINKS[code], "broken"))
            reached = False
        else:
            steps.append(Step(LINKS[code], "good" if reached and LINKS[code].real else ""))
    return tuple(steps)
