"""The API's own document (OpenAPI), with what the framework does not say by itself."""

from collections.abc import Iterator
from typing import Any

from ninja import NinjaAPI
from ninja.openapi.schema import OpenAPISchema

from staffetta.api.idempotency import LONGEST_KEY
from staffetta.api.problems import CONTENT_TYPE

METHODS = frozenset({"get", "post", "put", "patch", "delete"})
KEY: dict[str, Any] = {
    "name": "Idempotency-Key",
    "in": "header",
    "required": True,
    "description": "A value of your own, a new one for every message: visible ASCII characters, no spaces.",
    "schema": {
        "type": "string",
        "minLength": 1,
        "maxLength": LONGEST_KEY,
        # Two quotation marks alone are a quoted key of no length.
        "pattern": rf'^(?!""$)[!-~]{{1,{LONGEST_KEY}}}$',
        "examples": ["order-A-1042"],
    },
}
KEY_AS_READ = "idempotency_key"


class DocumentedAPI(NinjaAPI):
    """Calls the key by its header's name and requires it; errors are problems (RFC 9457)."""

    def get_openapi_schema(self, *args: Any, **kwargs: Any) -> OpenAPISchema:
        schema = super().get_openapi_schema(*args, **kwargs)
        for operation in _operations(schema):
            operation["parameters"] = [
                KEY if parameter["name"] == KEY_AS_READ else parameter for parameter in operation.get("parameters", [])
            ]
            for status, answer in operation["responses"].items():
                if int(status) >= 400 and "application/json" in answer.get("content", {}):
                    answer["content"] = {CONTENT_TYPE: answer["content"]["application/json"]}
        return schema


def _operations(schema: OpenAPISchema) -> Iterator[dict[str, Any]]:
    for path in schema["paths"].values():
        yield from (operation for method, operation in path.items() if method in METHODS)
