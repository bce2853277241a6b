"""Pages of this room."""

from django.urls import path

from staffetta.accounts import views

app_name = "accounts"
urlpatterns = [
    path("login/", views.login, name="login"),
    path("logout/", views.logout, name="logout"),
    path("language/", views.choose_language, name="language"),
    path("setup/<str:token>/", views.setup, name="setup"),
    path("profile/", views.profile, name="profile"),
    path("profile/password/", views.password, name="password"),
    path("profile/confirm/", views.confirm, name="confirm"),
    path("profile/sessions/", views.own_sessions, name="own_sessions"),
    path("users/<int:pk>/sessions/", views.user_sessions, name="user_sessions"),
    path("users/", views.users, name="users"),
    path("users/new/", views.new_user, name="user_new"),
    path("users/<int:pk>/", views.change_user, name="user"),
    path("users/<int:pk>/password/", views.user_password, name="user_password"),
    path("users/<int:pk>/deactivate/", views.deactivate_user, name="user_deactivate"),
    path("users/<int:pk>/activate/", views.activate_user, name="user_activate"),
    path("tokens/", views.tokens, name="tokens"),
    path("tokens/<int:pk>/right/", views.token_right, name="token_right"),
    path("tokens/<int:pk>/revoke/", views.revoke_token, name="token_revoke"),
    path("audit/", views.audit_log, name="audit"),
]
