"""States we set at the provider ourselves."""

from django.db import models

from staffetta.work.clock import now


class OwnState(models.Model):
    """A customer stopped or blocked at the provider by us, who was not so before: no statement of the person.

    `channel` is its id at the provider, so that this outlives a reset. `set_at` is when we last wrote it (marked before
    the request leaves), `ended_at` when we took it back: what was read before that still shows it.
    """

    channel = models.CharField(max_length=64)
    customer_id = models.CharField(max_length=200)
    state = models.CharField(max_length=10)  # stopped, blocked
    contact = models.ForeignKey("contacts.Contact", null=True, on_delete=models.SET_NULL, related_name="+")
    set_at = models.DateTimeField(default=now)
    ended_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["channel", "customer_id", "state"], name="one_own_state_per_customer")
        ]

    def __str__(self) -> str:
        return f"{self.customer_id}: {self.state}"
