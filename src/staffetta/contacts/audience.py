"""Whom a communication goes to: all contacts, or those of one import."""

from dataclasses import dataclass

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from staffetta.contacts.models import Contact, Import


class UnknownAudience(ValueError):
    """The text is no audience, or names an import that does not exist."""


@dataclass(frozen=True, slots=True)
class Audience:
    """`kind` is "all" or "import"; written as text: `all`, `import:ID`."""

    kind: str = "all"
    import_id: int | None = None

    @classmethod
    def parse(cls, text: str) -> "Audience":
        """Return the audience written as `all` or `import:ID`; raises UnknownAudience."""
        kind, _colon, number = text.strip().partition(":")
        if (kind, number) == ("all", ""):
            return cls()
        written = kind == "import" and number.isascii() and number.isdecimal() and len(number) < 19
        if written and Import.objects.filter(pk=int(number)).exists():
            return cls("import", int(number))
        raise UnknownAudience(text)

    def __str__(self) -> str:
        return self.kind if self.import_id is None else f"{self.kind}:{self.import_id}"

    @property
    def name(self) -> str:
        """What people read; frozen into a communication when it starts."""
        if self.import_id is None:
            return _("All contacts")
        found = Import.objects.filter(pk=self.import_id).values_list("name", flat=True).first()
        return _("Import «%(name)s»") % {"name": found or self.import_id}

    def queryset(self) -> QuerySet[Contact]:
        """Return the people, each once, unordered."""
        if self.import_id is None:
            return Contact.objects.all()
        return Contact.objects.filter(imports__source_id=self.import_id)

    def behind(self, contact_id: int) -> QuerySet[Contact]:
        """Return the people behind a contact, by id.

        Those of an import by the membership's own column: SQLite does not see that it equals the contact's, and would
        sort the whole import for every piece (200,000 people in pieces of 1,000: 52 seconds instead of 2.5).
        """
        if self.import_id is None:
            return Contact.objects.filter(pk__gt=contact_id).order_by("pk")
        members = Contact.objects.filter(imports__source_id=self.import_id, imports__contact_id__gt=contact_id)
        return members.order_by("imports__contact_id")
