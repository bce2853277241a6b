"""The pages of this room."""

from staffetta.channels.views.calls import call, calls
from staffetta.channels.views.connecting import connect, connect_row
from staffetta.channels.views.going import disconnect, reset
from staffetta.channels.views.guides import guide
from staffetta.channels.views.hand import enter_template, import_templates
from staffetta.channels.views.home import choose_platform, fields, home, home_live
from staffetta.channels.views.overview import browse, live
from staffetta.channels.views.pacing import pace
from staffetta.channels.views.refreshing import dismiss, refresh_all, refresh_one
from staffetta.channels.views.sources import sources
from staffetta.channels.views.switching import switch_all, switch_one
from staffetta.channels.views.whatsapp import templates

__all__ = [
    "browse",
    "call",
    "calls",
    "choose_platform",
    "connect",
    "connect_row",
    "disconnect",
    "dismiss",
    "enter_template",
    "fields",
    "guide",
    "home",
    "home_live",
    "import_templates",
    "live",
    "pace",
    "refresh_all",
    "refresh_one",
    "reset",
    "sources",
    "switch_all",
    "switch_one",
    "templates",
]
