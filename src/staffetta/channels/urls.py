"""Pages of this room."""

from django.urls import path

from staffetta.channels import views

app_name = "channels"
urlpatterns = [
    path("channels/", views.browse, name="list"),
    path("channels/live/", views.live, name="live"),
    path("channels/connect/", views.connect, name="connect"),
    path("channels/refresh/", views.refresh_all, name="refresh_all"),
    path("channels/reset/", views.reset, name="reset"),
    path("channels/refreshes/<int:refresh_id>/dismiss/", views.dismiss, name="dismiss"),
    path("channels/<int:pk>/", views.home, name="home"),
    path("channels/<int:pk>/live/", views.home_live, name="home_live"),
    path("channels/<int:pk>/connect/", views.connect_row, name="connect_row"),
    path("channels/<int:pk>/refresh/", views.refresh_one, name="refresh"),
    path("channels/<int:pk>/disconnect/", views.disconnect, name="disconnect"),
    path("channels/<int:pk>/platform/", views.choose_platform, name="platform"),
    path("channels/<int:pk>/pace/", views.pace, name="pace"),
    path("channels/<int:pk>/opt-outs/", views.sources, name="sources"),
    path("channels/<int:pk>/whatsapp/", views.templates, name="templates"),
    path("channels/<int:pk>/whatsapp/enter/", views.enter_template, name="enter_template"),
    path("channels/<int:pk>/whatsapp/import/", views.import_templates, name="import_templates"),
    path("channels/<int:pk>/whatsapp/all/<str:to>/", views.switch_all, name="switch_all"),
    path("channels/<int:pk>/whatsapp/<int:template_id>/switch/", views.switch_one, name="switch"),
    path("channels/<int:pk>/fields/", views.fields, name="fields"),
    path("channels/<int:pk>/calls/", views.calls, name="calls"),
    path("channels/<int:pk>/calls/<int:exchange_id>/", views.call, name="call"),
    path("guides/<slug:name>/", views.guide, name="guide"),
]
