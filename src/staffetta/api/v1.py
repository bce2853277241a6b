"""The public REST API, version 1: bearer tokens, problem+json, an Idempotency-Key for every send."""

import json
import logging
import uuid
from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.core.exceptions import RequestDataTooBig
from django.db import Error, InterfaceError, OperationalError
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from ninja import Header, Path
from ninja.errors import AuthenticationError, HttpError, ValidationError
from ninja.security import HttpBearer

from staffetta.accounts import tokens
from staffetta.accounts.access import View, open_to_anybody
from staffetta.accounts.models import AccessToken
from staffetta.api import idempotency, schemas
from staffetta.api.document import DocumentedAPI
from staffetta.api.log_call import log_call
from staffetta.api.problems import Fault, Problem, answer
from staffetta.api.read_body import StorableParser
from staffetta.api.read_faults import faults_of
from staffetta.api.send import find, send, usable_problem
from staffetta.api.unread import answers_all_unread, unread_problem
from staffetta.communications.models import TransactionalMessage
from staffetta.deliveries.ledger.reasons import words_of
from staffetta.deliveries.ledger.states import withdraw
from staffetta.deliveries.models import Delivery, DeliveryKind
from staffetta.work.database.databases import DISK, READ_ONLY, gave_no_answer, in_the_way

logger = logging.getLogger(__name__)
REFUSALS: dict[int, Any] = dict.fromkeys((400, 401, 403, 404, 408, 409, 413, 422, 500, 503), schemas.ProblemOut)


class Bearer(HttpBearer):
    """`Authorization: Bearer stf_…`; tokens are made in the interface, shown once, revocable."""

    def authenticate(self, request: HttpRequest, token: str) -> AccessToken:
        known = tokens.caller(token)
        if known is None:
            raise Problem(
                "token_refused",
                _("This access token is unknown, has expired or was revoked. Make a new one in Staffetta."),
            )
        _refuse_restrictions(request)
        return known


def _refuse_restrictions(request: HttpRequest) -> None:
    """No call takes a parameter in its address: one that was passed over would answer with more than was asked for."""
    if request.GET:
        detail = _("This call takes no parameters in its address.")
        faults = [Fault(f"#/query/{name}", str(detail), "unknown_parameter") for name in request.GET]
        raise Problem("request_invalid", detail, faults=faults)


api = DocumentedAPI(
    title="Staffetta",
    version="1",
    description="Transactional messages and the state of every message. Errors are RFC 9457 problems.",
    urls_namespace="api",
    docs_url=None,
    openapi_url="/openapi.json",
    auth=Bearer(),
    parser=StorableParser(),
)


@api.post(
    "/transactional-messages/{name}/send",
    response={202: schemas.Accepted, **REFUSALS},
    summary="Send one message to one person",
    tags=["Transactional messages"],
)
def send_message(
    request: HttpRequest,
    name: Path[schemas.MessageName],
    payload: schemas.SendIn,
    idempotency_key: Header[str | None] = None,
) -> HttpResponse:
    """The same `Idempotency-Key` with the same body answers the same for 24 hours and sends once.

    Such a repeated answer carries the header `Idempotent-Replayed: true`.
    """
    message = find(name)
    request.transactional = message  # type: ignore[attr-defined]  # for the call log
    caller: AccessToken = request.auth  # type: ignore[attr-defined]  # what Bearer.authenticate returned
    if not caller.is_for(message.name):
        raise Problem("message_not_allowed", _("This access token is for other transactional messages."))
    key = idempotency.read_key(idempotency_key)
    asked = idempotency.Asked(
        caller=caller,
        endpoint=f"transactional-messages/{name}/send",
        key=key,
        digest=idempotency.digest(json.loads(request.body, parse_float=str)),  # 12.50 is sent as it is written
    )

    def act() -> tuple[int, idempotency.Answer]:
        delivery = send(message, payload, caller)
        return 202, {"id": str(delivery.public_id), "state": delivery.state}

    answered = idempotency.once(asked, act)
    response = JsonResponse(answered.body, status=answered.status)
    response.headers["Location"] = request.build_absolute_uri(f"/api/v1/deliveries/{answered.body['id']}")
    if answered.replayed:
        response.headers["Idempotent-Replayed"] = "true"
    return response


@api.get(
    "/transactional-messages",
    response={200: list[schemas.TransactionalOut], **REFUSALS},
    summary="List the transactional messages",
    tags=["Transactional messages"],
)
def list_messages(request: HttpRequest) -> list[dict[str, Any]]:
    """All of them, by name, with the reason why a call would be refused now."""
    caller: AccessToken = request.auth  # type: ignore[attr-defined]  # what Bearer.authenticate returned
    rows = TransactionalMessage.objects.select_related("channel", "variant__template__channel").order_by("name")
    return [_message(row) for row in rows if caller.is_for(row.name)]


@api.get(
    "/deliveries/{uuid:delivery_id}",
    response={200: schemas.DeliveryOut, **REFUSALS},
    summary="The state of one message",
    tags=["Messages"],
)
def show_delivery(request: HttpRequest, delivery_id: UUID) -> dict[str, Any]:
    """With Sinch Engage a message ends as `sent`: delivered and read cannot be known."""
    return _delivery(_find(request, delivery_id))


@api.post(
    "/deliveries/{uuid:delivery_id}/cancel",
    response={200: schemas.DeliveryOut, **REFUSALS},
    summary="Take a transactional message back while it waits",
    tags=["Messages"],
)
def cancel_delivery(request: HttpRequest, delivery_id: UUID) -> dict[str, Any]:
    """Asked again, it answers the same. What is under way or settled stays as it is: 409."""
    row = _find(request, delivery_id)
    if row.kind != DeliveryKind.TRANSACTIONAL:
        raise Problem("delivery_unknown", _("No transactional message has this id."))
    withdraw([row.pk])
    row = _find(request, delivery_id)
    if row.reason != "withdrawn":
        raise Problem("not_waiting", _("It has left already, or was settled otherwise: ask for its state."))
    return _delivery(row)


