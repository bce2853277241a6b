"""Pages of communications and transactional messages."""

from staffetta.communications.views.browse import browse
from staffetta.communications.views.edit import change, new
from staffetta.communications.views.hours import hours
from staffetta.communications.views.left_out import people_left_out
from staffetta.communications.views.pick import preview, search_contacts, send_test
from staffetta.communications.views.run import delete, duplicate, pause, progress, resume, show, start, stop, summary
from staffetta.communications.views.schedule import schedule, unschedule
from staffetta.communications.views.transactional import (
    transactional_change,
    transactional_delete,
    transactional_list,
    transactional_new,
    transactional_resume,
    transactional_show,
    transactional_switch,
)

__all__ = [
    "browse",
    "change",
    "delete",
    "duplicate",
    "hours",
    "new",
    "pause",
    "people_left_out",
    "preview",
    "progress",
    "resume",
    "schedule",
    "search_contacts",
    "send_test",
    "show",
    "start",
    "stop",
    "summary",
    "transactional_change",
    "transactional_delete",
    "transactional_list",
    "transactional_new",
    "transactional_resume",
    "transactional_show",
    "transactional_switch",
    "unschedule",
]
