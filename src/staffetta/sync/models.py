"""Configurations of contact sync, their runs, and what each run did, person by person."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from staffetta.contacts.step_models import ConsentStep
from staffetta.sync import state_models  # noqa: F401  (Django looks for models here)
from staffetta.work.clock import now


class Direction(models.TextChoices):
    FROM = "from_engage", _("From Sinch Engage to the platform")
    TO = "to_engage", _("From the platform to Sinch Engage")
    BOTH = "both", _("Both ways")


class Meaning(models.TextChoices):
    """What stopped or blocked at the provider means here."""

    NOTHING = "nothing", _("Nothing")
    OPT_OUT = "opt_out", _("Opt-out")
    SUPPRESS = "suppress", _("Suppression: never write to this address again")


class Mode(models.TextChoices):
    """How a value that differs is treated; the rules are in mapping.py."""

    PROVIDER = "provider", _("Sinch Engage wins")
    PLATFORM = "platform", _("The platform wins")
    IF_EMPTY = "if_empty", _("Only if empty")
    ONLY_NEW = "only_new", _("Only for new contacts")
    NEWEST = "newest", _("The newest change wins")
    ASK = "ask", _("Ask")


class Kind(models.TextChoices):
    """Where a row of the mapping takes its value from."""

    FIELD = "field", _("Customer field")
    FIRST_NAME = "first_name", _("First name, out of «name»")
    LAST_NAME = "last_name", _("Last name, out of «name»")
    FIXED = "fixed", _("Fixed value")


class Every(models.TextChoices):
    NEVER = "never", _("Only when I start it")
    MINUTES = "minutes", _("Every few minutes")
    HOURLY = "hourly", _("Every hour")
    DAILY = "daily", _("Every day")
    WEEKLY = "weekly", _("Every week")


class SyncConfiguration(models.Model):
    """How the customers of one channel and our contacts are kept in step.

    `key_customer` is "id" (the address at the provider) or a customer field; `key_contact` is phone, telegram_id,
    external_id or a contact field. `state_rules` holds the rules by which a state here becomes one there
    (write_back.RULES), named one by one; an empty list implies nothing.
    """

    channel = models.ForeignKey("channels.Channel", on_delete=models.CASCADE, related_name="syncs")
    name = models.CharField(_("name"), max_length=100)
    direction = models.CharField(max_length=12, choices=Direction, default=Direction.FROM)
    key_customer = models.CharField(max_length=200, default="id")
    key_contact = models.CharField(max_length=60, default="phone")
    create_unknown = models.BooleanField(default=True)
    stopped_means = models.CharField(max_length=10, choices=Meaning, default=Meaning.OPT_OUT)
    blocked_means = models.CharField(max_length=10, choices=Meaning, default=Meaning.OPT_OUT)
    into_list = models.ForeignKey("contacts.ContactList", null=True, on_delete=models.SET_NULL, related_name="+")
    state_rules = models.JSONField(default=list, blank=True)
    every = models.CharField(max_length=10, choices=Every, default=Every.NEVER)
    minutes = models.PositiveIntegerField(default=30)
    at = models.TimeField(null=True)
    weekday = models.PositiveSmallIntegerField(default=0)  # 0 is Monday
    time_zone = models.CharField(max_length=60, default="Europe/Rome")
    next_at = models.DateTimeField(null=True, db_index=True)
    created_at = models.DateTimeField(default=now)

    class Meta:
        verbose_name = _("contact-sync configuration")
        verbose_name_plural = _("contact-sync configurations")
        constraints = [models.UniqueConstraint(fields=["channel", "name"], name="one_sync_per_name")]

    def __str__(self) -> str:
        return self.name


class SyncMapping(models.Model):
    """One row of the mapping. `type_seen` is the type the customer field had when a person agreed to it.

    `pairs` matches the provider's choices (as they are) with ours; what is not in it is matched by its own text.
    """

    configuration = models.ForeignKey(SyncConfiguration, on_delete=models.CASCADE, related_name="mappings")
    position = models.PositiveIntegerField(default=0)
    kind = models.CharField(max_length=12, choices=Kind, default=Kind.FIELD)
    customer_field = models.CharField(max_length=200, blank=True)
    fixed = models.CharField(max_length=300, blank=True)
    contact_field = models.CharField(max_length=60)
    mode = models.CharField(max_length=10, choices=Mode, default=Mode.PROVIDER)
    type_seen = models.CharField(max_length=20, blank=True)
    pairs = models.JSONField(default=dict, blank=True)

    class Meta:
        verbose_name = _("field mapping")
        verbose_name_plural = _("field mappings")
        constraints = [
            models.UniqueConstraint(fields=["configuration", "contact_field"], name="one_sync_row_per_contact_field")
        ]

    def __str__(self) -> str:
        return f"{self.customer_field or self.fixed} → {self.contact_field}"


class RunState(models.TextChoices):
    WAITING = "waiting", pgettext_lazy("sync", "Waiting")
    RUNNING = "running", pgettext_lazy("sync", "Running")
    DONE = "done", pgettext_lazy("sync", "Done")
    PARTIAL = "partial", pgettext_lazy("sync", "Partly done")
    FAILED = "failed", pgettext_lazy("sync", "Not done")
    CANCELLED = "cancelled", pgettext_lazy("sync", "Cancelled")


class UndoState(models.TextChoices):
    NONE = "", "–"
    WAITING = "waiting", pgettext_lazy("undo", "Waiting")
    DONE = "done", pgettext_lazy("undo", "Undone")


class SyncRun(models.Model):
    """One run or rehearsal. `step` rises with every committed piece: whoever commits a piece must know the last one.

    The counters sum: created + updated + unchanged + skipped + conflicting + rejected = customers seen. `place` is how
    far the provider's list was read (read_pages.Place). The rows of a run have numbers above `rows_from`: without
    that PostgreSQL looks for the first of them among those of all runs before.
    """

    configuration = models.ForeignKey(SyncConfiguration, on_delete=models.CASCADE, related_name="runs")
    rehearsal = models.BooleanField(default=False)
    scheduled = models.BooleanField(default=False)
    state = models.CharField(max_length=12, choices=RunState, default=RunState.WAITING)
    step = models.PositiveIntegerField(default=0)
    place = models.JSONField(default=dict)
    pages = models.PositiveIntegerField(default=0)
    rows_from = models.PositiveBigIntegerField(default=0)
    created = models.PositiveIntegerField(default=0)
    updated = models.PositiveIntegerField(default=0)
    unchanged = models.PositiveIntegerField(default=0)
    skipped = models.PositiveIntegerField(default=0)
    conflicting = models.PositiveIntegerField(default=0)
    rejected = models.PositiveIntegerField(default=0)
    opt_outs = models.PositiveIntegerField(default=0)  # recorded here by it, or that a rehearsal would have recorded
    writes_planned = models.PositiveIntegerField(default=0)
    writes_done = models.PositiveIntegerField(default=0)
    writes_failed = models.PositiveIntegerField(default=0)
    failures = models.PositiveSmallIntegerField(default=0)  # in a row, of the page that is due
    not_before = models.DateTimeField(default=now)
    problem = models.CharField(max_length=40, blank=True)
    problem_detail = models.CharField(max_length=500, blank=True)
    asked_by = models.ForeignKey("accounts.User", null=True, on_delete=models.SET_NULL, related_name="+")
    created_at = models.DateTimeField(default=now)
    started_at = models.DateTimeField(null=True)
    beat_at = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(null=True)
    undo_state = models.CharField(max_length=10, choices=UndoState, default=UndoState.NONE, blank=True)
    undo_before = models.PositiveBigIntegerField(null=True)  # rows from this number on are taken back
    undone = models.PositiveIntegerField(default=0)
    not_undone = models.PositiveIntegerField(default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["configuration"],
                condition=Q(state__in=["waiting", "running"]),
                name="one_sync_run_per_configuration",
            )
        ]
        indexes = [
            models.Index(fields=["not_before"], condition=Q(state__in=["waiting", "running"]), name="sync_run_due")
        ]

    def __str__(self) -> str:
        return f"{self.configuration_id}/{self.pk}: {self.state}"

    @property
    def total(self) -> int:
        """How many customers were seen."""
        return self.created + self.updated + self.unchanged + self.skipped + self.conflicting + self.rejected

    @property
    def finished(self) -> bool:
        return self.state not in (RunState.WAITING, RunState.RUNNING)

    @property
    def seconds(self) -> float | None:
        """How long it took, in seconds; None while it is not over."""
        if self.started_at is None or self.finished_at is None:
            return None
        return max((self.finished_at - self.started_at).total_seconds(), 0.0)


class SyncRow(models.Model):
    """What a run did with one customer, or would do (rehearsal).

    `changes` is field -> [before, after]; `conflicts` field -> [here, at the provider]. `customer` holds the whole
    customer where it will be needed again (rejects). `closed_at`: decided, replayed, or overtaken by a later run.
    """

    # Both unchecked by the database, which looks at each row alone (decision 0012): who writes rows has changed the
    # run first and who deletes it locks it; a contact that is deleted at that moment is one that is gone.
    run = models.ForeignKey(SyncRun, on_delete=models.CASCADE, db_index=False, db_constraint=False, related_name="rows")
    outcome = models.CharField(max_length=12)
    customer_id = models.CharField(max_length=200)
    name = models.CharField(max_length=200, blank=True)
    contact = models.ForeignKey(
        "contacts.Contact", null=True, on_delete=models.SET_NULL, db_constraint=False, related_name="+"
    )
    changes = models.JSONField(default=dict)
    conflicts = models.JSONField(default=dict)
    customer = models.JSONField(null=True)
    reason = models.CharField(max_length=40, blank=True)
    field = models.CharField(max_length=200, blank=True)
    closed_at = models.DateTimeField(null=True)
    undone = models.CharField(max_length=10, blank=True)  # "", whole, partly, kept

    class Meta:
        indexes = [
            models.Index(fields=["run", "outcome", "id"], name="sync_rows_of_run"),
            models.Index(
                fields=["outcome", "id"],
                condition=Q(outcome__in=["conflicting", "rejected"], closed_at=None),
                name="sync_rows_to_settle",
            ),
            models.Index(
                fields=["customer_id"], condition=Q(outcome__in=["conflicting", "rejected"]), name="sync_rows_open"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.customer_id}: {self.outcome}"


class SyncMet(models.Model):
    """Who was met in a run that is under way: nobody is counted twice. Deleted with the run's end."""

    run = models.ForeignKey(SyncRun, on_delete=models.CASCADE, db_index=False, db_constraint=False, related_name="+")
    customer_id = models.CharField(max_length=200)
    key = models.CharField(max_length=200)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["run", "customer_id"], name="one_sync_meeting")]
        indexes = [models.Index(fields=["run", "key"], name="sync_met_by_key")]

    def __str__(self) -> str:
        return self.customer_id


