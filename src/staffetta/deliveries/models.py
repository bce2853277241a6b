"""The ledger: one row per message and recipient, written before the first send. `states.py` alone changes states."""

from django.db import models
from django.db.models import Case, F, Q, When
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from staffetta.work.clock import now, timed_uuid


class DeliveryState(models.TextChoices):
    WAITING = "waiting", pgettext_lazy("delivery", "Waiting")
    SENDING = "sending", pgettext_lazy("delivery", "Sending")
    SENT = "sent", pgettext_lazy("delivery", "Sent")
    DELIVERED = "delivered", pgettext_lazy("delivery", "Delivered")
    READ = "read", pgettext_lazy("delivery", "Read")
    NOT_SENT = "not_sent", pgettext_lazy("delivery", "Not sent")
    FAILED = "failed", pgettext_lazy("delivery", "Failed")
    UNDELIVERED = "undelivered", pgettext_lazy("delivery", "Undelivered")
    UNCERTAIN = "uncertain", pgettext_lazy("delivery", "Uncertain")
    CANCELLED = "cancelled", pgettext_lazy("delivery", "Cancelled")


TAKEN = (DeliveryState.SENT, DeliveryState.DELIVERED, DeliveryState.READ, DeliveryState.UNDELIVERED)
"""What the provider took, whatever became of it."""


class DeliveryKind(models.TextChoices):
    COMMUNICATION = "communication", _("Communication")
    TRANSACTIONAL = "transactional", _("Transactional message")
    TEST = "test", _("Test send")


class Delivery(models.Model):
    """One message to one recipient. Everything the send needs is frozen here when it is planned (invariant 3).

    What all rows of a piece refer to is kept by one lock (`states.keep`) instead of being looked up for each of them.
    """

    public_id = models.UUIDField(default=timed_uuid, unique=True)
    kind = models.CharField(max_length=14, choices=DeliveryKind)
    communication = models.ForeignKey(
        "communications.Communication",
        null=True,
        on_delete=models.SET_NULL,
        related_name="deliveries",
        db_index=False,
        db_constraint=False,
    )
    transactional = models.ForeignKey(
        "communications.TransactionalMessage",
        null=True,
        on_delete=models.SET_NULL,
        related_name="deliveries",
        db_index=False,
        db_constraint=False,
    )
    contact = models.ForeignKey(
        "contacts.Contact", null=True, on_delete=models.SET_NULL, related_name="deliveries", db_index=False
    )
    contact_name = models.CharField(max_length=400, blank=True)
    channel = models.ForeignKey(
        "channels.Channel",
        null=True,
        on_delete=models.SET_NULL,
        related_name="deliveries",
        db_index=False,
        db_constraint=False,
    )
    channel_provider_id = models.CharField(max_length=64, blank=True)
    variant = models.ForeignKey(
        "channels.TemplateVariant",
        null=True,
        on_delete=models.SET_NULL,
        related_name="deliveries",
        db_index=False,
        db_constraint=False,
    )
    template_name = models.CharField(max_length=512, blank=True)
    template_language = models.CharField(max_length=20, blank=True)
    fingerprint = models.CharField(max_length=64, blank=True)
    category = models.CharField(max_length=40, blank=True)
    address = models.CharField(max_length=60, blank=True)  # as the provider wants it: digits, or the Telegram id
    parameters = models.JSONField(default=dict)  # {"body": [..], "header": "", "header_media": "", "button": ""}
    state = models.CharField(max_length=12, choices=DeliveryState, default=DeliveryState.WAITING)
    reason = models.CharField(max_length=40, blank=True)  # closed list in reasons.py; "" when there is none
    provider_code = models.CharField(max_length=40, blank=True)
    provider_reason = models.CharField(max_length=500, blank=True)
    provider_message_id = models.CharField(max_length=200, blank=True)
    zone = models.CharField(max_length=60, blank=True)  # of a communication's person, whose hours count
    attempt = models.PositiveSmallIntegerField(default=0)  # number of the attempt that is or was under way
    not_before = models.DateTimeField(default=now)
    created_at = models.DateTimeField(default=now)
    sending_at = models.DateTimeField(null=True)
    settled_at = models.DateTimeField(null=True)  # when the present final state was reached
    settled_by = models.CharField(max_length=20, blank=True)  # answer, history, event, person
    expires_at = models.DateTimeField(null=True)  # then it is useless: not sent any more
    looks = models.PositiveSmallIntegerField(default=0)  # how often an uncertain one was looked up; next: `not_before`

    class Meta:
        verbose_name_plural = "deliveries"
        constraints = [
            # Its index finds a contact's messages too: each further one is written anew twice per message.
            models.UniqueConstraint(
                F("contact"),
                Case(When(kind="communication", then=F("communication"))),
                name="one_delivery_per_contact_and_communication",
            ),
            models.UniqueConstraint(
                fields=["communication", "address"],
                condition=Q(kind="communication") & ~Q(state="not_sent"),
                name="one_sendable_per_communication_and_address",
            ),
        ]
        indexes = [
            models.Index(
                fields=["channel", "kind", "communication", "not_before", "id"],
                condition=Q(state="waiting"),
                name="delivery_due",
            ),
            # With hours a claim is one of a zone: whoever is closed is not even looked at.
            models.Index(
                fields=["communication", "zone", "not_before", "id"],
                condition=Q(state="waiting") & ~Q(zone=""),
                name="delivery_due_in_zone",
            ),
            models.Index(
                fields=["transactional"], condition=Q(transactional__isnull=False), name="delivery_of_transactional"
            ),
            models.Index(
                fields=["expires_at"],
                condition=Q(state="waiting", expires_at__isnull=False),
                name="delivery_to_expire",
            ),
            models.Index(fields=["sending_at"], condition=Q(state="sending"), name="delivery_in_flight"),
            models.Index(fields=["channel", "not_before"], condition=Q(state="uncertain"), name="delivery_to_look_up"),
            models.Index(fields=["communication", "state", "reason", "id"], name="delivery_behind_number"),
            models.Index(fields=["settled_at", "id"], condition=Q(settled_at__isnull=False), name="delivery_settled"),
        ]

    def __str__(self) -> str:
        return f"{self.public_id} {self.state}"


