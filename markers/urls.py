"""The public pages of the catalogue."""

from django.urls import URLPattern, path

from markers import views

app_name = "markers"

urlpatterns: list[URLPattern] = [
    path("markers/", views.catalogue, name="catalogue"),
    path("markers/<slug:slug>/", views.article, name="article"),
    path("panels/", views.panels, name="panels"),
    path("panels/<slug:slug>/", views.panel, name="panel"),
]
