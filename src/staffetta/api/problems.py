"""Errors of the API as RFC 9457 writes them (messaging-rules 4.3): stable `code`, worded `title` and `detail`."""

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from django.http import HttpRequest, JsonResponse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

CONTENT_TYPE = "application/problem+json"
Text = str | Promise


@dataclass(frozen=True, slots=True)
class Fault:
    """One member of the request that is at fault. `pointer` is a JSON pointer into the body, "#/values/order"."""

    pointer: str
    detail: Text
    code: str


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of error: its HTTP status and the title that never changes."""

    status: int
    title: Text


KINDS: Mapping[str, Kind] = {
    "token_missing": Kind(401, _("No access token")),
    "token_refused": Kind(401, _("Access token not accepted")),
    "message_not_allowed": Kind(403, _("Not for this access token")),
    "address_unknown": Kind(404, _("Nothing at this address")),
    "transactional_message_unknown": Kind(404, _("Transactional message unknown")),
    "delivery_unknown": Kind(404, _("Message unknown")),
    "not_waiting": Kind(409, _("The message does not wait any more")),
    "method_not_allowed": Kind(405, _("Method not allowed")),
    "body_not_json": Kind(400, _("The body is not JSON")),
    "body_too_large": Kind(413, _("The body is too large")),
    "body_too_slow": Kind(408, _("The body did not come in time")),
    "idempotency_key_missing": Kind(400, _("Idempotency-Key missing")),
    "idempotency_key_invalid": Kind(400, _("Idempotency-Key not valid")),
    "idempotency_key_reused": Kind(422, _("Idempotency-Key used for another request")),
    "request_in_progress": Kind(409, _("The same request is in progress")),
    "request_invalid": Kind(422, _("Request not valid")),
    "recipient_invalid": Kind(422, _("Phone number not valid")),
    "recipient_unknown": Kind(422, _("Recipient unknown")),
    "recipient_merged": Kind(422, _("Former number of a contact")),
    "value_missing": Kind(422, _("Value missing")),
    "value_unknown": Kind(422, _("Value unknown")),
    "value_too_long": Kind(422, _("Text too long")),
    "value_not_a_code": Kind(422, _("No one-time code")),
    "value_not_an_address": Kind(422, _("No address of a file")),
    "opted_out": Kind(422, _("The person opted out")),
    "message_off": Kind(422, _("Transactional message off")),
    "message_incomplete": Kind(422, _("Transactional message incomplete")),
    "not_sendable": Kind(422, _("This person may not be written to")),
    "held": Kind(422, _("Transactional message held")),
    "channel_unusable": Kind(503, _("Channel not usable")),
    "database_busy": Kind(503, _("Too busy")),
    "database_unusable": Kind(503, _("Not possible at the moment")),
    "overloaded": Kind(503, _("Too busy")),
    "internal": Kind(500, _("Internal error")),
}


class Problem(Exception):
    """A call that is refused. `kind` is a key of KINDS; `code` says more precisely why and is `kind` by default.

    `more` are members of this kind of problem alone (RFC 9457, extension members).
    """

    def __init__(
        self,
        kind: str,
        detail: Text,
        *,
        code: str = "",
        faults: Sequence[Fault] = (),
        retry_after: int | None = None,
        more: Mapping[str, str] = {},
    ) -> None:
        super().__init__(code or kind)
        self.kind = KINDS[kind]
        self.code = code or kind
        self.detail = detail
        self.faults = tuple(faults)
        self.retry_after = retry_after
        self.more = more


def answer(request: HttpRequest, problem: Problem, request_id: uuid.UUID) -> JsonResponse:
    """Return the problem in the language of the call. Neither numbers nor values are in it, only where they lie."""
    body: dict[str, object] = {
        "type": f"urn:staffetta:problem:{problem.code}",
        "title": str(problem.kind.title),
        "status": problem.kind.status,
        "detail": str(problem.detail),
        "instance": request.path,
        "code": problem.code,
        "request_id": str(request_id),
        **problem.more,
    }
    if problem.faults:
        body["errors"] = [
            {"pointer": fault.pointer, "detail": str(fault.detail), "code": fault.code} for fault in problem.faults
        ]
    response = JsonResponse(body, status=problem.kind.status, content_type=CONTENT_TYPE)
    response.headers["X-Request-ID"] = str(request_id)
    if problem.kind.status == 401:
        response.headers["WWW-Authenticate"] = 'Bearer realm="Staffetta"'
    if problem.retry_after is not None:
        response.headers["Retry-After"] = str(problem.retry_after)
    return response
