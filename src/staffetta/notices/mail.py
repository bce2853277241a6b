"""Tell the administrators by e-mail that something broke: once per opening, each in their own language.

Two steps, both rows: an incident gets one `Mail` per administrator, then each mail is sent. A mail server that is down
or slow holds up nothing but this lane.
"""

import logging
import random
import smtplib
from datetime import timedelta
from functools import partial

from django.conf import settings
from django.core.mail import EmailMessage
from django.db import transaction
from django.db.models import QuerySet
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _

from staffetta.accounts.models import Role, User
from staffetta.notices import wording
from staffetta.notices.incidents import IS_OPEN
from staffetta.notices.models import Incident, Mail
from staffetta.text import storable
from staffetta.work.clock import now
from staffetta.work.lanes import LaneContext
from staffetta.work.retry import wait_before
from staffetta.work.set_aside import Items

logger = logging.getLogger(__name__)

ATTEMPTS = 10  # with waits of 1, 2, 4 … 60 minutes: about four hours of a mail server that is down
FIRST_WAIT = 60.0
AT_ONCE = 5


def work(context: LaneContext) -> bool:
    """Do a few mails; True when there may be more."""
    if not settings.MAIL_HOST:
        return False
    items = Items("notices")
    written = _write(items)
    due = [mail for mail in _due()[: 10 * AT_ONCE] if not items.rests(f"mail:{mail.pk}")][:AT_ONCE]
    for mail in due:
        if context.stopping():
            return False
        items.handle(f"mail:{mail.pk}", partial(_claim_and_send, mail), name=str(mail.incident.subject_name))
    return bool(written) or len(due) == AT_ONCE


def _claim_and_send(mail: Mail) -> None:
    if _claim(mail):
        _send(mail)


def _write(items: Items) -> int:
    """Write the mails of incidents that opened since the last look; return how many incidents there were."""
    opened = Incident.objects.filter(IS_OPEN, mailed_at=None).order_by("pk")[: 10 * AT_ONCE]
    due = [incident for incident in opened if not items.rests(f"incident:{incident.pk}")][:AT_ONCE]
    for incident in due:
        items.handle(f"incident:{incident.pk}", partial(_write_of, incident), name=incident.subject_name)
    return len(due)


def _write_of(incident: Incident) -> None:
    with transaction.atomic():
        if Incident.objects.filter(pk=incident.pk, mailed_at=None).update(mailed_at=now()):
            Mail.objects.bulk_create([Mail(incident=incident, to=person) for person in _administrators()])


def _administrators() -> list[User]:
    return list(User.objects.filter(role=Role.ADMINISTRATOR, is_active=True).exclude(email=""))


def _due() -> QuerySet[Mail]:
    rows = Mail.objects.filter(sent_at=None, given_up_at=None, not_before__lte=now())
    return rows.select_related("incident", "to").order_by("not_before", "pk")


def _claim(mail: Mail) -> bool:
    """Take one mail: whoever moves its next attempt into the future sends it."""
    wait = timedelta(seconds=wait_before(mail.attempts + 1, random.random(), FIRST_WAIT))  # noqa: S311 - no secret
    taken = Mail.objects.filter(pk=mail.pk, attempts=mail.attempts, sent_at=None).update(
        attempts=mail.attempts + 1, not_before=now() + wait
    )
    mail.attempts += taken
    return bool(taken)


def _send(mail: Mail) -> None:
    try:
        message(mail).send()
    except (smtplib.SMTPException, OSError) as problem:
        given_up = now() if mail.attempts >= ATTEMPTS else None
        Mail.objects.filter(pk=mail.pk).update(problem=storable(str(problem), 300), given_up_at=given_up)
        logger.warning("mail %s was not sent (attempt %s): %s", mail.pk, mail.attempts, type(problem).__name__)
        return
    Mail.objects.filter(pk=mail.pk).update(sent_at=now(), problem="")


def message(mail: Mail) -> EmailMessage:
    """Return the mail in its reader's language."""
    with translation.override(mail.to.language or settings.LANGUAGE_CODE):
        words = wording.of(mail.incident)
        link = settings.PUBLIC_URL + (words.url or reverse(settings.LOGIN_REDIRECT_URL)) if settings.PUBLIC_URL else ""
        text = render_to_string(
            "notices/incident_mail.txt", {"words": words, "incident": mail.incident, "person": mail.to, "link": link}
        )
        subject = _("Staffetta: %(title)s") % {"title": " ".join(words.title.split())}
        return EmailMessage(subject, text, settings.DEFAULT_FROM_EMAIL, [mail.to.email])
