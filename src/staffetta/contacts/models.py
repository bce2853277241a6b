"""People as we know them, what they agreed to, and where they came from.

A foreign key a unique constraint begins with has no index of its own: a million rows would pay for it twice. Some are
not checked by the database (`db_constraint=False`), which looks at each row alone (decision 0012).
"""

from typing import Any

from django.db import models
from django.db.models import Q
from django.utils.translation import get_language, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from staffetta.contacts import record_models, step_models  # noqa: F401  (Django looks for models here)
from staffetta.contacts.opt_outs import models as opt_out_models  # noqa: F401
from staffetta.contacts.storage.fold import search_text
from staffetta.work.clock import now


class ContactField(models.Model):
    """A field of our own; its values, as types.py makes them, lie in `Contact.values` under `name`."""

    name = models.SlugField(max_length=60, unique=True)
    label = models.CharField(_("label"), max_length=100)
    label_en = models.CharField(_("label in English"), max_length=100, blank=True)
    type = models.CharField(max_length=20, default="text")  # one of types.TYPES
    choices = models.JSONField(default=list, blank=True)  # of texts; for choice and choices
    required = models.BooleanField(default=False)
    help = models.CharField(max_length=300, blank=True)
    created_at = models.DateTimeField(default=now)

    def __str__(self) -> str:
        english = (get_language() or "").startswith("en") and self.label_en
        return english or self.label or self.name


class Contact(models.Model):
    """A person here. The number is kept three ways: as typed, as E.164, and as the provider's own id."""

    first_name = models.CharField(_("first name"), max_length=200, blank=True)
    last_name = models.CharField(_("last name"), max_length=200, blank=True)
    phone_raw = models.CharField(_("phone"), max_length=60, blank=True)
    phone = models.CharField(max_length=20, null=True)  # E.164, with the plus
    whatsapp_id = models.CharField(max_length=60, blank=True)
    telegram_id = models.CharField("TELEGRAMID", max_length=20, null=True)
    language = models.CharField(_("language"), max_length=20, blank=True)
    time_zone = models.CharField(_("time zone"), max_length=60, blank=True)
    external_id = models.CharField(_("external id"), max_length=100, null=True)
    values = models.JSONField(default=dict)
    search = models.TextField(default="", editable=False)  # names and addresses, folded (fold.py)
    created_at = models.DateTimeField(default=now)
    updated_at = models.DateTimeField(default=now)

    class Meta:
        # Not `unique=True`: on PostgreSQL that is two indexes each, and they would hold whoever has none as well.
        constraints = [
            models.UniqueConstraint(
                fields=[name], condition=Q(**{f"{name}__isnull": False}), name=f"one_contact_per_{name}"
            )
            for name in ("phone", "telegram_id", "external_id")
        ]
        indexes = [models.Index(fields=["whatsapp_id"], condition=~Q(whatsapp_id=""), name="contact_by_whatsapp_id")]

    def __str__(self) -> str:
        return self.full_name or self.phone or self.telegram_id or f"#{self.pk}"

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Keep what the search reads in step; bulk writers fill `search` by themselves."""
        self.search = search_text(self)
        if kwargs.get("update_fields") is not None:
            kwargs["update_fields"] = {*kwargs["update_fields"], "search"}
        super().save(*args, **kwargs)

    @property
    def full_name(self) -> str:
        return f"{self.first_name} {self.last_name}".strip()


class Purpose(models.TextChoices):
    MARKETING = "marketing", _("Marketing")
    SERVICE = "service", _("Service")


class ContactList(models.Model):
    """People put together by hand, by filter or by an import; an audience."""

    name = models.CharField(_("name"), max_length=200, unique=True)
    created_at = models.DateTimeField(default=now)

    def __str__(self) -> str:
        return self.name


class ListMember(models.Model):
    """A contact in a list. `source` is what put them in and can be undone (lists.py); "" for a person's own doing."""

    list = models.ForeignKey(ContactList, on_delete=models.CASCADE, db_index=False, related_name="members")
    contact = models.ForeignKey(Contact, on_delete=models.CASCADE, related_name="memberships")
    added_at = models.DateTimeField(default=now)
    source = models.CharField(max_length=50, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["list", "contact"], name="one_membership_per_list")]

    def __str__(self) -> str:
        return f"{self.list_id} {self.contact_id}"


class AudienceRules(models.Model):
    """People told by rules instead of one by one: whoever fits when it is looked at. An audience.

    `rules` is the tree of rules.py in its canonical form.
    """

    name = models.CharField(_("name"), max_length=200, unique=True)
    rules = models.JSONField(default=dict)
    created_by = models.ForeignKey("accounts.User", null=True, on_delete=models.SET_NULL, related_name="+")
    created_at = models.DateTimeField(default=now)
    updated_at = models.DateTimeField(default=now)

    class Meta:
        verbose_name_plural = "audience rules"

    def __str__(self) -> str:
        return self.name