class SyncLink(models.Model):
    """A customer and the contact it is. `last`: field -> [at the provider, here], as they stood after the last run; a
    third element says that they are one value all the same (mapping.Last).
    """

    configuration = models.ForeignKey(SyncConfiguration, on_delete=models.CASCADE, db_index=False, related_name="links")
    customer_id = models.CharField(max_length=200)
    contact = models.ForeignKey("contacts.Contact", null=True, on_delete=models.SET_NULL, related_name="+")
    last = models.JSONField(default=dict)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["configuration", "customer_id"], name="one_sync_link")]

    def __str__(self) -> str:
        return self.customer_id


class WriteState(models.TextChoices):
    PLANNED = "planned", pgettext_lazy("write", "Would be written")  # by a rehearsal, which writes nothing
    WAITING = "waiting", pgettext_lazy("write", "Waiting")
    SENDING = "sending", pgettext_lazy("write", "Being written")
    DONE = "done", pgettext_lazy("write", "Written")
    FAILED = "failed", pgettext_lazy("write", "Refused")


class SyncWrite(models.Model):
    """One change at the provider: `deed` is fields, stop, start, block, unblock or delete.

    `ours`, of stop and block: the customer was not so just before, so what is read later is no word of the person.
    """

    run = models.ForeignKey(SyncRun, on_delete=models.CASCADE, db_index=False, related_name="writes")
    customer_id = models.CharField(max_length=200)
    contact = models.ForeignKey("contacts.Contact", null=True, on_delete=models.SET_NULL, related_name="+")
    deed = models.CharField(max_length=10)
    name = models.CharField(max_length=401, null=True)
    fields = models.JSONField(default=dict)
    last = models.JSONField(default=dict)  # what the link knows once it is written
    state = models.CharField(max_length=10, choices=WriteState, default=WriteState.WAITING)
    ours = models.BooleanField(null=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    problem = models.CharField(max_length=40, blank=True)
    problem_detail = models.CharField(max_length=500, blank=True)
    at = models.DateTimeField(default=now)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["run", "customer_id", "deed"], name="one_sync_write_per_deed")]
        indexes = [
            models.Index(fields=["run", "id"], condition=Q(state__in=["waiting", "sending"]), name="sync_writes_due"),
            models.Index(fields=["run", "customer_id"], condition=Q(state="failed"), name="sync_writes_failed"),
        ]

    def __str__(self) -> str:
        return f"{self.deed} {self.customer_id}: {self.state}"


