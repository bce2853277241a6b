"""What the contacts ask of this room: who is a customer of a channel; and when a person is erased, runs keep their
counters, and nothing in them names the person any more.
"""

from django.db.models import CharField, Q, QuerySet, Value
from django.db.models.functions import Cast, Concat

from staffetta.contacts.hanging import Erased, Traces
from staffetta.sync.models import SyncLink, SyncMet, SyncRow, SyncWrite
from staffetta.sync.state_models import OwnState

NOBODY = Concat(Value("#"), Cast("pk", CharField()))


def erase(traces: Traces) -> Erased:
    """Empty rows and writes of runs, forget who was linked; the next run makes nobody anew who was erased."""
    theirs = Q(contact=traces.contact_id) | Q(customer_id__in=traces.addresses)
    rows = SyncRow.objects.filter(theirs).update(customer_id=NOBODY, name="", changes={}, conflicts={}, customer=None)
    writes = SyncWrite.objects.filter(theirs).update(customer_id=NOBODY, name=None, fields={}, last={})
    SyncMet.objects.filter(customer_id__in=traces.addresses).delete()
    OwnState.objects.filter(theirs).delete()
    links = SyncLink.objects.filter(theirs).delete()[0]
    return Erased(deleted={"sync_links": links}, emptied={"sync_rows": rows, "sync_writes": writes})


def customers_of(channel: str) -> QuerySet[SyncLink]:
    """Return the links of the contacts that a contact sync knows as customers of a channel (its id at the provider)."""
    return SyncLink.objects.filter(configuration__channel__provider_id=channel, contact__isnull=False)
