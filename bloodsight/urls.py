"""The site map."""

from __future__ import annotations

from allauth.account.decorators import secure_admin_login
from django.conf import settings
from django.contrib import admin
from django.contrib.sitemaps.views import sitemap
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import include, path
from django.views.decorators.cache import cache_control

from bloodsight.people import api as people_api
from markers import api as markers_api
from markers import urls as markers_urls
from markers.feeds import SITEMAPS, Revised
from results import api as results_api
from results.views import article

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
    lines = ("User-agent: *", "Disallow: /people/", "Disallow: /accounts/", f"Sitemap: {settings.SITE_URL}/sitemap.xml")
    return HttpResponse("".join(f"{line}\n" for line in lines), content_type="text/plain")


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """The page for a form sent without its token, as after signing in in another tab."""
    return render(request, "403_csrf.html", status=403)


handler404 = "bloodsight.api_errors.not_found"
handler500 = "bloodsight.api_errors.server_error"

api = ([*people_api.urlpatterns, *markers_api.urlpatterns, *results_api.urlpatterns], "api")

# A marker's page shows one's own latest value, too: it lives in results and stands among the catalogue's pages
catalogue = (
    [
        *markers_urls.urlpatterns,
        path("articles.atom", Revised(), name="feed"),
        path("markers/<slug:slug>/", article.article, name="article"),
    ],
    "markers",
)

urlpatterns = [
    path("", include("results.urls")),
    path("", include(catalogue)),
    path("", include("bloodsight.people.urls")),
    path("accounts/", include("allauth.account.urls")),
    path("admin/", admin.site.urls),
    path("api/v1/", include(api)),
    path("healthz", healthz, name="healthz"),
    path("robots.txt", robots, name="robots"),
    path("sitemap.xml", sitemap, {"sitemaps": SITEMAPS}, name="sitemap"),
]