class SyncConsent(ConsentStep):
    """The explicit step: a person states that everybody a run matched has agreed, with source, wording and date."""

    run = models.ForeignKey(SyncRun, on_delete=models.CASCADE, related_name="consents")

    def __str__(self) -> str:
        return f"consent of run {self.run_id}"


class SyncDecision(models.Model):
    """All conflicts of a configuration decided alike: those that were open when asked, up to row `until`.

    `after` is how far it came, `left` how many stay open because another contact has the value.
    """

    configuration = models.ForeignKey(SyncConfiguration, on_delete=models.CASCADE, related_name="decisions")
    side = models.CharField(max_length=5)  # here, there
    conflicts = models.PositiveIntegerField()
    until = models.PositiveBigIntegerField()
    after = models.PositiveBigIntegerField(default=0)
    decided = models.PositiveIntegerField(default=0)
    left = models.PositiveIntegerField(default=0)
    by = models.ForeignKey("accounts.User", null=True, on_delete=models.SET_NULL, related_name="+")
    created_at = models.DateTimeField(default=now)
    finished_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["configuration"], condition=Q(finished_at=None), name="one_sync_decision_at_a_time"
            )
        ]

    def __str__(self) -> str:
        return f"{self.configuration_id}: {self.side}"

    @property
    def done(self) -> int:
        """How many were looked at."""
        return self.decided + self.left
