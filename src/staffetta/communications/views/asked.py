"""What every page here asks of a request."""

from django.http import HttpRequest
from django.shortcuts import get_object_or_404

from staffetta.accounts.models import User
from staffetta.communications.models import Communication, CommunicationState

RELATED = ("channel", "variant__template__channel", "audience_import", "audience_list", "started_by", "created_by")
LOOKS = {
    CommunicationState.DRAFT: ("secondary", "pencil"),
    CommunicationState.SCHEDULED: ("azure", "calendar-event"),
    CommunicationState.PLANNING: ("azure", "hourglass"),
    CommunicationState.RUNNING: ("azure", "send"),
    CommunicationState.PAUSED: ("yellow", "player-pause"),
    CommunicationState.HELD: ("red", "alert-triangle"),
    CommunicationState.STOPPED: ("yellow", "player-stop"),
    CommunicationState.DONE: ("green", "circle-check"),
}
"""State -> colour and icon of its badge."""


def person(request: HttpRequest) -> User:
    """Return who is logged in; every page here wants somebody."""
    assert isinstance(request.user, User)
    return request.user


def found(pk: int) -> Communication:
    """Return the communication with all a page shows of it, in one query; 404 when it is gone."""
    return get_object_or_404(Communication.objects.select_related(*RELATED), pk=pk)
