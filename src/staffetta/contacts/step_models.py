"""What belongs to an import beside its rows: mappings kept by name, and the explicit step that states a consent."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from staffetta.work.clock import now


class SavedMapping(models.Model):
    """A mapping kept under a name, offered to every file that has its columns."""

    name = models.CharField(_("name"), max_length=100, unique=True)
    mapping = models.JSONField(default=dict)
    modes = models.JSONField(default=dict)
    phone_mode = models.CharField(max_length=10, blank=True)
    phone_prefix = models.CharField(max_length=3, null=True)  # as in Import
    created_at = models.DateTimeField(default=now)

    def __str__(self) -> str:
        return self.name


class ConsentStep(models.Model):
    """The explicit step: a person states that certain people have agreed, with source, wording and date.

    A lane writes it into the ledger piece by piece; `after` is how far it came, `people` how many it was said of.
    """

    purpose = models.CharField(max_length=20)
    platform = models.CharField(max_length=20)
    source_text = models.CharField(max_length=300)
    wording = models.TextField()
    given_on = models.DateField()
    people = models.PositiveIntegerField()
    after = models.PositiveBigIntegerField(default=0)
    changed = models.PositiveIntegerField(default=0)
    kept_out = models.PositiveIntegerField(default=0)
    by = models.ForeignKey("accounts.User", null=True, on_delete=models.SET_NULL, related_name="+")
    created_at = models.DateTimeField(default=now)
    finished_at = models.DateTimeField(null=True)

    class Meta:
        abstract = True

    @property
    def evidence(self) -> str:
        """What the ledger keeps as the text of the consent."""
        return f"{self.source_text} · {self.given_on.isoformat()} · {self.wording}"


class ImportConsent(ConsentStep):
    """The explicit step for the people of an import."""

    source = models.ForeignKey("contacts.Import", on_delete=models.CASCADE, related_name="consent_steps")

    def __str__(self) -> str:
        return f"consent of import {self.source_id}"


class ImportRefusal(models.Model):
    """Whom a rejected row of an import names that says No; kept until the import ends (record_refusals.py).

    `key` is +39… (one for all forms of a number), @1234 (TELEGRAMID), #external id, or =7 for a contact.
    """

    source = models.ForeignKey("contacts.Import", on_delete=models.CASCADE, db_index=False, related_name="+")
    key = models.CharField(max_length=120)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["source", "key"], name="one_import_refusal_per_key")]

    def __str__(self) -> str:
        return f"refusal in import {self.source_id}"
