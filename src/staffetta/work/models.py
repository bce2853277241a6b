"""What the machinery keeps: who holds what, and who is alive."""

from django.db import models

from staffetta.work.clock import real_now


class Lease(models.Model):
    """The right to do one named thing, held by one worker until `expires_at`; `fence` rises with every new holder."""

    name = models.CharField(max_length=100, unique=True)
    holder = models.CharField(max_length=100, blank=True)
    fence = models.BigIntegerField(default=0)
    expires_at = models.DateTimeField(default=real_now)

    def __str__(self) -> str:
        return self.name


class LaneBeat(models.Model):
    """The last sign of life of one lane on one worker."""

    lane = models.CharField(max_length=40)
    worker = models.CharField(max_length=100)
    beat_at = models.DateTimeField(default=real_now)
    worked_at = models.DateTimeField(null=True)
    problem = models.TextField(blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["lane", "worker"], name="one_beat_per_lane_and_worker")]

    def __str__(self) -> str:
        return f"{self.lane} on {self.worker}"


class Meter(models.Model):
    """One counter that only rises, of all workers together; `labels` as metrics have them: `outcome="accepted"`."""

    name = models.CharField(max_length=60)
    labels = models.CharField(max_length=200, blank=True)
    value = models.FloatField(default=0)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["name", "labels"], name="one_meter_per_name_and_labels")]

    def __str__(self) -> str:
        return f"{self.name}{{{self.labels}}} {self.value:g}"
