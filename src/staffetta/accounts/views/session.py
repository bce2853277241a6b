"""Coming in, going out, and what people change about themselves."""

from collections.abc import Callable
from functools import partial
from typing import cast

from django.conf import settings
from django.contrib import auth, messages
from django.contrib.auth import update_session_auth_hash
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render, resolve_url
from django.utils import translation
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST

from staffetta.accounts import audit, change_user, known_device, password_again, sessions, throttle
from staffetta.accounts import setup as first_setup
from staffetta.accounts.access import EVERYBODY, allow, open_to_anybody
from staffetta.accounts.forms import ConfirmPasswordForm, LoginForm, PasswordForm, ProfileForm, SetupForm, languages
from staffetta.accounts.log_attempt import log_attempt
from staffetta.accounts.models import User
from staffetta.ui.seen import versioned
from staffetta.work.entrance.proxies import CLIENT

INVALID = 422


def _next(request: HttpRequest) -> str:
    """Return where to go on: an address of our own that was asked for, else the first page."""
    wanted = request.POST.get("next") or request.GET.get("next") or ""
    if url_has_allowed_host_and_scheme(wanted, {request.get_host()}, require_https=request.is_secure()):
        return wanted
    return resolve_url(settings.LOGIN_REDIRECT_URL)


def _attempt(request: HttpRequest, name: str) -> throttle.Attempt:
    return throttle.Attempt(name, _address(request), known_device.device_of(request.COOKIES, name))


def _address(request: HttpRequest) -> str:
    return str(request.META.get(CLIENT) or request.META.get("REMOTE_ADDR", ""))


def _guess(attempt: throttle.Attempt, is_right: Callable[[], bool], wrong: str) -> str:
    """Let a password be tried; return "" or, in words, why not. All doors that ask for one pass here."""
    if seconds := throttle.begin(attempt):
        if throttle.first_refusal(attempt):
            log_attempt("login_throttled", attempt)
        return _wait_in_words(seconds)
    if is_right():
        throttle.succeeded(attempt)
        return ""
    log_attempt("login_failed", attempt)
    seconds = throttle.wait_for(attempt)
    return f"{wrong} {_wait_in_words(seconds)}" if seconds else wrong