class ConsentValue(models.TextChoices):
    YES = "yes", _("Yes")
    NO = "no", _("No")
    UNSET = "unset", _("Not set")


class Consent(models.Model):
    """One statement about one person's consent. Append-only: rows are never changed."""

    contact = models.ForeignKey(Contact, on_delete=models.CASCADE, related_name="consents")
    platform = models.CharField(max_length=20)
    purpose = models.CharField(max_length=20, choices=Purpose)
    value = models.CharField(max_length=8, choices=ConsentValue)
    source = models.CharField(max_length=40)  # a code: hand, import, stop_word, stopped, blocked, api, …
    wording = models.TextField(blank=True)
    at = models.DateTimeField(default=now)
    by = models.ForeignKey("accounts.User", null=True, on_delete=models.SET_NULL, db_index=False, related_name="+")
    by_name = models.CharField(max_length=150, blank=True)
    expires_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return f"{self.platform} {self.purpose}: {self.value}"


class ConsentState(models.Model):
    """The present consent, derived from the ledger and written with it in one transaction."""

    # Unchecked: a statement in the ledger, which is checked, is written with every state.
    contact = models.ForeignKey(
        Contact, on_delete=models.CASCADE, db_index=False, db_constraint=False, related_name="consent_states"
    )
    platform = models.CharField(max_length=20)
    purpose = models.CharField(max_length=20, choices=Purpose)
    value = models.CharField(max_length=8, choices=ConsentValue)
    source = models.CharField(max_length=40)
    at = models.DateTimeField(default=now)
    expires_at = models.DateTimeField(null=True)  # from then on it counts as not set

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["contact", "platform", "purpose"], name="one_consent_state_per_purpose")
        ]
        indexes = [
            models.Index(fields=["platform", "purpose", "contact"], condition=Q(value="no"), name="consents_refused")
        ]

    def __str__(self) -> str:
        return f"{self.platform} {self.purpose}: {self.value}"

    @property
    def value_now(self) -> str:
        """What counts at this moment: a consent that is over is not set."""
        over = self.expires_at is not None and self.expires_at <= now()
        return ConsentValue.UNSET if over else self.value

    @property
    def label_now(self) -> str:
        return str(ConsentValue(self.value_now).label)


class Suppression(models.Model):
    """An address that may not be written to whatever the consent: hashed, beside a masked form (Blacklist)."""

    platform = models.CharField(max_length=20)
    address_digest = models.CharField(max_length=64)
    masked = models.CharField(max_length=30)
    cause = models.CharField(max_length=40)  # a code: hand, opted_out, … (wording.py)
    note = models.CharField(_("reason"), max_length=300, blank=True)
    by_name = models.CharField(max_length=150, blank=True)
    at = models.DateTimeField(default=now)
    until = models.DateTimeField(null=True)  # null: for ever

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["platform", "address_digest"], name="one_suppression_per_address")
        ]
        indexes = [
            models.Index(fields=["id"], condition=Q(until=None), name="suppressed_for_ever"),
            models.Index(fields=["id"], condition=Q(until__isnull=False), name="suppressed_for_days"),
        ]

    def __str__(self) -> str:
        return self.masked


class ContactActivity(models.Model):
    """When a person was last written to and last wrote, per platform; written downward by deliveries and events.

    What was sent has a row for each channel, by its id at the provider; replies are kept under the channel "".
    """

    contact = models.ForeignKey(Contact, on_delete=models.CASCADE, db_index=False, related_name="activities")
    platform = models.CharField(max_length=20)
    channel = models.CharField(max_length=64, blank=True)
    last_sent_at = models.DateTimeField(null=True)
    last_reply_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name_plural = "contact activities"
        constraints = [
            models.UniqueConstraint(fields=["contact", "platform", "channel"], name="one_activity_per_channel")
        ]

    def __str__(self) -> str:
        return f"{self.contact_id} {self.platform}"


class ImportState(models.TextChoices):
    UPLOADED = "uploaded", pgettext_lazy("import", "To be mapped")
    WAITING = "waiting", pgettext_lazy("import", "Waiting")
    RUNNING = "running", pgettext_lazy("import", "Running")
    DONE = "done", pgettext_lazy("import", "Done")
    CANCELLED = "cancelled", pgettext_lazy("import", "Cancelled")
    UNDOING = "undoing", pgettext_lazy("import", "Being undone")
    UNDONE = "undone", pgettext_lazy("import", "Undone")
    FAILED = "failed", pgettext_lazy("import", "Not completed")


class PhoneMode(models.TextChoices):
    STRICT = "strict", _("Strict: only + and the country code, nothing is guessed")
    NATIONAL = "national", _("National numbers too: those without + belong to the country below")
    RECOVER = "recover", _("Automatic recovery: a missing + or country code is added")


