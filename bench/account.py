"""The provider's account of the measurements: channels, their keys and the one template. Knows no Django."""

from typing import Any

BODY = "Ciao {{1}}, benvenuto."
COMPONENTS = [{"type": "BODY", "text": BODY}]
TEMPLATE = {
    "name": "saluto",
    "language": "it",
    "status": "approved",
    "category": "UTILITY",
    "components": COMPONENTS,
}


def key_of(channel: int) -> str:
    """Return the API Key of the channel with this number, from 0."""
    return f"0123456789abcdef0123456789abcdef_{31001 + channel}_00112233445566778899aabb"


def world(channels: int) -> dict[str, Any]:
    """Return the simulator's account with so many channels."""
    ids = [str(31001 + each) for each in range(channels)]
    rows = [
        {"id": each, "name": f"Prova {each}", "messenger": "WB", "number": f"3902000{each}", "apikey": key_of(number)}
        for number, each in enumerate(ids)
    ]
    return {"channels": rows, "templates": {each: [TEMPLATE] for each in ids}, "customers": {}}
