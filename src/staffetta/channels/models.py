"""Channels at the provider, what was downloaded from them, and how it went."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from staffetta.connectors.messages import Platform
from staffetta.work.clock import now, real_now


class ConnectionState(models.TextChoices):
    AVAILABLE = "available", _("Not connected")
    CONNECTING = "connecting", _("Connecting")
    CONNECTED = "connected", _("Connected")
    REFUSED = "refused", _("Key refused")
    GONE = "gone", _("No longer there")


PLATFORM_NAMES = {
    Platform.WHATSAPP: "WhatsApp",
    Platform.TELEGRAM: "Telegram",
    Platform.FACEBOOK: "Facebook Messenger",
    Platform.INSTAGRAM: "Instagram",
    Platform.VIBER: "Viber",
    Platform.APPLE: "Apple Messages",
    Platform.UNKNOWN: _("Unknown"),
}
PLATFORM_CHOICES = [(platform.value, name) for platform, name in PLATFORM_NAMES.items()]
APPROVED = "approved"
SENDABLE_PLATFORMS = (Platform.WHATSAPP, Platform.TELEGRAM)


class Channel(models.Model):
    """One messaging connection at the provider (one number, one bot). `sealed_key` is its API Key, encrypted."""

    provider = models.CharField(max_length=20, default="engage")
    provider_id = models.CharField(max_length=64)
    name = models.CharField(max_length=200, blank=True)
    platform = models.CharField(max_length=20, choices=PLATFORM_CHOICES, default=Platform.UNKNOWN)
    platform_raw = models.CharField(max_length=40, blank=True)
    platform_chosen = models.BooleanField(default=False)  # by a person, since the provider did not tell
    number = models.CharField(max_length=40, blank=True)
    state = models.CharField(max_length=12, choices=ConnectionState, default=ConnectionState.AVAILABLE)
    sealed_key = models.BinaryField(null=True)
    key_last_four = models.CharField(max_length=4, blank=True)
    key_digest = models.CharField(max_length=64, blank=True, db_index=True)  # keyed digest: "already connected?"
    key_refused_at = models.DateTimeField(null=True)
    connected_at = models.DateTimeField(null=True)
    refreshed_at = models.DateTimeField(null=True)  # the last refresh that was complete
    problem = models.CharField(max_length=40, blank=True)  # code of the last refresh's failure, "" when it was good
    problem_at = models.DateTimeField(null=True)
    unapproved_templates = models.PositiveIntegerField(default=0)  # never approved, by name: counted, not kept
    templates_listed = models.BooleanField(default=True)  # false: the provider gives no list, templates by hand
    channels_listed = models.BooleanField(default=True)  # false: this key was given no list of channels
    pace = models.FloatField(null=True)  # messages a second; null: the setting; 0: no pace
    burst = models.PositiveIntegerField(null=True)  # messages that may leave at once; null: a tenth of a second's
    profile = models.JSONField(default=dict, blank=True)
    created_at = models.DateTimeField(default=now)
    seen_by: models.ManyToManyField["Channel", "Channel"] = models.ManyToManyField(
        "self", symmetrical=False, related_name="sees", blank=True
    )

    class Meta:
        constraints = [models.UniqueConstraint(fields=["provider", "provider_id"], name="one_row_per_channel")]

    def __str__(self) -> str:
        return self.name or gettext("Channel %(id)s") % {"id": self.provider_id}

    @property
    def connected(self) -> bool:
        return self.state == ConnectionState.CONNECTED

    @property
    def has_key(self) -> bool:
        return self.sealed_key is not None

    @property
    def can_send(self) -> bool:
        """Whether the product can send on this platform at all."""
        return self.platform in SENDABLE_PLATFORMS

    @property
    def never_sends(self) -> bool:
        """Whether it is known that the product cannot send on this platform."""
        return not self.can_send and (self.platform != Platform.UNKNOWN or bool(self.platform_raw))

    @property
    def is_whatsapp(self) -> bool:
        return self.platform == Platform.WHATSAPP


class Template(models.Model):
    """A notification template by name, whatever its languages. `active` is the person's switch, on by default."""

    channel = models.ForeignKey(Channel, on_delete=models.CASCADE, related_name="templates")
    name = models.CharField(max_length=512)
    active = models.BooleanField(default=True)
    is_new = models.BooleanField(default=False)  # came in with the last complete refresh, after the first
    by_hand = models.BooleanField(default=False)
    created_at = models.DateTimeField(default=now)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["channel", "name"], name="one_template_per_name")]

    def __str__(self) -> str:
        return self.name