class Import(models.Model):
    """One file of contacts: uploaded, mapped, read in the background, its result kept.

    `mapping` is column heading -> target (phone, first_name, last_name, telegram_id, or a contact field's name).
    `offset_rows` and `offset_bytes` say how far the file was read and committed. The counters sum: created + updated +
    unchanged + rejected = total_rows when done. `consents` counts what the file said of those imported: yes, no, unset,
    and `kept`: people who opted out themselves, whom the file's Yes did not bring back. Where there are any, `refused`
    are the No of rejected rows, recorded all the same and counted in `no`; `unnamed` those that name nobody here;
    `overruled` the Yes of people of whom another row says No. `reasons` counts the rejects by reason. `undone` counts
    what an undo did: removed, restored, kept.
    """

    name = models.CharField(max_length=200)
    file = models.FileField(upload_to="imports/")
    state = models.CharField(max_length=12, choices=ImportState, default=ImportState.UPLOADED)
    delimiter = models.CharField(max_length=1, default=",")
    encoding = models.CharField(max_length=20, default="utf-8")
    workbook = models.FileField(upload_to="imports/", blank=True, db_default="")  # if another sheet can be chosen
    reading = models.JSONField(null=True)  # file_reading.FileReading; null: made before readings were kept
    columns = models.JSONField(default=list)
    mapping = models.JSONField(default=dict)
    modes = models.JSONField(default=dict)  # target -> if_empty or only_new; what is absent: the file wins
    phone_mode = models.CharField(max_length=10, choices=PhoneMode, default=PhoneMode.STRICT)
    phone_prefix = models.CharField(max_length=3, null=True)  # of numbers without one; null: the installation's
    consent_column = models.CharField(max_length=200, blank=True)
    consent_wording = models.TextField(blank=True)
    offset_rows = models.PositiveIntegerField(default=0)
    offset_bytes = models.PositiveBigIntegerField(default=0)
    total_rows = models.PositiveIntegerField(null=True)
    created = models.PositiveIntegerField(default=0)
    updated = models.PositiveIntegerField(default=0)
    unchanged = models.PositiveIntegerField(default=0)
    rejected = models.PositiveIntegerField(default=0)
    consents = models.JSONField(default=dict)
    reasons = models.JSONField(default=dict)
    undone = models.JSONField(default=dict)
    into_list = models.ForeignKey(ContactList, null=True, on_delete=models.SET_NULL, related_name="+")
    from_workbook = models.BooleanField(default=False)
    problem = models.CharField(max_length=60, blank=True)
    problem_detail = models.CharField(max_length=500, blank=True)
    asked_by = models.ForeignKey("accounts.User", null=True, on_delete=models.SET_NULL, related_name="+")
    created_at = models.DateTimeField(default=now)
    started_at = models.DateTimeField(null=True)
    beat_at = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return self.name

    @property
    def imported(self) -> int:
        """How many rows are contacts now."""
        return self.created + self.updated + self.unchanged

    @property
    def finished(self) -> bool:
        return self.state in (ImportState.DONE, ImportState.FAILED, ImportState.CANCELLED, ImportState.UNDONE)

    @property
    def can_be_undone(self) -> bool:
        """Whether what it did may be taken back; `imported` counts rows that are contacts."""
        taken = self.state in (ImportState.DONE, ImportState.FAILED, ImportState.CANCELLED)
        return taken and (self.created + self.updated > 0 or (self.into_list_id is not None and self.unchanged > 0))


class ImportedContact(models.Model):
    """A contact that came with an import, and what the import did to it. `before` holds the values it replaced."""

    # Unchecked: that somebody who is deleted at this moment came with a file says nothing about anybody.
    source = models.ForeignKey(
        Import, on_delete=models.CASCADE, db_index=False, db_constraint=False, related_name="members"
    )
    contact = models.ForeignKey(Contact, on_delete=models.CASCADE, db_constraint=False, related_name="imports")
    outcome = models.CharField(max_length=10)  # created, updated, unchanged
    row = models.PositiveIntegerField()
    before = models.JSONField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["source", "contact"], name="one_membership_per_import")]

    def __str__(self) -> str:
        return f"row {self.row}"


class ImportReject(models.Model):
    """A row that was not taken, whole, its reason from a closed list (wording.py). `row` counts as spreadsheets do.

    `refused` is null where the row says no No; else the number of people here whose No it is, recorded all the same.
    """

    source = models.ForeignKey(Import, on_delete=models.CASCADE, db_index=False, related_name="rejects")
    row = models.PositiveIntegerField()
    reason = models.CharField(max_length=40)
    column = models.CharField(max_length=200, blank=True)
    cells = models.JSONField(default=list)
    refused = models.PositiveSmallIntegerField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["source", "row"], name="one_reject_per_row"),
            models.CheckConstraint(condition=~Q(reason=""), name="a_reject_has_a_reason"),
        ]

    def __str__(self) -> str:
        return f"row {self.row}: {self.reason}"