class Attempt(models.Model):
    """One try to send one delivery: when it was marked, what came of it."""

    pk = models.CompositePrimaryKey("delivery", "number")
    # Without the database's own check: it reads and locks the row again at each commit, an eighth of what a send costs
    # PostgreSQL; claiming writes both in one statement, and nothing else makes attempts.
    delivery = models.ForeignKey(
        Delivery, on_delete=models.CASCADE, related_name="attempts", db_index=False, db_constraint=False
    )
    number = models.PositiveSmallIntegerField()
    marked_at = models.DateTimeField(default=now)
    worker = models.CharField(max_length=100, blank=True)
    fence = models.BigIntegerField(default=0)
    answered_at = models.DateTimeField(null=True)
    outcome = models.CharField(max_length=40, blank=True)  # "" while unknown; accepted, or an error's code
    provider_code = models.CharField(max_length=40, blank=True)
    provider_reason = models.CharField(max_length=500, blank=True)

    def __str__(self) -> str:
        return f"attempt {self.number} of {self.delivery_id}"


class DeliveryCount(models.Model):
    """How many rows of a communication are in a state for a reason; kept with the rows in one transaction."""

    communication = models.ForeignKey(
        "communications.Communication", on_delete=models.CASCADE, related_name="counts", db_index=False
    )
    state = models.CharField(max_length=12, choices=DeliveryState)
    reason = models.CharField(max_length=40, blank=True)
    number = models.BigIntegerField(default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["communication", "state", "reason"], name="one_count_per_state_and_reason")
        ]

    def __str__(self) -> str:
        return f"{self.state} {self.reason}: {self.number}"


class SentNoted(models.Model):
    """How far the ledger was read for `ContactActivity` (note_sent.py): one row."""

    settled_at = models.DateTimeField()
    delivery = models.BigIntegerField()  # among those settled at that moment, the last one read

    class Meta:
        verbose_name_plural = "sent noted"

    def __str__(self) -> str:
        return f"{self.settled_at} {self.delivery}"


