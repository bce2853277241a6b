"""What is kept about deeds done to contacts: probable twins, merges, changes by hand, erasures."""

import uuid

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from staffetta.work.clock import now


class TwinReason(models.TextChoices):
    """Why two contacts look like one person, the surest first."""

    SAME_NUMBER = "same_number", _("The same number in another form")
    SECOND_NUMBER = "second_number", _("The number stands in a field of the other")
    SAME_EMAIL = "same_email", _("The same e-mail address")
    SAME_EXTERNAL_ID = "same_external_id", _("The same external id, written differently")
    NEAR_NUMBER = "near_number", _("The same name, and numbers that differ by one digit")
    OTHER_PLATFORM = "other_platform", _("The same name, one with a number and one with a TELEGRAMID")


class TwinSearch(models.Model):
    """One look at all contacts for twins; `step` is how many rules are done."""

    step = models.PositiveSmallIntegerField(default=0)
    found = models.PositiveIntegerField(default=0)
    asked_by = models.ForeignKey("accounts.User", null=True, on_delete=models.SET_NULL, related_name="+")
    created_at = models.DateTimeField(default=now)
    finished_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name_plural = "twin searches"

    def __str__(self) -> str:
        return f"twin search {self.pk}"


class Twin(models.Model):
    """Two contacts that are probably one person; `first` is the older one. Dismissed: a person said they are two."""

    first = models.ForeignKey("contacts.Contact", on_delete=models.CASCADE, related_name="+")
    second = models.ForeignKey("contacts.Contact", on_delete=models.CASCADE, related_name="+")
    reason = models.CharField(max_length=20, choices=TwinReason)
    seen = models.PositiveBigIntegerField(default=0)  # number of the last search that found the pair
    dismissed_at = models.DateTimeField(null=True)
    dismissed_by_name = models.CharField(max_length=150, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["first", "second"], name="one_twin_per_pair")]
        indexes = [models.Index(fields=["id"], condition=Q(dismissed_at=None), name="twins_open")]

    def __str__(self) -> str:
        return f"{self.first_id} {self.second_id}: {self.reason}"


class Merge(models.Model):
    """One contact that went into another, with all that is needed to take that back.

    `lost` and `before` hold the values of the contact that went and of the one that stayed, `after` what the latter
    got; `moved` which rows changed hands (model.field -> ids); `left` those that only lost their owner; `held` rows
    that could not change hands, whole; `states` the consents of both; `suppressed` the Blacklist entries it made.
    `undone` says what an undo could not restore (codes, wording.py).
    """

    kept = models.ForeignKey("contacts.Contact", null=True, on_delete=models.SET_NULL, related_name="merges")
    kept_number = models.PositiveBigIntegerField()
    lost_number = models.PositiveBigIntegerField()
    lost_name = models.CharField(max_length=400, blank=True)
    lost = models.JSONField(default=dict)
    before = models.JSONField(default=dict)
    after = models.JSONField(default=dict)
    moved = models.JSONField(default=dict)
    left = models.JSONField(default=dict)
    held = models.JSONField(default=list)
    states = models.JSONField(default=dict)
    suppressed = models.JSONField(default=list)
    by = models.ForeignKey("accounts.User", null=True, on_delete=models.SET_NULL, related_name="+")
    by_name = models.CharField(max_length=150, blank=True)
    at = models.DateTimeField(default=now)
    undone_at = models.DateTimeField(null=True)
    undone_by_name = models.CharField(max_length=150, blank=True)
    undone = models.JSONField(default=list)

    def __str__(self) -> str:
        return self.lost_name


class FormerAddress(models.Model):
    """An address that a merge dropped: whoever comes with it is the merged contact, unless another has it now.

    On WhatsApp the number, E.164 with the plus; on Telegram the TELEGRAMID.
    """

    contact = models.ForeignKey("contacts.Contact", on_delete=models.CASCADE, related_name="former_addresses")
    platform = models.CharField(max_length=20)
    address = models.CharField(max_length=20)
    at = models.DateTimeField(default=now)

    class Meta:
        verbose_name_plural = "former addresses"
        constraints = [models.UniqueConstraint(fields=["platform", "address"], name="one_former_address")]

    def __str__(self) -> str:
        return self.address


class ContactChange(models.Model):
    """A change of a contact's values that no import and no sync run has written down already.

    `changes` is field -> [before, after]; `source` a code: hand, api, merge, unmerge, sync_undo,
    import_undo. A merge tells of `former_number` and `former_telegram_id` too.
    """

    contact = models.ForeignKey("contacts.Contact", on_delete=models.CASCADE, related_name="changes")
    source = models.CharField(max_length=20)
    changes = models.JSONField(default=dict)
    by_name = models.CharField(max_length=150, blank=True)
    at = models.DateTimeField(default=now)

    def __str__(self) -> str:
        return f"{self.contact_id} {self.source}"


class Erasure(models.Model):
    """The certificate of one erasure. Names nobody: the contact's number here, masked addresses, and counts by code.

    `deleted`, `emptied` and `kept` are code -> number (wording.py); what is kept is kept without name and address.
    `backups` are those known that hold the person: file, host, made_at, and whether the file was there; `searched` is
    what the second search told (search_again.py). Either is null where it was not looked for.
    """

    public_id = models.UUIDField(default=uuid.uuid4, unique=True)
    contact_number = models.PositiveBigIntegerField()
    masked = models.JSONField(default=list)
    reason = models.CharField(max_length=300, blank=True)
    deleted = models.JSONField(default=dict)
    emptied = models.JSONField(default=dict)
    kept = models.JSONField(default=dict)
    backups = models.JSONField(null=True)
    searched = models.JSONField(null=True)
    by = models.ForeignKey("accounts.User", null=True, on_delete=models.SET_NULL, related_name="+")
    by_name = models.CharField(max_length=150, blank=True)
    at = models.DateTimeField(default=now)

    def __str__(self) -> str:
        return f"#{self.contact_number}"
