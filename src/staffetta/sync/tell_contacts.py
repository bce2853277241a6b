"""What the contacts' audiences ask of this room: who is a customer of a channel."""

from django.db.models import QuerySet

from staffetta.sync.models import SyncLink


def customers_of(channel: str) -> QuerySet[SyncLink]:
    """Return the links of the contacts that a contact sync knows as customers of a channel (its id at the provider)."""
    return SyncLink.objects.filter(configuration__channel__provider_id=channel, contact__isnull=False)
