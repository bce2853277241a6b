"""Keep refused calls for the call log: who asked what, and which answer they got."""

import uuid
from datetime import timedelta

from django.http import HttpRequest

from staffetta.accounts.models import AccessToken
from staffetta.api.models import ApiCall
from staffetta.api.problems import Problem
from staffetta.communications.models import TransactionalMessage
from staffetta.text import storable
from staffetta.work.clock import now

KEPT = timedelta(days=30)


def log_call(request: HttpRequest, problem: Problem, request_id: uuid.UUID) -> None:
    """Keep one refused call of a known caller; what strangers try is not kept, so that they cannot fill the table."""
    token = getattr(request, "auth", None)
    if not isinstance(token, AccessToken):
        return
    message = getattr(request, "transactional", None)
    ApiCall.objects.create(
        request_id=request_id,
        token=token,
        token_name=token.name,
        transactional=message if isinstance(message, TransactionalMessage) else None,
        method=storable(request.method or "", 8),
        path=storable(request.path, 300),
        status=problem.kind.status,
        code=problem.code,
        pointers=[storable(fault.pointer, 500) for fault in problem.faults][:20],
    )


def prune() -> int:
    """Forget calls older than 30 days; returns how many."""
    return ApiCall.objects.filter(at__lt=now() - KEPT).delete()[0]
