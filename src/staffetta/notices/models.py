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
    opens_after = models.PositiveIntegerField(default=1)  # below it the row only counts, and nobody is told
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


class Mail(models.Model):
    """One e-mail to one person, written here first: a mail server that is down loses nothing."""

    incident = models.ForeignKey(Incident, on_delete=models.CASCADE, related_name="mails")
    to = models.ForeignKey("accounts.User", on_delete=models.CASCADE, related_name="+")
    attempts = models.PositiveSmallIntegerField(default=0)
    not_before = models.DateTimeField(default=now)
    sent_at = models.DateTimeField(null=True)
    given_up_at = models.DateTimeField(null=True)
    problem = models.CharField(max_length=300, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["incident", "to"], name="one_mail_per_incident_and_person")]
        indexes = [
            models.Index(
                fields=["not_before"],
                condition=Q(sent_at__isnull=True, given_up_at__isnull=True),
                name="mail_due",
            )
        ]

    def __str__(self) -> str:
        return f"mail {self.pk} of incident {self.incident_id}"
