"""Which connectors there are: kind to class, loaded on first use."""

from importlib import import_module

from staffetta.connectors.contract import Connector

KINDS: dict[str, tuple[str, str]] = {
    "engage": ("staffetta.connectors.engage.connector", "EngageConnector"),
}


def connector_class(kind: str) -> type[Connector]:
    """Return the connector of a kind. Raises LookupError for a kind that does not exist."""
    try:
        module, name = KINDS[kind]
    except KeyError:
        raise LookupError(f"no connector of kind {kind!r}; there are: {', '.join(sorted(KINDS))}") from None
    found: type[Connector] = getattr(import_module(module), name)
    return found