def _wait_in_words(seconds: int) -> str:
    minutes = -(-seconds // 60)
    span = (
        ngettext("%(count)d second", "%(count)d seconds", seconds) % {"count": seconds}
        if seconds < 90
        else ngettext("%(count)d minute", "%(count)d minutes", minutes) % {"count": minutes}
    )
    return _("Too many failed attempts. Try again in %(span)s.") % {"span": span}


@sensitive_post_parameters("password")
@never_cache
@open_to_anybody
@require_http_methods(["GET", "HEAD", "POST"])
def login(request: HttpRequest) -> HttpResponse:
    if request.user.is_authenticated:
        return HttpResponseRedirect(_next(request))
    form = LoginForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        refused = _try_login(request, form.cleaned_data["username"], form.cleaned_data["password"])
        if not refused:
            return _remember_device(request, HttpResponseRedirect(_next(request)))
        form.add_error(None, refused)
    data = {
        "form": form,
        "next": request.POST.get("next") or request.GET.get("next") or "",
        "languages": languages(),
        "setup_needed": first_setup.needed(),
    }
    return render(request, "accounts/login.html", data, status=INVALID if form.errors else 200)


def _try_login(request: HttpRequest, name: str, password: str) -> str:
    """Log in; return "" or, in words, why not."""
    known = User.objects.known_as(name)
    attempt = _attempt(request, known.username if known else name)
    person: object = None

    def is_right() -> bool:
        nonlocal person
        person = auth.authenticate(request, username=name, password=password)
        return isinstance(person, User)

    refused = _guess(attempt, is_right, _("User name or password are not right."))
    if isinstance(person, User):
        _begin_session(request, person)
        audit.record(person, "logged_in", address=attempt.address)
    return refused


def _begin_session(request: HttpRequest, person: User) -> None:
    auth.login(request, person)
    sessions.describe(request.session, _address(request), request.headers.get("User-Agent", ""))


@sensitive_post_parameters("password")
@never_cache
@allow(EVERYBODY)
@require_http_methods(["GET", "HEAD", "POST"])
def confirm(request: HttpRequest) -> HttpResponse:
    """Ask for the password again (accounts/password_again.py), then go on."""
    form = ConfirmPasswordForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        refused = _try_password(request, form.cleaned_data["password"])
        if not refused:
            return HttpResponseRedirect(_next(request))
        form.add_error("password", refused)
    data = {"form": form, "next": request.POST.get("next") or request.GET.get("next") or ""}
    return render(request, "accounts/confirm.html", data, status=INVALID if form.errors else 200)


def _try_password(request: HttpRequest, password: str) -> str:
    """Return "" if it is the password, or, in words, why not; guesses count as those at the login do."""
    person = cast("User", request.user)
    is_right = partial(person.check_password, password)
    refused = _guess(_attempt(request, person.username), is_right, _("This is not your current password."))
    if not refused:
        password_again.note_password(request.session)
    return refused


def _remember_device(request: HttpRequest, answer: HttpResponse) -> HttpResponse:
    """Mark the browser of whoever has just logged in as one of theirs."""
    name = cast("User", request.user).username
    answer.set_cookie(
        settings.DEVICE_COOKIE_NAME,
        known_device.cookie_after_login(request.COOKIES, name),
        max_age=known_device.KEPT,
        secure=settings.BEHIND_TLS,
        httponly=True,
        samesite="Lax",
    )
    return answer


@open_to_anybody
@require_POST
def logout(request: HttpRequest) -> HttpResponse:
    person = request.user
    auth.logout(request)
    if isinstance(person, User):
        audit.record(person, "logged_out")
    return redirect(settings.LOGOUT_REDIRECT_URL)


@open_to_anybody
@require_POST
def choose_language(request: HttpRequest) -> HttpResponse:
    answer = HttpResponseRedirect(_next(request))
    code = request.POST.get("language", "")
    if code in dict(settings.LANGUAGES):
        answer.set_cookie(
            settings.LANGUAGE_COOKIE_NAME,
            code,
            max_age=365 * 86400,
            secure=settings.BEHIND_TLS,
            httponly=True,
            samesite="Lax",
        )
        if request.user.is_authenticated:
            User.objects.filter(pk=request.user.pk).update(language=code)
    return answer


@sensitive_post_parameters("password")
@never_cache
@open_to_anybody
@require_http_methods(["GET", "HEAD", "POST"])
def setup(request: HttpRequest, token: str) -> HttpResponse:
    if not first_setup.valid(token):
        return render(request, "accounts/setup_spent.html", {"setup_needed": first_setup.needed()}, status=410)
    form = SetupForm(request.POST or None, initial={"language": translation.get_language()})
    if request.method == "POST" and form.is_valid():
        try:
            person = first_setup.spend(token, **form.cleaned_data)
        except first_setup.LinkSpent:
            return render(request, "accounts/setup_spent.html", {"setup_needed": False}, status=410)
        _begin_session(request, person)
        return _remember_device(request, redirect(settings.LOGIN_REDIRECT_URL))
    return render(request, "accounts/setup.html", {"form": form}, status=INVALID if form.errors else 200)


@allow(EVERYBODY)
@require_http_methods(["GET", "HEAD", "POST"])
@versioned()
def profile(request: HttpRequest) -> HttpResponse:
    person = cast("User", request.user)
    kept = {"full_name": person.full_name, "email": person.email}
    kept["language"] = person.language or str(translation.get_language())
    form = ProfileForm(request.POST or None, initial=kept)
    if request.method == "POST" and form.is_valid():
        change_user.change(person, person, **form.cleaned_data)
        with translation.override(form.cleaned_data["language"]):
            messages.success(request, _("Your profile is saved."))
        return redirect("accounts:profile")
    return render(request, "accounts/profile.html", {"form": form}, status=INVALID if form.errors else 200)


@sensitive_post_parameters("old", "password")
@never_cache
@allow(EVERYBODY)
@require_http_methods(["GET", "HEAD", "POST"])
def password(request: HttpRequest) -> HttpResponse:
    person = cast("User", request.user)
    form = PasswordForm(person, request.POST or None)
    if request.method == "POST" and form.is_valid() and (refused := _try_password(request, form.cleaned_data["old"])):
        form.add_error("old", refused)
    if request.method == "POST" and form.is_valid():
        change_user.set_password(person, form.cleaned_data["password"], person)
        update_session_auth_hash(request, person)
        sessions.end(person, but=request.session.session_key)
        messages.success(request, _("Your password is changed. Everywhere else you are logged out."))
        return redirect("accounts:profile")
    return render(request, "accounts/password.html", {"form": form}, status=INVALID if form.errors else 200)