@api.api_operation(["GET", "POST", "PUT", "PATCH", "DELETE"], "/{path:rest}", auth=None, include_in_schema=False)
def nothing_here(request: HttpRequest, rest: str) -> HttpResponse:
    """Whatever else is asked for: an error a program can read."""
    del request, rest
    raise Problem("address_unknown", _("The API has nothing at this address: look at /api/v1/openapi.json."))


def _message(row: TransactionalMessage) -> dict[str, Any]:
    return {
        "name": row.name,
        "channel": {"id": row.channel.provider_id if row.channel else None, "name": row.channel_name},
        "template": row.template_name,
        "language": row.template_language,
        "values": row.parameters,
        "enabled": row.enabled,
        "creates_contacts": row.creates_contacts,
        "problem": usable_problem(row),
    }


def _find(request: HttpRequest, delivery_id: UUID) -> Delivery:
    caller: AccessToken = request.auth  # type: ignore[attr-defined]  # what Bearer.authenticate returned
    row = Delivery.objects.select_related("transactional", "communication").filter(public_id=delivery_id).first()
    if row is None or not caller.is_for(row.transactional.name if row.transactional else ""):
        raise Problem("delivery_unknown", _("No message has this id."))
    return row


def _delivery(row: Delivery) -> dict[str, Any]:
    source = row.transactional or row.communication
    return {
        "id": row.public_id,
        "kind": row.kind,
        "name": source.name if source else "",
        "state": row.state,
        "reason": row.reason or None,
        "detail": str(words_of(row.reason).what) if row.reason else None,
        "provider_code": row.provider_code or None,
        "created_at": row.created_at,
        "settled_at": row.settled_at,
    }


@api.exception_handler(Problem)
def on_problem(request: HttpRequest, problem: Problem) -> HttpResponse:
    request_id = uuid.uuid4()
    log_call(request, problem, request_id)
    return answer(request, problem, request_id)


@api.exception_handler(AuthenticationError)
def on_no_token(request: HttpRequest, _error: AuthenticationError) -> HttpResponse:
    return on_problem(
        request, Problem("token_missing", _("Send the header Authorization: Bearer, followed by an access token."))
    )


@api.exception_handler(ValidationError)
def on_invalid(request: HttpRequest, error: ValidationError) -> HttpResponse:
    faults = faults_of(error.errors)
    return on_problem(request, Problem("request_invalid", _("The request is not as the API wants it."), faults=faults))


@api.exception_handler(HttpError)
def on_unreadable(request: HttpRequest, error: HttpError) -> HttpResponse:
    if isinstance(error.__cause__, Problem):  # what the parser of the body found
        return on_problem(request, error.__cause__)
    if error.status_code != 400:
        raise error
    return on_problem(request, Problem("body_not_json", _("The body must be a JSON object.")))


@api.exception_handler(RequestDataTooBig)
def on_too_big(request: HttpRequest, _error: RequestDataTooBig) -> HttpResponse:
    return on_problem(request, Problem("body_too_large", _("The body is larger than the API takes.")))


@api.exception_handler(Http404)
def on_not_found(request: HttpRequest, _error: Http404) -> HttpResponse:
    return on_problem(request, Problem("address_unknown", _("The API has nothing at this address.")))


@api.exception_handler(InterfaceError)
@api.exception_handler(OperationalError)
def on_busy(request: HttpRequest, error: Error) -> HttpResponse:
    if not gave_no_answer(error):
        return on_fault(request, error)
    logger.warning("a call was refused because the database did not answer: %s", error)
    if in_the_way(error) in (DISK, READ_ONLY):
        detail = _("The database takes no changes at the moment. Tell whoever runs Staffetta, and send it again later.")
        return answer(request, Problem("database_unusable", detail, retry_after=60), uuid.uuid4())
    detail = _("The database did not answer in time. Send the same request again.")
    return answer(request, Problem("database_busy", detail, retry_after=1), uuid.uuid4())


@api.exception_handler(Exception)
def on_fault(request: HttpRequest, error: Exception) -> HttpResponse:
    """A programmer's mistake: the caller still gets an answer a program can read, the log gets the traceback."""
    request_id = uuid.uuid4()
    logger.error("call %s failed", request_id, exc_info=error)
    fault = Problem("internal", _("Something went wrong on our side. Tell whoever runs Staffetta the request_id."))
    return answer(request, fault, request_id)


def guarded(view: Callable[..., HttpResponse]) -> View:
    """Mark an address of the API as one that needs no login of a person, and word its 405 as a problem."""

    @never_cache
    def wrapped(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if unread := unread_problem(request):
            return on_problem(request, unread)
        if request.method == "HEAD":
            request.method = "GET"  # the server leaves the body out
        response = view(request, *args, **kwargs)
        if response.status_code != 405:
            return response
        refused = on_problem(request, Problem("method_not_allowed", _("This address does not offer this method.")))
        refused.headers["Allow"] = response.headers.get("Allow", "")
        return refused

    wrapped.csrf_exempt = True  # type: ignore[attr-defined]  # callers carry a token, never a cookie
    return open_to_anybody(answers_all_unread(wrapped))


def addresses() -> tuple[list[Any], str, str]:
    """Return the addresses for config/urls.py, in Django's form (patterns, app name, namespace)."""
    patterns, app_name, namespace = api.urls
    for pattern in patterns:
        assert pattern.callback is not None
        pattern.callback = guarded(pattern.callback)
    return patterns, app_name, namespace
