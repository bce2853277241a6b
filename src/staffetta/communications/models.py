"""What is to be said, to whom: communications and transactional messages."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from staffetta.work.clock import now


class Composition(models.Model):
    """What both kinds share: a channel, a template in one language, and where each value comes from.

    `mapping`: variable key -> {"source": "field:NAME" | "text:TEXT" | "value:NAME", "fallback": TEXT | null}.
    `accepted_revision` is the variant's revision when a person last accepted it: unequal means held.
    `accepted_contract` is what was accepted ("components", "variables", "category", "language"), so that the
    difference can be shown. `media_check` is what one look at the header's file told, see `check_media.py`.
    The names are frozen, so that the record stays readable after a reset.
    """

    channel = models.ForeignKey("channels.Channel", null=True, on_delete=models.SET_NULL, related_name="%(class)ss")
    variant = models.ForeignKey(
        "channels.TemplateVariant", null=True, on_delete=models.SET_NULL, related_name="%(class)ss"
    )
    platform = models.CharField(max_length=20, default="whatsapp")
    channel_name = models.CharField(max_length=200, blank=True)
    channel_provider_id = models.CharField(max_length=64, blank=True)
    template_name = models.CharField(max_length=512, blank=True)
    template_language = models.CharField(max_length=20, blank=True)
    accepted_revision = models.PositiveIntegerField(null=True)
    accepted_fingerprint = models.CharField(max_length=64, blank=True)
    accepted_contract = models.JSONField(default=dict)
    mapping = models.JSONField(default=dict)
    header_media = models.CharField(max_length=2000, blank=True)
    media_check = models.JSONField(default=dict)
    held_reason = models.CharField(max_length=40, blank=True)  # a code worded in the interface; "" = not held
    held_at = models.DateTimeField(null=True)
    created_by = models.ForeignKey("accounts.User", null=True, on_delete=models.SET_NULL, related_name="+")
    created_at = models.DateTimeField(default=now)
    updated_at = models.DateTimeField(default=now)

    class Meta:
        abstract = True


class CommunicationState(models.TextChoices):
    DRAFT = "draft", pgettext_lazy("communication", "Draft")
    SCHEDULED = "scheduled", pgettext_lazy("communication", "Scheduled")
    PLANNING = "planning", pgettext_lazy("communication", "Preparing")
    RUNNING = "running", pgettext_lazy("communication", "Running")
    PAUSED = "paused", pgettext_lazy("communication", "Paused")
    HELD = "held", pgettext_lazy("communication", "Held")
    STOPPED = "stopped", pgettext_lazy("communication", "Stopped")
    DONE = "done", pgettext_lazy("communication", "Finished")


class Communication(Composition):
    """One message to an audience: all contacts, those of one import or one list, or whoever fits rules.

    `audience_frozen` holds the rules, and the day they are counted from, as they stood at the start.
    """

    name = models.CharField(_("name"), max_length=200)
    state = models.CharField(max_length=12, choices=CommunicationState, default=CommunicationState.DRAFT)
    audience_kind = models.CharField(max_length=12, default="all")  # all, import, list, rule
    audience_import = models.ForeignKey(
        "contacts.Import", null=True, on_delete=models.SET_NULL, related_name="communications"
    )
    audience_list = models.ForeignKey(
        "contacts.ContactList", null=True, on_delete=models.SET_NULL, related_name="communications"
    )
    audience_rules = models.ForeignKey(
        "contacts.AudienceRules", null=True, on_delete=models.SET_NULL, related_name="communications"
    )
    audience_frozen = models.JSONField(default=dict)
    audience_name = models.CharField(max_length=200, blank=True)
    planned_to = models.BigIntegerField(default=0)  # the last contact planned: planning resumes behind it
    start_asked_at = models.DateTimeField(null=True)
    started_at = models.DateTimeField(null=True)  # planned whole, sending may begin
    paused_at = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(null=True)
    start_at = models.DateTimeField(null=True)  # scheduled: when it is to start
    start_zone = models.CharField(max_length=60, blank=True)  # the time zone in which that was said
    confirmed = models.PositiveIntegerField(null=True)  # how many were told to get it; null: nobody has to compare
    hours = models.CharField(max_length=19, blank=True)  # "09:00-20:00/12345", see hours.py; "": any
    zones = models.JSONField(default=list)  # of the people planned: what waits is claimed zone by zone when hours hold
    speed = models.PositiveIntegerField(null=True)  # messages a minute; null: as fast as the channel goes
    paced_to = models.DateTimeField(null=True)  # with a speed: when the next may leave, in the machine's own time
    started_by = models.ForeignKey("accounts.User", null=True, on_delete=models.SET_NULL, related_name="+")
    problem = models.CharField(max_length=40, blank=True)

    def __str__(self) -> str:
        return self.name


class TransactionalMessage(Composition):
    """A message to one person, asked for by other software under its `name`.

    `parameters` are the values the caller passes, in order; a mapping refers to one as "value:NAME".
    """

    name = models.SlugField(_("name"), max_length=60, unique=True)
    parameters = models.JSONField(default=list)
    creates_contacts = models.BooleanField(default=False)
    expires_in = models.PositiveIntegerField(null=True)  # minutes after the call; then it is useless. None: never
    enabled = models.BooleanField(default=True)

    class Meta:
        constraints = [models.CheckConstraint(condition=~Q(name=""), name="a_transactional_message_has_a_name")]

    def __str__(self) -> str:
        return self.name
