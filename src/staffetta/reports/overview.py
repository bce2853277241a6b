"""What the first page shows: the first steps while they last, the last communications, the channels' health."""

from dataclasses import dataclass

from django.db.models import Count, Q
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from staffetta.channels.models import APPROVED, Channel, ConnectionState, TemplateVariant
from staffetta.communications.hold import held_for
from staffetta.communications.models import Communication
from staffetta.communications.wording import Words, trouble_words
from staffetta.contacts.models import Contact
from staffetta.contacts.opt_outs.decide import number_to_decide
from staffetta.deliveries.ledger.terms import term
from staffetta.deliveries.models import Delivery, DeliveryKind
from staffetta.reports.numbers import Numbers, numbers_of

LAST = 5
EARLY_DELIVERIES = 200  # the first ones by key: whoever has as many without a test send does not need this list
WORKING = (ConnectionState.CONNECTED, ConnectionState.REFUSED)


@dataclass(frozen=True, slots=True)
class Step:
    """One line of the first-run checklist. `now` marks the first that is not done: only it has a button."""

    title: str | Promise
    text: str | Promise
    url_name: str
    label: str | Promise
    done: bool
    now: bool = False
    administrators_only: bool = False


@dataclass(frozen=True, slots=True)
class Line:
    communication: Communication
    numbers: Numbers

    @property
    def held(self) -> Words | None:
        """Why it waits for a person; None while it does not."""
        code = held_for(self.communication)
        return trouble_words(code) if code else None

    @property
    def terms(self) -> list[tuple[str, int, str]]:
        """Return (state, number, words) of each term of the sum."""
        return [(state.value, number, term(state, number)) for state, number in self.numbers.terms]


def first_steps() -> list[Step]:
    """Return the checklist; empty once a communication was started or every step is done."""
    if Communication.objects.filter(started_at__isnull=False).exists():
        return []
    done = (
        Channel.objects.filter(state__in=WORKING).exists(),
        TemplateVariant.objects.filter(status=APPROVED, gone_at=None).exists(),
        Contact.objects.exists(),
        _tested(),
    )
    return [] if all(done) else _steps(done)


def _tested() -> bool:
    kinds = list(Delivery.objects.order_by("pk").values_list("kind", flat=True)[:EARLY_DELIVERIES])
    return DeliveryKind.TEST in kinds or len(kinds) == EARLY_DELIVERIES


def _steps(done: tuple[bool, ...]) -> list[Step]:
    words = (
        (
            _("Connect a channel"),
            _("With one API Key Staffetta gets the channels, the customer fields and the approved templates."),
            "channels:list",
            _("Connect"),
        ),
        (
            _("Check the templates"),
            _("All approved templates are active: switch off the ones nobody should use."),
            "channels:list",
            _("Open the channels"),
        ),
        (
            _("Import your contacts"),
            _("From a CSV file, with the column that says who agreed to WhatsApp messages."),
            "contacts:upload",
            pgettext_lazy("verb", "Import"),
        ),
        (
            _("Send a test"),
            _("Create a communication and send it to yourself before anybody else gets it."),
            "communications:new",
            _("Create a communication"),
        ),
    )
    first = done.index(False)
    return [
        Step(*line, done=done[number], now=number == first, administrators_only=number == 0)
        for number, line in enumerate(words)
    ]


def last_communications() -> list[Line]:
    """Return the newest communications with their numbers; two queries."""
    newest = list(Communication.objects.select_related("channel", "variant__template").order_by("-pk")[:LAST])
    numbers = numbers_of([communication.pk for communication in newest])
    return [Line(communication, numbers[communication.pk]) for communication in newest]


def opt_outs_to_decide() -> int:
    """Return how many people wait for a decision on what they wrote; one query."""
    return number_to_decide()


def channels() -> list[Channel]:
    """Return the channels in use, those in trouble first, each with `active_templates`; one query."""
    usable = Q(templates__active=True, templates__variants__status=APPROVED, templates__variants__gone_at=None)
    return list(
        Channel.objects.filter(state__in=(*WORKING, ConnectionState.CONNECTING))
        .annotate(active_templates=Count("templates", filter=usable, distinct=True))
        .order_by("-state", "name", "pk")
    )
