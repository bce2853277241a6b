"""Opt-outs in people's words: replies that a person has to decide on, and an installation's own words."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from staffetta.work.clock import now


class Decision(models.TextChoices):
    """What a person decided that a reply is."""

    ALL = "all", _("Opt-out of everything")
    MARKETING = "marketing", _("Opt-out of marketing")
    NONE = "none", _("Not an opt-out")
    ANSWERED = "answered", _("Opted out since")  # nobody had to decide: a STOP, or another decision, came first


class PossibleOptOut(models.Model):
    """A reply that may be an opt-out. Until a person decides, the contact gets no marketing on that platform.

    `channel_name` outlives the channel. `key` is the reply's own within the channel. `alike` is the text as replies
    are compared: those with the same one are decided together.
    """

    contact = models.ForeignKey("contacts.Contact", on_delete=models.CASCADE, related_name="possible_opt_outs")
    platform = models.CharField(max_length=20)
    channel = models.ForeignKey("channels.Channel", null=True, on_delete=models.SET_NULL, related_name="+")
    channel_name = models.CharField(max_length=200, blank=True)
    key = models.CharField(max_length=200)
    text = models.CharField(max_length=500)
    alike = models.CharField(max_length=200)
    at = models.DateTimeField()
    found_at = models.DateTimeField(default=now)
    decision = models.CharField(max_length=10, choices=Decision, blank=True)
    decided_at = models.DateTimeField(null=True)
    by_name = models.CharField(max_length=150, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["contact", "key"], name="one_possible_opt_out_per_reply")]
        indexes = [
            models.Index(fields=["platform", "contact"], condition=Q(decided_at=None), name="opt_outs_to_decide"),
            models.Index(fields=["alike"], condition=Q(decided_at=None), name="opt_outs_alike"),
        ]

    def __str__(self) -> str:
        return self.text


class OptOutWord(models.Model):
    """A word or phrase of this installation: what a reply made of it is, or that it is none (`outcome` "")."""

    text = models.CharField(_("words"), max_length=100)
    folded = models.CharField(max_length=200, unique=True)
    outcome = models.CharField(max_length=10, blank=True)  # match.Outcome
    by_name = models.CharField(max_length=150, blank=True)
    at = models.DateTimeField(default=now)

    def __str__(self) -> str:
        return self.text
