"""What `staffetta communications start` and `resume` show before they act."""

from django.utils.translation import gettext as _

from staffetta.communications.contents import contents_of
from staffetta.communications.hold import Trouble
from staffetta.communications.models import Communication
from staffetta.communications.wording import trouble_words
from staffetta.deliveries.ledger.reasons import words_of
from staffetta.deliveries.models import Delivery, DeliveryState
from staffetta.deliveries.planning.after_restore import may_get_it_twice
from staffetta.deliveries.planning.rehearse import summary
from staffetta.ui.page_forms import WHO
from staffetta.work.database import row_digest


def start_shown(row: Communication) -> list[str]:
    """Return what would be sent and to whom, judged person by person as planning will."""
    told = summary(row)
    reasons = [f"  {number}  {words_of(reason).what}" for reason, number in sorted(told.reasons.items())]
    people = _("%(receive)s of %(audience)s people would receive it.")
    return [*_contents(row), people % {"receive": told.receive, "audience": told.audience}, *reasons, WHO + told.who]


def resume_shown(row: Communication) -> list[str]:
    """Return what would go on, and to how many: of a restored backup, who may have got it since."""
    rows = Delivery.objects.filter(communication=row, state=DeliveryState.WAITING)
    lines = [*_contents(row), row.get_state_display()]
    if row.held_reason:
        words = trouble_words(row.held_reason, row.media_check)
        lines.append(f"{words.what} {words.remedy}")
    if row.held_reason == Trouble.RESTORED:
        told = _("%(number)s people still wait here, and may have got this message since.")
        lines.append(told % {"number": may_get_it_twice(row)})
    else:
        waiting = row_digest.counted(rows)
        lines.append(_("%(number)s people are waiting.") % {"number": waiting.number})
        lines.append(WHO + waiting.digest)
    return lines


def _contents(row: Communication) -> list[str]:
    return [f"{name}: {text}" for name, text in contents_of(row)]
