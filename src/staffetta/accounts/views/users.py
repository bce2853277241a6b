"""Users and roles: administrators only."""

from typing import cast

from django.contrib import messages
from django.contrib.auth import update_session_auth_hash
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import translation
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from staffetta.accounts import change_user as deed
from staffetta.accounts import sessions
from staffetta.accounts.access import ADMINISTRATORS, allow
from staffetta.accounts.forms import GivenPasswordForm, NewUserForm, UserForm
from staffetta.accounts.models import User
from staffetta.accounts.password_again import asks_password
from staffetta.ui.paging import page_of
from staffetta.ui.seen import confirms, versioned

INVALID = 422


@allow(ADMINISTRATORS)
@require_safe
def users(request: HttpRequest) -> HttpResponse:
    page = page_of(User.objects.order_by("-is_active", "username"), request.GET)
    return render(request, "accounts/users.html", {"page": page})


@sensitive_post_parameters("password")
@never_cache
@allow(ADMINISTRATORS)
@asks_password
@require_http_methods(["GET", "HEAD", "POST"])
def new_user(request: HttpRequest) -> HttpResponse:
    form = NewUserForm(request.POST or None, initial={"language": translation.get_language()})
    if request.method == "POST" and form.is_valid():
        person = deed.create(by=cast("User", request.user), **form.cleaned_data)
        messages.success(request, _("The user %(name)s is created.") % {"name": person})
        return redirect("accounts:users")
    return render(request, "accounts/user_new.html", {"form": form}, status=INVALID if form.errors else 200)


@allow(ADMINISTRATORS)
@asks_password
@require_http_methods(["GET", "HEAD", "POST"])
@versioned()
def change_user(request: HttpRequest, pk: int) -> HttpResponse:
    person = get_object_or_404(User, pk=pk)
    kept = {name: getattr(person, name) for name in deed.CHANGEABLE}
    kept["language"] = kept["language"] or str(translation.get_language())
    form = UserForm(request.POST or None, initial=kept)
    if request.method == "POST" and form.is_valid():
        try:
            deed.change(person, cast("User", request.user), **form.cleaned_data)
        except deed.NotPossible as refused:
            form.add_error("role", str(refused))
        else:
            messages.success(request, _("The user %(name)s is saved.") % {"name": person})
            return redirect("accounts:users")
    data = {"form": form, "person": person, "oneself": person == request.user}
    return render(request, "accounts/user.html", data, status=INVALID if form.errors else 200)


@sensitive_post_parameters("password")
@never_cache
@allow(ADMINISTRATORS)
@asks_password
@require_http_methods(["GET", "HEAD", "POST"])
def user_password(request: HttpRequest, pk: int) -> HttpResponse:
    person = get_object_or_404(User, pk=pk)
    form = GivenPasswordForm(person, request.POST or None)
    if request.method == "POST" and form.is_valid():
        deed.set_password(person, form.cleaned_data["password"], cast("User", request.user))
        if person == request.user:
            update_session_auth_hash(request, person)
        sessions.end(person, but=request.session.session_key)
        messages.success(request, _("%(name)s has a new password.") % {"name": person})
        return redirect("accounts:user", pk=person.pk)
    data = {"form": form, "person": person}
    return render(request, "accounts/user_password.html", data, status=INVALID if form.errors else 200)


@allow(ADMINISTRATORS)
@asks_password
@require_http_methods(["GET", "HEAD", "POST"])
@confirms()
def deactivate_user(request: HttpRequest, pk: int) -> HttpResponse:
    person = get_object_or_404(User, pk=pk)
    if request.method != "POST":
        return render(request, "accounts/user_deactivate.html", {"person": person})
    try:
        deed.deactivate(person, cast("User", request.user))
    except deed.NotPossible as refused:
        messages.error(request, str(refused))
        return redirect("accounts:user", pk=person.pk)
    messages.success(request, _("%(name)s can no longer log in.") % {"name": person})
    return redirect("accounts:users")


@allow(ADMINISTRATORS)
@asks_password
@require_POST
def activate_user(request: HttpRequest, pk: int) -> HttpResponse:
    person = get_object_or_404(User, pk=pk)
    deed.activate(person, cast("User", request.user))
    messages.success(request, _("%(name)s can log in again.") % {"name": person})
    return redirect("accounts:user", pk=person.pk)
