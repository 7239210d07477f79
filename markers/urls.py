"""The public pages of the catalogue; the page of one marker is mounted beside them by the site map."""

from django.urls import URLPattern, path

from markers import views

urlpatterns: list[URLPattern] = [
    path("markers/", views.catalogue, name="catalogue"),
    path("panels/", views.panels, name="panels"),
    path("panels/<slug:slug>/", views.panel, name="panel"),
    path("about/data/", views.data, name="data"),
]
