"""The site map."""

from __future__ import annotations

from allauth.account.decorators import secure_admin_login
from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import include, path
from django.views.decorators.cache import cache_control

from bloodsight.people import api as people_api
from markers import api as markers_api
from results import api as results_api

admin.site.login = secure_admin_login(admin.site.login)  # type: ignore[method-assign]
admin.site.site_header = admin.site.site_title = "BloodSight catalogue"
admin.site.index_title = "Markers, ranges, panels and laboratories"
admin.site.enable_nav_sidebar = False


def healthz(request: HttpRequest) -> HttpResponse:
    """Says that the server answers."""
    return HttpResponse("ok", content_type="text/plain")


@cache_control(public=True, max_age=86_400)
def robots(request: HttpRequest) -> HttpResponse:
    """Keeps crawlers out of what is personal."""
    return HttpResponse("User-agent: *\nDisallow: /people/\nDisallow: /accounts/\n", content_type="text/plain")


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """The page for a form sent without its token, as after signing in in another tab."""
    return render(request, "403_csrf.html", status=403)


handler404 = "bloodsight.api_errors.not_found"
handler500 = "bloodsight.api_errors.server_error"

api = ([*people_api.urlpatterns, *markers_api.urlpatterns, *results_api.urlpatterns], "api")

urlpatterns = [
    path("", include("results.urls")),
    path("", include("markers.urls")),
    path("", include("bloodsight.people.urls")),
    path("accounts/", include("allauth.account.urls")),
    path("admin/", admin.site.urls),
    path("api/v1/", include(api)),
    path("healthz", healthz, name="healthz"),
    path("robots.txt", robots, name="robots"),
]
