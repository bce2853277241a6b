"""The front page for people: which channels there are, with which keys, and what was accepted."""

from __future__ import annotations

from html import escape

from starlette.responses import HTMLResponse, Response

from engage_simulator.world import Channel

from .route import Entry, Order

STYLE = """
body { font: 16px/1.5 system-ui, sans-serif; margin: 2rem auto; max-width: 70rem; padding: 0 1rem }
:root { color-scheme: light dark } table { border-collapse: collapse; width: 100% } code { overflow-wrap: anywhere }
th, td { text-align: left; padding: .4rem .8rem .4rem 0; border-bottom: 1px solid #8884; vertical-align: top }
"""
PAGE = """<!DOCTYPE html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>Engage simulator</title><style>{style}</style></head><body>
<h1>Engage simulator</h1>
<p>Sinch Engage in a box. Nothing leaves this machine; {accepted} sends accepted so far.</p>
<table><thead><tr><th>Channel</th><th>ID</th><th>Platform</th><th>Customers</th><th>Templates</th><th>API Key</th>
</tr></thead><tbody>{rows}</tbody></table>
<p><a href="/_control/ledger.csv">Ledger (CSV)</a> · <a href="/_control/ledger/summary">summary</a> ·
<a href="/_control/requests">requests seen</a> · <a href="/_control/faults">faults</a> ·
<a href="/_control/world">world</a></p></body></html>"""


def front_page(order: Order) -> Response:
    rows = "".join(map(_row, order.simulator.world.channels.values()))
    return HTMLResponse(PAGE.format(style=STYLE, accepted=len(order.simulator.ledger.rows), rows=rows))


def _row(channel: Channel) -> str:
    cells = (channel.name, channel.id, channel.messenger, len(channel.customers), len(channel.templates))
    text = "".join(f"<td>{escape(str(cell))}</td>" for cell in cells)
    key = f"<code>{escape(channel.apikey)}</code>" if channel.apikey else "revoked"
    return f"<tr>{text}<td>{key}</td></tr>"


ENTRIES: list[Entry] = [("GET", "/", front_page)]
