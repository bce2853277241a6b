"""The call that sends a transactional message, written out for whoever has to program it."""

import json

from staffetta.communications.mapping import SourceKind, read_mapping
from staffetta.communications.models import TransactionalMessage


def example_call(message: TransactionalMessage, base: str) -> str:
    """Return a curl command that works once the token is put in; values are the template's own examples."""
    body = {"recipient": {"phone": "+393331234567"}, "values": example_values(message)}
    return (
        f"curl -X POST {base}/transactional-messages/{message.name}/send \\\n"
        '  -H "Authorization: Bearer $STAFFETTA_TOKEN" \\\n'
        '  -H "Content-Type: application/json" \\\n'
        '  -H "Idempotency-Key: $(uuidgen)" \\\n'
        f"  -d '{_quoted(json.dumps(body, ensure_ascii=False))}'"
    )


def example_values(message: TransactionalMessage) -> dict[str, str]:
    """Return one value per name: the example of the variable it fills, else a plain word."""
    examples = {v["key"]: v.get("example", "") for v in (message.variant.variables if message.variant else [])}
    filled = {
        source.name: examples.get(key, "")
        for key, source in read_mapping(message.mapping).items()
        if source.kind == SourceKind.VALUE
    }
    return {name: filled.get(name) or "…" for name in message.parameters}


def _quoted(text: str) -> str:
    return text.replace("'", "'\\''")