class TemplateVariant(models.Model):
    """One language of a template. `revision` rises when what was accepted before may no longer hold (invariant 5)."""

    template = models.ForeignKey(Template, on_delete=models.CASCADE, related_name="variants")
    language = models.CharField(max_length=20)
    language_raw = models.CharField(max_length=20)
    status = models.CharField(max_length=40)  # lower case, open list; "approved" is the only sendable one
    category = models.CharField(max_length=40, blank=True)
    quality = models.CharField(max_length=40, blank=True)
    components = models.JSONField(default=list)
    body = models.TextField(blank=True)  # the body's text, as listed: lists show and search it without the components
    variables = models.JSONField(default=list)  # of {"key", "component", "kind", "example"}
    unsupported = models.CharField(max_length=40, blank=True)
    raw = models.JSONField(default=dict)
    fingerprint = models.CharField(max_length=64)
    revision = models.PositiveIntegerField(default=1)
    gone_at = models.DateTimeField(null=True)
    changed_at = models.DateTimeField(default=now)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["template", "language"], name="one_variant_per_language")]

    def __str__(self) -> str:
        return f"{self.template.name} ({self.language})"

    @property
    def available(self) -> bool:
        """Approved at the provider and still listed."""
        return self.status == APPROVED and self.gone_at is None

    @property
    def sendable(self) -> bool:
        """Whether it could be sent, whatever the switch says."""
        return self.available and not self.unsupported


class CustomerField(models.Model):
    """A field of the customers of one channel, as last seen. `type` is one of connectors.messages.FIELD_TYPES."""

    channel = models.ForeignKey(Channel, on_delete=models.CASCADE, related_name="customer_fields")
    name = models.CharField(max_length=200)
    label = models.CharField(max_length=200, blank=True)
    type = models.CharField(max_length=20)
    type_raw = models.CharField(max_length=60, blank=True)
    choices = models.JSONField(default=list)
    position = models.PositiveIntegerField(default=0)
    is_new = models.BooleanField(default=False)
    gone_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["channel", "name"], name="one_field_per_name")]

    def __str__(self) -> str:
        return self.label or self.name


class RefreshState(models.TextChoices):
    WAITING = "waiting"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"
    CANCELLED = "cancelled"


class Refresh(models.Model):
    """One download of one channel's fields and templates: queued, shown while it runs, kept until dismissed.

    `step` is "", reading or storing; `result` names what is new, changed and vanished (see `reconcile.py`).
    """

    channel = models.ForeignKey(Channel, on_delete=models.CASCADE, related_name="refreshes")
    connecting = models.BooleanField(default=False)
    state = models.CharField(max_length=12, choices=RefreshState, default=RefreshState.WAITING)
    step = models.CharField(max_length=20, blank=True)
    fields_read = models.PositiveIntegerField(default=0)
    templates_read = models.PositiveIntegerField(default=0)
    attempt = models.PositiveSmallIntegerField(default=0)  # rises with every worker that takes it: the fence of its run
    problem = models.CharField(max_length=40, blank=True)
    problem_detail = models.CharField(max_length=500, blank=True)
    result = models.JSONField(default=dict)
    asked_by = models.ForeignKey("accounts.User", null=True, on_delete=models.SET_NULL, related_name="+")
    created_at = models.DateTimeField(default=now)
    started_at = models.DateTimeField(null=True)
    beat_at = models.DateTimeField(default=real_now)  # enqueued, or last sign of life: the sweeper goes by it
    finished_at = models.DateTimeField(null=True)
    dismissed_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name_plural = "refreshes"
        constraints = [
            models.UniqueConstraint(
                fields=["channel"], condition=Q(state__in=["waiting", "running"]), name="one_refresh_per_channel"
            )
        ]

    def __str__(self) -> str:
        return f"refresh of {self.channel_id}: {self.state}"


class Exchange(models.Model):
    """One request to the provider and its answer, redacted and bounded (API call; kept 30 days)."""

    channel = models.ForeignKey(Channel, on_delete=models.CASCADE, related_name="exchanges")
    at = models.DateTimeField(default=now)
    operation = models.CharField(max_length=40)
    method = models.CharField(max_length=8)
    url = models.TextField()
    request_body = models.TextField(blank=True)
    status = models.PositiveSmallIntegerField(null=True)
    response_body = models.TextField(blank=True)
    error = models.CharField(max_length=40, blank=True)
    duration_ms = models.PositiveIntegerField(default=0)
    is_send = models.BooleanField(default=False)

    class Meta:
        indexes = [models.Index(fields=["channel", "-id"], name="exchange_newest_first")]

    def __str__(self) -> str:
        return f"{self.method} {self.operation} {self.status}"
