"""`staffetta communications`: compose, start, stop and read communications from the command line."""

import argparse
from typing import Any
from zoneinfo import ZoneInfoNotFoundError

from django.conf import settings
from django.core.exceptions import ObjectDoesNotExist
from django.utils.translation import gettext as _

from staffetta.channels.message_templates.templates import selectable
from staffetta.channels.models import Channel, TemplateVariant
from staffetta.cli.agree import agreed
from staffetta.cli.communications_shown import resume_shown, start_shown
from staffetta.cli.output import complain, emit, fail, say, table
from staffetta.cli.waiting import wait_for
from staffetta.communications import choose
from staffetta.communications import pause as pausing
from staffetta.communications import schedule as scheduling
from staffetta.communications import start as starting
from staffetta.communications import stop as stopping
from staffetta.communications.check_media import MediaCheck, check_media, refused
from staffetta.communications.days import NAMES, Days, NotHours
from staffetta.communications.draft import Content, save_draft
from staffetta.communications.forms import FASTEST
from staffetta.communications.hold import RESUMABLE, StillHeld, audience_of
from staffetta.communications.hold import resume as let_go
from staffetta.communications.hours import Window, checked, parts, written
from staffetta.communications.mapping import WrongSource, parse_source
from staffetta.communications.models import Communication, CommunicationState
from staffetta.communications.set_hours import set_hours
from staffetta.communications.start import MEDIA_KINDS
from staffetta.communications.wording import hours_text, media_text, shown_hours, trouble_words
from staffetta.contacts.audiences import recipients
from staffetta.contacts.audiences.audience import Audience, Source, UnknownAudience
from staffetta.contacts.fields import values as contact_values
from staffetta.deliveries.hours_words import closed_words
from staffetta.deliveries.ledger.budget import outlook
from staffetta.deliveries.ledger.reasons import words_of
from staffetta.deliveries.ledger.terms import term
from staffetta.deliveries.ledger.zones import closed_of
from staffetta.deliveries.models import DeliveryState
from staffetta.reports.numbers import Numbers, numbers_of

LANES = ("start", "plan", "dispatch", "watch", "events", "sweep")
"""What a communication needs to come to its end."""
WAITING = (CommunicationState.PAUSED, CommunicationState.HELD)
AT_REST = (CommunicationState.DONE, CommunicationState.STOPPED, *WAITING)


def create(args: argparse.Namespace) -> int:
    """Make a draft, by the same rules as the page."""
    name = args.name.strip()
    if not 1 <= len(name) <= 200:
        fail(_("The name must have 1 to 200 characters."))
    if args.speed is not None and not 1 <= args.speed <= FASTEST:
        fail(_("The speed must be at least 1 message a minute."))
    hours = _hours(args.hours, args.days)
    variant = _variant(args.channel, args.template, args.language)
    mapping = _mapping(variant, args.variable)
    source = _audience_of(args.audience)
    check = _checked(variant, args.header_media)
    content = Content(variant, mapping, args.header_media, check or {})
    draft = save_draft(None, name, content, source, None, speed=args.speed, hours=hours)
    emit(args, _as_data(draft), _("Draft %(id)s is made: %(name)s") % {"id": draft.pk, "name": draft})
    return 0


def start(args: argparse.Namespace) -> int:
    """Start a draft; with --wait, until nobody is waiting or sending. Held is a failure, told with its reason."""
    communication = _found(args.id)
    if code := starting.refusal_of(communication):
        words = trouble_words(code)
        fail(f"{words.what} {words.remedy}")
    agreed(args, lambda: start_shown(_found(args.id)))
    try:
        starting.start(communication, None)
    except starting.StartRefused as error:
        words = trouble_words(error.code)
        fail(f"{words.what} {words.remedy}")
    if not args.wait:
        say(_("Started."))
        return 0
    wait_for(lambda: _at_rest(communication.pk), LANES)
    ended = _found(args.id)
    counted = numbers_of([ended.pk])[ended.pk]
    say(_sum(counted))
    if ended.state == CommunicationState.HELD:
        words = trouble_words(ended.held_reason, ended.media_check)
        fail(_("Held: %(what)s %(remedy)s") % {"what": words.what, "remedy": words.remedy})
    return 0


def stop(args: argparse.Namespace) -> int:
    """Stop what is under way or held."""
    if not stopping.stop(_found(args.id), None):
        fail(_("It is not under way: there is nothing to stop."))
    say(_("Stopped."))
    return 0


