"""Trouble that lasts, told once: N failures in a row of one thing open an incident, one success closes it."""

from django.db import models
from django.db.models import Q

from staffetta.work.clock import now


class Incident(models.Model):
    """One thing that is broken. `kind` and `subject` name it, `cause` is a code worded in the interface."""

    kind = models.CharField(max_length=40)
    subject = models.CharField(max_length=60)
    subject_name = models.CharField(max_length=200)
    cause = models.CharField(max_length=40)
    detail = models.CharField(max_length=500, blank=True)
    failures = models.PositiveIntegerField(default=1)
    opened_at = models.DateTimeField(default=now)
    last_at = models.DateTimeField(default=now)
    closed_at = models.DateTimeField(null=True)
    mailed_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["kind", "subject"], condition=Q(closed_at__isnull=True), name="one_open_incident_per_subject"
            )
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.subject_name}: {self.cause}"
