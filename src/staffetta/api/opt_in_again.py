"""The consent a call carries: believed of whoever has not opted out.

Somebody who opted out is brought back only by a call that says so (`opt_in_again`), with a token that has that right;
each time is an entry of the audit log. Everything is rolled back with the call when that is refused for another reason.
"""

from django.utils.translation import gettext as _

from staffetta.accounts import audit
from staffetta.accounts.models import AccessToken
from staffetta.api.problems import Fault, Problem
from staffetta.api.schemas import SendIn
from staffetta.contacts.consents import consent
from staffetta.contacts.consents.opted_out import OptOut, opt_out_of
from staffetta.contacts.consents.suppression import addresses_of
from staffetta.contacts.models import ConsentValue, Contact, Purpose
from staffetta.contacts.wording import opt_out_source
from staffetta.events.apply import apply_to
from staffetta.ui.templatetags.staffetta import full_date


def record_consent(contact: Contact, platform: str, purpose: str, asked: SendIn, caller: AccessToken) -> None:
    """Write the call's consent into the ledger; raises Problem `opted_out`."""
    if asked.consent is None:
        _refuse_alone(asked)
        return
    apply_to(platform, addresses_of(contact, platform))  # a STOP that came before the contact was made
    opt_out, source = opt_out_of(contact, platform, purpose), "api"
    if opt_out is not None:
        if not (asked.opt_in_again and caller.may_opt_in_again):
            raise _opted_out(opt_out, purpose, asked, caller)
        source = consent.OPT_IN_AGAIN
        audit.record(
            None,
            "opted_in_again",
            contact,
            token=caller.name,
            platform=platform,
            opted_out_since=opt_out.since.isoformat(timespec="minutes"),
            opt_out=opt_out.source,
        )
    wording = f"{asked.consent.text}\n({asked.consent.source})"
    consent.record([contact.pk], platform, [purpose], ConsentValue.YES, source, wording=wording)


def _refuse_alone(asked: SendIn) -> None:
    if asked.opt_in_again:
        detail = _("Pass the new consent with it: where it was given, and the words the person agreed to.")
        raise Problem(
            "request_invalid",
            _("The request is not as the API wants it."),
            faults=[Fault("#/opt_in_again", detail, "consent_missing")],
        )


def _opted_out(opt_out: OptOut, purpose: str, asked: SendIn, caller: AccessToken) -> Problem:
    day = full_date(opt_out.since.date())
    sentences = [
        _("This person opted out on %(day)s (%(how)s): the consent of a call does not bring them back.")
        % {"day": day, "how": opt_out_source(opt_out.source)},
    ]
    if asked.opt_in_again and not caller.may_opt_in_again:
        sentences.append(_("This access token does not have the right to opt people in again."))
    if purpose == Purpose.MARKETING and not opt_out.of_service:
        sentences.append(_("Service messages may still be sent to them."))
    sentences.append(
        _(
            "If they have agreed anew since, record it on the contact's page with the words they agreed to, "
            "or call with opt_in_again and a token that has this right."
        )
    )
    detail = " ".join(sentences)
    faults = [Fault("#/consent", detail, "opted_out")]
    return Problem("opted_out", detail, faults=faults, more={"since": opt_out.since.isoformat()})