class AttemptCount(models.Model):
    """How many messages of a communication met `outcome` at attempt `number`; gains.py says what is not written."""

    communication = models.ForeignKey(
        "communications.Communication", on_delete=models.CASCADE, related_name="attempt_counts", db_index=False
    )
    number = models.PositiveSmallIntegerField()
    outcome = models.CharField(max_length=40)
    total = models.BigIntegerField(default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["communication", "number", "outcome"], name="one_count_per_attempt_and_outcome"
            )
        ]

    def __str__(self) -> str:
        return f"attempt {self.number} {self.outcome}: {self.total}"


class BreakerKind(models.TextChoices):
    CHANNEL = "channel", pgettext_lazy("breaker", "Channel")
    TEMPLATE = "template", pgettext_lazy("breaker", "Template")
    COMMUNICATION = "communication", pgettext_lazy("breaker", "Communication")


class Breaker(models.Model):
    """What failed too often, counted with the records in one transaction; see breaker.py.

    `subject` is the row's number of the channel, the variant or the communication; no foreign key, like an incident.
    `failures`: in a row, of a channel or a template; of a communication those for `cause`, out of `tried`.
    """

    kind = models.CharField(max_length=13, choices=BreakerKind)
    subject = models.BigIntegerField()
    of_channel = models.BigIntegerField(default=0)  # a channel's and its templates' are read together
    failures = models.PositiveIntegerField(default=0)
    tried = models.PositiveIntegerField(default=0)
    cause = models.CharField(max_length=40, blank=True)
    before = models.JSONField(default=dict)  # a communication's counters when it was last held
    opened_at = models.DateTimeField(null=True)
    retry_at = models.DateTimeField(null=True)  # a channel's: when one message tries it again
    openings = models.PositiveSmallIntegerField(default=0)  # how often in a row that one message failed too
    pace_level = models.FloatField(default=1.0)  # a channel's: the part of its pace a limit left it, at `slowed_at`
    slowed_at = models.DateTimeField(null=True)
    blocked = models.FloatField(default=0)  # seconds from then for which nothing of the channel leaves

    class Meta:
        constraints = [models.UniqueConstraint(fields=["kind", "subject"], name="one_breaker_per_subject")]
        indexes = [models.Index(fields=["of_channel"], name="breaker_of_channel")]

    def __str__(self) -> str:
        return f"{self.kind} {self.subject}: {self.failures} {self.cause}"


class Budget(models.Model):
    """How many persons count against the daily budget (budget.py): one row, locked by every claim that counts."""

    used = models.BigIntegerField(default=0)
    resumes_at = models.DateTimeField(null=True)  # when the next person becomes free, while communications wait for one
    hours = models.JSONField(default=dict)  # budget_hours.py

    def __str__(self) -> str:
        return f"{self.used} persons"


class Reached(models.Model):
    """Who counts: a keyed digest of the address; last reached `at` by the row `delivery`, formerly `before`."""

    person = models.BigIntegerField(primary_key=True)
    at = models.DateTimeField(db_index=True)
    before = models.DateTimeField(null=True)
    delivery = models.BigIntegerField()

    class Meta:
        verbose_name_plural = "reached"

    def __str__(self) -> str:
        return f"{self.person} {self.at}"


class Idempotency(models.Model):
    """The stored answer to one key of one caller: the same key with the same body gets the same answer for 24 hours."""

    caller = models.ForeignKey("accounts.AccessToken", on_delete=models.CASCADE, related_name="+")
    endpoint = models.CharField(max_length=200)
    key = models.CharField(max_length=255)
    body_digest = models.CharField(max_length=64)
    status = models.PositiveSmallIntegerField(null=True)
    answer = models.JSONField(null=True)
    created_at = models.DateTimeField(default=now)

    class Meta:
        verbose_name_plural = "idempotencies"
        constraints = [
            models.UniqueConstraint(fields=["caller", "endpoint", "key"], name="one_answer_per_idempotency_key")
        ]

    def __str__(self) -> str:
        return self.key
