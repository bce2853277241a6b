"""What the provider tells us: stored first, folded later."""

from django.db import models
from django.db.models import Q

from staffetta.work.clock import now


class ProviderEvent(models.Model):
    """One thing the provider told, under a key that is unique within the channel: the same thing twice is one row."""

    channel = models.ForeignKey("channels.Channel", on_delete=models.CASCADE, related_name="events")
    key = models.CharField(max_length=200)
    kind = models.CharField(max_length=20)  # reply, stopped, started, blocked, unblocked
    address = models.CharField(max_length=60)
    payload = models.JSONField(default=dict)
    at = models.DateTimeField(default=now)
    applied_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["channel", "key"], name="one_row_per_event")]
        indexes = [
            models.Index(fields=["channel", "id"], condition=Q(applied_at=None), name="event_to_apply"),
            models.Index(fields=["channel", "kind", "address"], name="event_of_person"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.key}"


class StopProof(models.Model):
    """The test number of a channel, and how the last proof went that a STOP written from it is known here.

    `broken` is the link of the chain that did not hold (prove_stop.py), "" when all did; `good_at` when all did last.
    """

    channel = models.OneToOneField("channels.Channel", on_delete=models.CASCADE, related_name="stop_proof")
    number = models.CharField(max_length=20)  # E.164, with the plus
    at = models.DateTimeField(null=True)
    broken = models.CharField(max_length=20, blank=True)
    detail = models.CharField(max_length=300, blank=True)
    good_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return f"proof of channel {self.channel_id}: {self.broken or self.at}"


class ReadMark(models.Model):
    """How old what is known of a channel's opt-outs is, source by source.

    Every age counts from when a reading began. `at` and `problem` are those of the conversations. `absent` says that
    the account has no list of conversations, or that the key may not read it (a code of the connectors' errors).
    `open` are the people whose conversations were open then, and those of closed ones that could not be read yet.
    The rolling reading of all customers keeps its place in `round`; `customers_at` is when the last whole one began.
    """

    channel = models.OneToOneField("channels.Channel", on_delete=models.CASCADE, related_name="opt_outs_read")
    at = models.DateTimeField(null=True)
    problem = models.CharField(max_length=40, blank=True)
    problem_at = models.DateTimeField(null=True)
    open = models.JSONField(null=True, default=list)
    took = models.FloatField(default=0)  # seconds: a channel of many conversations is read less often
    absent = models.CharField(max_length=40, blank=True)
    absent_at = models.DateTimeField(null=True)
    customers_at = models.DateTimeField(null=True)
    customers_ended_at = models.DateTimeField(null=True)
    customers_number = models.PositiveIntegerField(null=True)
    customers_problem = models.CharField(max_length=40, blank=True)
    customers_problem_at = models.DateTimeField(null=True)
    round_began = models.DateTimeField(null=True)
    round_place = models.JSONField(default=dict)
    round_number = models.PositiveIntegerField(default=0)

    def __str__(self) -> str:
        return f"opt-outs of {self.channel_id} read at {self.at}"


class SourcesAllowed(models.Model):
    """What an administrator allowed for a channel whose opt-outs cannot be known as they should."""

    channel = models.OneToOneField("channels.Channel", on_delete=models.CASCADE, related_name="sources_allowed")
    stopped_alone = models.BooleanField(default=False)  # a STOP is known from "stopped" alone, without conversations
    older = models.BooleanField(default=False)  # a start may use a reading of all customers of any age

    def __str__(self) -> str:
        return f"allowed for channel {self.channel_id}"


class StartKnowledge(models.Model):
    """What one start knows of who stopped: the look-up of its people, and which source settled it.

    `asked_at` is the moment the start was asked for: a row of a former start counts for nothing. `began` is how old
    the knowledge is. `unknown` people are customers of nobody: nothing is known of them there.
    """

    communication = models.OneToOneField(
        "communications.Communication", on_delete=models.CASCADE, related_name="start_knowledge"
    )
    asked_at = models.DateTimeField()
    lookup = models.CharField(max_length=20, blank=True)  # done, too_many, unusable, failed
    source = models.CharField(max_length=20, blank=True)  # lookup, customers, older
    began = models.DateTimeField(null=True)
    people = models.PositiveIntegerField(default=0)
    unknown = models.PositiveIntegerField(default=0)

    def __str__(self) -> str:
        return f"start of {self.communication_id}: {self.source or 'not known yet'}"
