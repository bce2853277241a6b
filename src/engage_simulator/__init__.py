"""Sinch Engage in a box: an independent ASGI app that answers as the provider does and keeps a ledger of it."""
