"""What the machinery keeps: who holds what, and who is alive."""

from django.db import models

from staffetta.work.clock import now, real_now


class Lease(models.Model):
    """The right to do one named thing, held by one worker until `expires_at`; `fence` rises with every new holder."""

    name = models.CharField(max_length=100, unique=True)
    holder = models.CharField(max_length=100, blank=True)
    fence = models.BigIntegerField(default=0)
    expires_at = models.DateTimeField(default=real_now)
    taken_at = models.DateTimeField(null=True)  # or renewed: a lease from the future was taken by a wrong clock

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


class SetAside(models.Model):
    """One item that a lane could not handle: why, how often it was tried, and when it is tried again.

    Without `not_before` nobody tries it by itself: whatever brings it in again does. `address` names the person of the
    item, who is not written to meanwhile. No texts and no values are kept, only what failed and where.
    """

    lane = models.CharField(max_length=40)
    subject = models.CharField(max_length=200)
    name = models.CharField(max_length=200, blank=True)
    platform = models.CharField(max_length=20, blank=True)
    address = models.CharField(max_length=60, blank=True)
    reason = models.CharField(max_length=40)
    detail = models.CharField(max_length=500, blank=True)
    attempts = models.PositiveIntegerField(default=1)
    first_at = models.DateTimeField(default=now)
    last_at = models.DateTimeField(default=now)
    not_before = models.DateTimeField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["lane", "subject"], name="one_row_per_item_set_aside")]
        indexes = [
            models.Index(fields=["platform", "address"], condition=~models.Q(address=""), name="set_aside_of_person")
        ]

    def __str__(self) -> str:
        return f"{self.lane} {self.subject}: {self.reason}"


class Meter(models.Model):
    """One counter that only rises, of all workers together; `labels` as metrics have them: `outcome="accepted"`."""

    name = models.CharField(max_length=60)
    labels = models.CharField(max_length=200, blank=True)
    value = models.FloatField(default=0)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["name", "labels"], name="one_meter_per_name_and_labels")]

    def __str__(self) -> str:
        return f"{self.name}{{{self.labels}}} {self.value:g}"


class MadeBackup(models.Model):
    """A backup that was written to `file` on the machine `host`, or restored from there; the last one of each file."""

    file = models.CharField(max_length=1000)
    host = models.CharField(max_length=255)
    made_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["file", "host"], name="one_made_backup_per_file_and_host")]

    def __str__(self) -> str:
        return f"{self.host}:{self.file}"


class StoredText(models.Model):
    """How far the rows of one model were brought to the present form of text (stored_text.py)."""

    model = models.CharField(max_length=80)
    form = models.PositiveIntegerField()
    after = models.BigIntegerField(default=0)
    changed = models.PositiveBigIntegerField(default=0)
    finished_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["model", "form"], name="one_progress_per_model_and_form")]

    def __str__(self) -> str:
        return f"{self.model} {self.form}: {self.after}"
