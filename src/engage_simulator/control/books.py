"""Control of what is written down: the ledger, the requests seen, and whether the simulator is well."""

from __future__ import annotations

import os
from collections.abc import AsyncIterator, Iterator
from itertools import islice

from starlette.responses import Response, StreamingResponse

from engage_simulator.template import Row

from .route import Entry, Order


def health(order: Order) -> Row:
    return {
        "status": "ok",
        "pid": os.getpid(),
        "accepted": len(order.simulator.ledger.rows),
        "held": len(order.simulator.held.rows()),
        "requests": order.simulator.seen.total,
    }


def show_ledger(order: Order) -> Row:
    """Rows oldest first: ?channel, ?template, ?after (a sequence number), ?limit (default 1000), ?offset."""
    entries = order.simulator.ledger.entries(**_chosen(order))
    offset = order.number("offset", 0)
    rows = list(islice(entries, offset, offset + order.number("limit", 1000)))
    return {"rows": rows, "total": len(order.simulator.ledger.rows)}


def summarise(order: Order) -> Row:
    """How many were accepted and who received more than one: ?channel, ?template, ?after."""
    return order.simulator.ledger.summary(**_chosen(order))


def download_csv(order: Order) -> Response:
    return StreamingResponse(_on_this_loop(order.simulator.ledger.as_csv()), media_type="text/csv; charset=utf-8")


def download_ndjson(order: Order) -> Response:
    return StreamingResponse(_on_this_loop(order.simulator.ledger.as_ndjson()), media_type="application/x-ndjson")


def clear_ledger(order: Order) -> Row:
    """Forget what was accepted; the histories of people lose it too."""
    cleared = len(order.simulator.ledger.rows)
    order.simulator.ledger.clear()
    return {"cleared": cleared}


def show_requests(order: Order) -> Row:
    """The last ?limit requests (default 100, at most 10,000 are kept), oldest first."""
    return {"total": order.simulator.seen.total, "requests": order.simulator.seen.last(order.number("limit", 100))}


def clear_requests(order: Order) -> Row:
    cleared = order.simulator.seen.total
    order.simulator.seen.clear()
    return {"cleared": cleared}


async def _on_this_loop(pieces: Iterator[str]) -> AsyncIterator[str]:
    """Starlette would run a plain generator in a thread, beside the loop that appends to the ledger."""
    for piece in pieces:
        yield piece


def _chosen(order: Order) -> Row:
    return {
        "channel": order.query.get("channel", ""),
        "template": order.query.get("template", ""),
        "after": order.number("after", 0),
    }


ENTRIES: list[Entry] = [
    ("GET", "/health", health),
    ("GET", "/ledger", show_ledger),
    ("GET", "/ledger/summary", summarise),
    ("GET", "/ledger.csv", download_csv),
    ("GET", "/ledger.ndjson", download_ndjson),
    ("POST", "/ledger/clear", clear_ledger),
    ("GET", "/requests", show_requests),
    ("POST", "/requests/clear", clear_requests),
]
