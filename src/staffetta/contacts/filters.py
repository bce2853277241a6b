"""What the list of contacts is asked for, and an export of it."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.db.models import Exists, F, OuterRef, QuerySet
from django.utils.translation import gettext_lazy as _

from staffetta.contacts.audiences.audience import Audience
from staffetta.contacts.consents.consent import counts
from staffetta.contacts.models import AudienceRules, ConsentState, ConsentValue, Contact, ContactList, Import
from staffetta.contacts.storage import search
from staffetta.ui.restrictions import OneOf, Restriction, Row, Words

SAID = ConsentState.objects.filter(platform="whatsapp", purpose="marketing")
RESTRICTIONS: Mapping[str, Restriction] = {
    "q": Words(_("Search")),
    "import": Row(_("Import"), Import),
    "opt_in": OneOf(_("Opt-in WhatsApp"), ConsentValue.values),
    "list": Row(_("List"), ContactList),
    "audience": Row(_("Audience by rules"), AudienceRules),
}


@dataclass(frozen=True, slots=True)
class Filters:
    """What the list was asked for."""

    query: str = ""
    source: Import | None = None
    opt_in: str = ""
    list: ContactList | None = None
    audience: AudienceRules | None = None

    @classmethod
    def of(cls, asked: Mapping[str, Any]) -> "Filters":
        """Take what was read by RESTRICTIONS."""
        return cls(
            asked.get("q", ""), asked.get("import"), asked.get("opt_in", ""), asked.get("list"), asked.get("audience")
        )

    def __bool__(self) -> bool:
        return bool(self.query or self.source or self.opt_in or self.list or self.audience)

    @property
    def address(self) -> str:
        """The filters as the query of an address, without the question mark."""
        told = {
            "q": self.query,
            "import": self.source.pk if self.source else "",
            "opt_in": self.opt_in,
            "list": self.list.pk if self.list else "",
            "audience": self.audience.pk if self.audience else "",
        }
        return urlencode({name: value for name, value in told.items() if value})

    def people(self) -> QuerySet[Contact]:
        """Return the people, newest first."""
        return self.in_order()[0]

    def in_order(self) -> tuple[QuerySet[Contact], bool]:
        """Return the people, newest first, and whether an index has them so; else they may be few among very many."""
        if (number := search.by_id(self.query)) is not None:
            return self._chosen().filter(pk=number), True
        people, found = search.in_order(self._chosen(), self.query)
        return people, found or self._indexed

    @property
    def _indexed(self) -> bool:
        """Whether an index has, in their order, those who fit: a list's, an import's, or those who refused."""
        return self._only_refusing or not (self.query or self.audience or self.opt_in)

    @property
    def _only_refusing(self) -> bool:
        return self.opt_in == ConsentValue.NO and not (self.query or self.audience or self.source or self.list)

    def _chosen(self) -> QuerySet[Contact]:
        people = Contact.objects.order_by("-pk")
        if self.source:
            # Ordered by the membership's column, which its index has in order: nothing is sorted.
            members = people.filter(imports__source=self.source)
            people = members.annotate(member=F("imports__contact_id")).order_by("-member")
        if self.list:
            people = people.filter(memberships__list=self.list)
            if not self.source:
                people = people.annotate(member=F("memberships__contact_id")).order_by("-member")
        if self.audience:
            people = people.filter(Audience.of(self.audience).condition())
        return self._by_opt_in(people)

    def _by_opt_in(self, people: QuerySet[Contact]) -> QuerySet[Contact]:
        said = SAID.filter(counts(), contact=OuterRef("pk"))
        if self.opt_in == ConsentValue.UNSET:
            return people.exclude(Exists(said.filter(value__in=("yes", "no"))))
        if self._only_refusing:
            return self._refusing(people)
        return people.filter(Exists(said.filter(value=self.opt_in))) if self.opt_in else people

    def _refusing(self, people: QuerySet[Contact]) -> QuerySet[Contact]:
        """Ordered by the statement's column: the few who said No have an index."""
        said = {"consent_states__platform": "whatsapp", "consent_states__purpose": "marketing"}
        people = people.filter(counts("consent_states__"), **said, consent_states__value=ConsentValue.NO)
        return people.annotate(member=F("consent_states__contact_id")).order_by("-member")
