"""Pages of this room."""

from staffetta.accounts.views.audit_log import audit_log
from staffetta.accounts.views.session import choose_language, confirm, login, logout, password, profile, setup
from staffetta.accounts.views.sessions import own_sessions, user_sessions
from staffetta.accounts.views.tokens import revoke_token, token_right, tokens
from staffetta.accounts.views.users import activate_user, change_user, deactivate_user, new_user, user_password, users

__all__ = [
    "activate_user",
    "audit_log",
    "change_user",
    "choose_language",
    "confirm",
    "deactivate_user",
    "login",
    "logout",
    "new_user",
    "own_sessions",
    "password",
    "profile",
    "revoke_token",
    "setup",
    "token_right",
    "tokens",
    "user_password",
    "user_sessions",
    "users",
]