def schedule(args: argparse.Namespace) -> int:
    """Let a draft start at a set time."""
    zone = args.zone or settings.TIME_ZONE
    try:
        at = scheduling.read_moment(args.at, zone)
    except scheduling.NoSuchTime:
        fail(_("The clocks jump over that time on that day: choose another."))
    except (ValueError, OverflowError, ZoneInfoNotFoundError, OSError):
        fail(_("This is no time: wanted is, for example, --at 2026-12-01T10:00 --zone Europe/Rome."))
    communication = _found(args.id)
    try:
        scheduling.schedule(communication, at, zone, args.expect, None)
    except starting.StartRefused as error:
        words = trouble_words(error.code)
        fail(f"{words.what} {words.remedy}")
    say(_("Scheduled."))
    return 0


def unschedule(args: argparse.Namespace) -> int:
    """Make a draft again of what was scheduled."""
    if not scheduling.cancel(_found(args.id), None):
        fail(_("It is not scheduled: there is nothing to cancel."))
    say(_("It is a draft again."))
    return 0


def hours(args: argparse.Namespace) -> int:
    """Set the send window of what is not over, or take it back."""
    window = _hours("" if args.hours == "none" else args.hours, args.days)
    if not set_hours(_found(args.id), window, None):
        fail(_("It is over already: there is nothing to change."))
    say(_("The send window is set.") if window else _("There is no send window now."))
    return 0


def pause(args: argparse.Namespace) -> int:
    """Pause what is under way; who waits goes on waiting."""
    if not pausing.pause(_found(args.id), None):
        fail(_("It is not under way: there is nothing to pause."))
    say(_("Paused."))
    return 0


def resume(args: argparse.Namespace) -> int:
    """Let what is paused or held go on; what is held accepts the template as it is now."""
    communication = _found(args.id)
    if communication.state not in RESUMABLE:
        fail(_("It is neither paused nor held: there is nothing to resume."))
    agreed(args, lambda: resume_shown(_found(args.id)))
    try:
        let_go(communication, None)
    except StillHeld as error:
        words = trouble_words(error.trouble)
        fail(f"{words.what} {words.remedy}")
    say(_("It goes on."))
    return 0


def show(args: argparse.Namespace) -> int:
    """Print one communication: its state, and the sum that closes."""
    communication = _found(args.id)
    emit(args, {**_as_data(communication), "budget": _budget(communication)}, lambda: _told(communication))
    return 0


def list_all(args: argparse.Namespace) -> int:
    """Print all communications, newest last."""
    rows = list(Communication.objects.order_by("pk"))
    counted = numbers_of(row.pk for row in rows)
    headings = (_("ID"), _("State"), _("Audience"), _("Sent"), _("Name"))
    emit(
        args,
        [_as_data(row, counted[row.pk]) for row in rows],
        lambda: table(
            headings,
            [(r.pk, r.get_state_display(), _audience(r, counted[r.pk]), counted[r.pk].sent, r.name) for r in rows],
        ),
    )
    return 0


def _as_data(row: Communication, counted: Numbers | None = None) -> dict[str, Any]:
    counted = counted or numbers_of([row.pk])[row.pk]
    reasons: dict[str, int] = {}
    for each in counted.reasons:
        if each.reason:
            reasons[each.reason] = reasons.get(each.reason, 0) + each.number
    window, days = parts(row.hours)
    return {
        "id": str(row.pk),
        "name": row.name,
        "state": row.state,
        "hours": str(window or ""),
        "days": [NAMES[day - 1] for day in sorted(days.days)] if days else [],
        "audience": _audience(row, counted),
        "counts": {state.value: number for state, number in counted.by_state.items()},
        "reasons": reasons,
    }


def _budget(row: Communication) -> dict[str, Any] | None:
    """What the daily budget means for those who wait, of a draft for its audience; null when it means nothing."""
    counted = numbers_of([row.pk])[row.pk]
    people = _audience(row, counted) if row.state in starting.NOT_STARTED else counted.by_state[DeliveryState.WAITING]
    found = outlook(row.channel, people) if people else None
    return {"today": found.today, "days": found.days, "resumes_at": found.resumes_at} if found else None


def _audience(row: Communication, counted: Numbers) -> int:
    """Before planning has begun nobody is in the ledger: then how many it would go to."""
    ahead = row.state in starting.NOT_STARTED
    return recipients.count(audience_of(row)) if ahead else counted.audience


