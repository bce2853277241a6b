"""What this room does when a person is erased: events stay counted, without address and text."""

from django.db.models import CharField, Value
from django.db.models.functions import Cast, Concat

from staffetta.contacts.hanging import Erased, Traces
from staffetta.events.models import ProviderEvent, ReadMark, StopProof
from staffetta.work.set_aside import forget_people


def erase(traces: Traces) -> Erased:
    """Empty what the provider told of the person; the key names them too."""
    nobody = Concat(Value("#"), Cast("pk", CharField()))
    rows = ProviderEvent.objects.filter(address__in=traces.addresses)
    forget_people(traces.addresses)
    StopProof.objects.filter(number__in={f"+{address.removeprefix('+')}" for address in traces.addresses}).delete()
    for mark in ReadMark.objects.all():
        there = mark.open or []
        if set(there) & set(traces.addresses):
            mark.open = [one for one in there if one not in traces.addresses]
            mark.save(update_fields=["open"])
    return Erased(emptied={"events": rows.update(address=nobody, key=nobody, payload={})})
