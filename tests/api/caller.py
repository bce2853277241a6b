"""Other software, as our API sees it."""

import json
from typing import Any

from django.test import Client

Response = Any
"""Django's test response, which types call HttpResponse, with `json()`."""


class Caller:
    """Calls with one access token, in Italian unless told otherwise."""

    def __init__(self, token: str, language: str = "it") -> None:
        self.client = Client(headers={"Authorization": f"Bearer {token}", "Accept-Language": language})

    def send(
        self, name: str = "order-confirmation", *, key: str | None = "k-1", body: Any = None, **more: Any
    ) -> Response:
        """Ask for one message; `more` are members of the body."""
        asked = {"recipient": {"phone": "+393330000000"}, "values": {"order": "A-1"}, **more} if body is None else body
        headers = {} if key is None else {"Idempotency-Key": key}
        text = asked if isinstance(asked, str) else json.dumps(asked)
        url = f"/api/v1/transactional-messages/{name}/send"
        return self.client.post(url, text, content_type="application/json", headers=headers)

    def get(self, path: str) -> Response:
        return self.client.get(f"/api/v1{path}")

    def post(self, path: str) -> Response:
        return self.client.post(f"/api/v1{path}")
