"""Access tokens of other software: administrators only."""

from typing import cast

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from staffetta.accounts import tokens as deed
from staffetta.accounts.access import ADMINISTRATORS, allow
from staffetta.accounts.forms import TokenForm, TokenRightForm
from staffetta.accounts.models import AccessToken, User
from staffetta.accounts.password_again import asks_password, asks_password_to_change
from staffetta.communications.define import unknown_names
from staffetta.text import title
from staffetta.ui.paging import page_of
from staffetta.ui.seen import confirms, versioned

INVALID = 422


@never_cache
@allow(ADMINISTRATORS)
@asks_password_to_change
@require_http_methods(["GET", "HEAD", "POST"])
def tokens(request: HttpRequest) -> HttpResponse:
    form = TokenForm(request.POST or None)
    if request.method == "POST" and form.is_valid() and _names_known(form):
        asked = form.cleaned_data
        token, plain = deed.issue(
            asked["name"],
            cast("User", request.user),
            may_opt_in_again=asked["may_opt_in_again"],
            days=asked["days"],
            only_messages=asked["only_messages"],
        )
        # Shown in the answer itself and never stored: going back or reloading does not bring it again.
        return render(request, "accounts/token_issued.html", {"token": token, "plain": plain})
    page = page_of(AccessToken.objects.select_related("created_by").order_by("-pk"), request.GET)
    return render(request, "accounts/tokens.html", {"form": form, "page": page}, status=INVALID if form.errors else 200)


def _names_known(form: TokenForm) -> bool:
    """A token for a name that nobody has would do nothing, without a word."""
    if unknown := unknown_names([title(name, 100) for name in form.cleaned_data["only_messages"]]):
        told = _("There is no transactional message %(names)s.") % {"names": ", ".join(f"«{name}»" for name in unknown)}
        form.add_error("only_messages", told)
    return not unknown


@allow(ADMINISTRATORS)
@asks_password
@require_http_methods(["GET", "HEAD", "POST"])
@versioned()
def token_right(request: HttpRequest, pk: int) -> HttpResponse:
    """Switch the right to opt people in again; it holds from the next call on."""
    token = get_object_or_404(AccessToken, pk=pk, revoked_at=None)
    form = TokenRightForm(request.POST if request.method == "POST" else None, instance=token)
    if request.method != "POST" or not form.is_valid():
        return render(request, "accounts/token_right.html", {"token": token, "form": form})
    deed.set_right(token, cast("User", request.user), may_opt_in_again=form.cleaned_data["may_opt_in_again"])
    messages.success(request, _("Saved: it holds from the next call on."))
    return redirect("accounts:tokens")


@allow(ADMINISTRATORS)
@asks_password
@require_http_methods(["GET", "HEAD", "POST"])
@confirms()
def revoke_token(request: HttpRequest, pk: int) -> HttpResponse:
    token = get_object_or_404(AccessToken, pk=pk)
    if request.method != "POST":
        return render(request, "accounts/token_revoke.html", {"token": token})
    deed.revoke(token, cast("User", request.user))
    messages.success(request, _("The token %(name)s is revoked.") % {"name": token})
    return redirect("accounts:tokens")
