"""People, their roles, access tokens of other software, and what everybody did."""

from typing import ClassVar
from uuid import uuid4

from django.conf import settings
from django.contrib.auth.models import AbstractBaseUser, BaseUserManager
from django.contrib.sessions.backends.base import SessionBase
from django.contrib.sessions.base_session import AbstractBaseSession
from django.db import models
from django.utils.module_loading import import_string
from django.utils.translation import gettext_lazy as _

from staffetta.text import folded
from staffetta.work.clock import now


class Role(models.TextChoices):
    ADMINISTRATOR = "administrator", _("Administrator")
    OPERATOR = "operator", _("Operator")
    VIEWER = "viewer", _("Read only")


class UserManager(BaseUserManager["User"]):
    def get_by_natural_key(self, username: str | None) -> "User":
        """Return whom a typed name means; Django's login asks this."""
        if (known := self.known_as(username or "")) is None:
            raise User.DoesNotExist
        return known

    def known_as(self, name: str) -> "User | None":
        """Return the person of this name, whatever its case and form; of two from earlier days only the very same."""
        alike = self._alike(name)
        exact = [person for person in alike if person.username == name]
        return next(iter(exact), None) or (alike[0] if len(alike) == 1 else None)

    def taken(self, name: str) -> bool:
        """Say whether somebody has a name that looks like this one."""
        return bool(self._alike(name))

    def _alike(self, name: str) -> "list[User]":
        wanted = folded(name)
        names = self.values_list("pk", "username")
        return list(self.filter(pk__in=[pk for pk, username in names if folded(username) == wanted]))

    def create_user(self, username: str, password: str | None = None, role: str = Role.VIEWER) -> "User":
        user = self.model(username=username, role=role, may_export=role != Role.VIEWER)
        user.set_password(password)
        user.save(using=self._db)
        return user


class User(AbstractBaseUser):
    """A person who works here. Never deleted, only deactivated: the audit log names them.

    `may_export`, a right beside the role: takes people's data away in files.
    """

    username = models.CharField(_("user name"), max_length=150, unique=True)
    full_name = models.CharField(_("full name"), max_length=150, blank=True)
    email = models.EmailField(_("e-mail"), blank=True)
    role = models.CharField(_("role"), max_length=20, choices=Role, default=Role.VIEWER)
    language = models.CharField(_("language"), max_length=10, blank=True)
    is_active = models.BooleanField(_("active"), default=True)
    may_export = models.BooleanField(_("may export"), default=False, db_default=False)
    created_at = models.DateTimeField(default=now)

    USERNAME_FIELD = "username"
    objects: ClassVar[UserManager] = UserManager()

    def __str__(self) -> str:
        return self.full_name or self.username

    @property
    def is_administrator(self) -> bool:
        return self.role == Role.ADMINISTRATOR

    @property
    def may_operate(self) -> bool:
        """Administrators do all that operators do."""
        return self.role in (Role.ADMINISTRATOR, Role.OPERATOR)


class Session(AbstractBaseSession):
    """One browser of one person; `accounts/sessions.py` keeps it. The key itself is shown nowhere."""

    public_id = models.UUIDField(default=uuid4, unique=True)
    user = models.ForeignKey(User, null=True, on_delete=models.CASCADE, related_name="sessions")
    created_at = models.DateTimeField(default=now)
    used_at = models.DateTimeField(default=now)

    @classmethod
    def get_session_store_class(cls) -> "type[SessionBase]":
        store: type[SessionBase] = import_string(f"{settings.SESSION_ENGINE}.SessionStore")
        return store


class SetupLink(models.Model):
    """The one-time link that makes the first administrator."""

    digest = models.CharField(max_length=64, unique=True)
    created_at = models.DateTimeField(default=now)
    used_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return f"setup link of {self.created_at:%Y-%m-%d %H:%M}"


class LoginFailure(models.Model):
    """Failed logins of one device, name or address, for the throttle; `subject` is a digest."""

    subject = models.CharField(max_length=64, unique=True)
    count = models.PositiveIntegerField(default=0)
    last_at = models.DateTimeField(default=now)
    refusal_noted = models.BooleanField(default=False, db_default=False)

    def __str__(self) -> str:
        return self.subject


class AccessToken(models.Model):
    """The right of other software to call our API; the token itself is shown once and kept only as a digest.

    `may_opt_in_again`: its calls may bring back, with a new consent, somebody who opted out. `only_messages`: names of
    the transactional messages it is for; all when there are none.
    """

    name = models.CharField(_("name"), max_length=100)
    digest = models.CharField(max_length=64, unique=True)
    last_four = models.CharField(max_length=4)
    created_by = models.ForeignKey(User, null=True, on_delete=models.SET_NULL, related_name="+")
    created_at = models.DateTimeField(default=now)
    last_used_at = models.DateTimeField(null=True)
    revoked_at = models.DateTimeField(null=True)
    may_opt_in_again = models.BooleanField(_("may opt people in again"), default=False)
    expires_at = models.DateTimeField(null=True)
    only_messages = models.JSONField(default=list, db_default=[])

    def __str__(self) -> str:
        return self.name

    @property
    def expired(self) -> bool:
        return self.expires_at is not None and self.expires_at <= now()

    def is_for(self, message: str) -> bool:
        """Say whether it may send, see and take back this transactional message; "" stands for all other deliveries."""
        return not self.only_messages or (message != "" and message in self.only_messages)


class AuditEntry(models.Model):
    """One deed of one person: who, what, to which thing. Never changed, never deleted."""

    at = models.DateTimeField(default=now, db_index=True)
    actor = models.ForeignKey(User, null=True, on_delete=models.SET_NULL, related_name="+")
    actor_name = models.CharField(max_length=150)
    deed = models.CharField(max_length=60)
    target = models.CharField(max_length=60, blank=True)
    target_name = models.CharField(max_length=200, blank=True)
    details = models.JSONField(default=dict)

    class Meta:
        verbose_name_plural = "audit entries"

    def __str__(self) -> str:
        return f"{self.actor_name}: {self.deed} {self.target_name}"
