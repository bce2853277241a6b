"""The call log of our own API: what other software asked for and was refused, so that a person can see why."""

from django.db import models

from staffetta.api.problems import KINDS
from staffetta.communications.wording import trouble_words
from staffetta.deliveries.ledger.reasons import REASONS, words_of
from staffetta.work.clock import now


class ApiCall(models.Model):
    """One refused call. What was accepted lies in the ledger; what nobody known asked for is not kept.

    Holds no recipient and no value: `pointers` say which members of the request were at fault.
    """

    request_id = models.UUIDField(unique=True)
    at = models.DateTimeField(default=now, db_index=True)
    token = models.ForeignKey("accounts.AccessToken", null=True, on_delete=models.SET_NULL, related_name="calls")
    token_name = models.CharField(max_length=100)
    transactional = models.ForeignKey(
        "communications.TransactionalMessage", null=True, on_delete=models.SET_NULL, related_name="calls"
    )
    method = models.CharField(max_length=8)
    path = models.CharField(max_length=300)
    status = models.PositiveSmallIntegerField()
    code = models.CharField(max_length=60)
    pointers = models.JSONField(default=list)

    def __str__(self) -> str:
        return f"{self.method} {self.path}: {self.status} {self.code}"

    @property
    def title(self) -> str:
        """What the code means, in the reader's language; the code itself where it is one of the ledger or of a hold."""
        words = KINDS.get(self.code)
        if words:
            return str(words.title)
        return str(words_of(self.code).what if self.code in REASONS else trouble_words(self.code).what)