def _told(row: Communication) -> str:
    counted = numbers_of([row.pk])[row.pk]
    lines = [f"{row.pk}  {row.name}  ({row.get_state_display()})", _sum(counted)]
    if row.hours:
        lines.append(_("Send window: %(hours)s, the time of the person.") % {"hours": shown_hours(row.hours)})
    if row.state == CommunicationState.RUNNING and (closed := closed_of(row, counted.by_state[DeliveryState.WAITING])):
        words = closed_words(closed)
        lines.append(f"{words.what}. {words.remedy}")
    if row.held_reason:
        words = trouble_words(row.held_reason, row.media_check)
        lines.append(f"{words.what} {words.remedy}")
    lines += [f"  {each.number}  {words_of(each.reason).what}" for each in counted.troubled if each.reason]
    return "\n".join(lines)


def _sum(counted: Numbers) -> str:
    terms = " + ".join(f"{number} {term(state, number)}" for state, number in counted.terms)
    return f"{counted.audience} = {terms}"


def _at_rest(pk: int) -> bool:
    row = Communication.objects.get(pk=pk)
    return row.state in AT_REST and (row.state in WAITING or not numbers_of([pk])[pk].unsettled)


def _found(text: str) -> Communication:
    try:
        return Communication.objects.get(pk=int(text))
    except (ObjectDoesNotExist, ValueError, OverflowError):
        fail(_("There is no communication %(id)s.") % {"id": text})


def _hours(times: str | None, days: str | None) -> str:
    try:
        return written(checked(Window.parse(times)) if times else None, Days.parse(days) if days else None)
    except NotHours as error:
        fail(str(hours_text(error.code)))


def _variant(channel_id: str, template: str, language: str) -> TemplateVariant:
    channel = Channel.objects.filter(provider_id=channel_id).first()
    if channel is None:
        fail(_("There is no channel %(id)s.") % {"id": channel_id})
    if not channel.connected:
        fail(_("The channel %(name)s is not connected.") % {"name": channel})
    variant = choose.find(channel_id, template, language)
    if variant is None:
        fail(_("The channel has no template %(name)s in %(language)s.") % {"name": template, "language": language})
    if not selectable(variant):
        fail(_("The template %(name)s cannot be used: it is off, or not usable.") % {"name": template})
    return variant


def _mapping(variant: TemplateVariant, given: list[str]) -> dict[str, dict[str, str | None]]:
    wanted = [v["key"] for v in variant.variables if v.get("kind") not in MEDIA_KINDS]
    mapping = {}
    for each in given:
        key, equals, source = each.partition("=")
        if not equals or key not in wanted:
            fail(
                _("«%(given)s»: the variables of this template are %(keys)s.")
                % {"given": each, "keys": ", ".join(wanted) or _("none")}
            )
        mapping[key] = _source(source)
    if missing := [key for key in wanted if key not in mapping]:
        fail(_("Nothing fills %(keys)s: give --variable KEY=SOURCE for each.") % {"keys": ", ".join(missing)})
    return mapping


def _source(text: str) -> dict[str, str | None]:
    try:
        source = parse_source(text)
    except WrongSource:
        fail(_("«%(text)s» is no source: field:NAME or text:TEXT, then optionally |fallback:TEXT.") % {"text": text})
    if source.kind == "field" and source.name not in {known.name for known in contact_values.sources()}:
        fail(_("There is no contact field %(name)s.") % {"name": source.name})
    if source.kind == "value":
        fail(_("A communication has no caller who could pass a value."))
    return source.entry()


def _audience_of(text: str) -> Source | None:
    try:
        audience = Audience.parse(text)
    except UnknownAudience:
        fail(_("«%(text)s» is no audience: all, import:ID, list:ID or rule:ID.") % {"text": text})
    return audience.source


def _checked(variant: TemplateVariant, url: str) -> MediaCheck | None:
    kind = next((v["kind"] for v in variant.variables if v.get("kind") in MEDIA_KINDS), "")
    if not kind:
        if url:
            fail(_("This template has no file in its header."))
        return None
    if not url:
        fail(_("The header of this template wants a file: give --header-media URL."))
    check = check_media(url, kind)
    if refused(check):
        fail(media_text(check))
    if check["problem"]:
        complain(media_text(check))
    return check
