"""Where everything is found; each room names its own pages."""

from django.urls import include, path

from staffetta.api.v1 import addresses

handler404 = "staffetta.api.not_found.not_found"
handler500 = "staffetta.ui.server_error.server_error"
urlpatterns = [
    path("", include("staffetta.reports.urls")),
    path("", include("staffetta.accounts.urls")),
    path("engage/", include("staffetta.channels.urls")),
    path("engage/", include("staffetta.sync.urls")),
    path("engage/", include("staffetta.events.urls")),
    path("contacts/", include("staffetta.contacts.urls")),
    path("", include("staffetta.communications.urls")),
    path("", include("staffetta.deliveries.urls")),
    path("api/v1/", addresses()),
]
