"""What the provider tells us: stored first, folded later."""

from django.db import models

from staffetta.work.clock import now


class ProviderEvent(models.Model):
    """One thing the provider told, under a key that is unique within the channel: the same thing twice is one row."""

    channel = models.ForeignKey("channels.Channel", on_delete=models.CASCADE, related_name="events")
    key = models.CharField(max_length=200)
    kind = models.CharField(max_length=20)  # reply, stopped, blocked
    address = models.CharField(max_length=60)
    payload = models.JSONField(default=dict)
    at = models.DateTimeField(default=now)
    applied_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["channel", "key"], name="one_row_per_event")]

    def __str__(self) -> str:
        return f"{self.kind} {self.key}"


class ReadMark(models.Model):
    """When opt-outs of a channel were last read whole: nothing is planned on older knowledge."""

    channel = models.OneToOneField("channels.Channel", on_delete=models.CASCADE, related_name="opt_outs_read")
    at = models.DateTimeField(null=True)
    problem = models.CharField(max_length=40, blank=True)
    problem_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return f"opt-outs of {self.channel_id} read at {self.at}"
