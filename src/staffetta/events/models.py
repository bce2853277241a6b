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
    """When opt-outs of a channel were last read whole: nothing is planned on older knowledge.

    `at` and `problem_at` are when the good or failed reading began: what it tells is as old as that.
    """

    channel = models.OneToOneField("channels.Channel", on_delete=models.CASCADE, related_name="opt_outs_read")
    at = models.DateTimeField(null=True)
    problem = models.CharField(max_length=40, blank=True)
    problem_at = models.DateTimeField(null=True)
    took = models.FloatField(default=0)  # seconds: a channel of many customers is read less often

    def __str__(self) -> str:
        return f"opt-outs of {self.channel_id} read at {self.at}"
