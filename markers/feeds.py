"""For search engines and readers: the site map of the public pages, and the feed of revised articles."""

from __future__ import annotations

from datetime import UTC, date, datetime, time
from typing import Any

from django.conf import settings
from django.contrib.sitemaps import Sitemap
from django.contrib.syndication.views import Feed
from django.urls import reverse
from django.utils.feedgenerator import Atom1Feed

from markers.facts import MarkerFacts, PanelFacts
from markers.models import Article
from markers.pages import article_text
from markers.queries import catalogue

_PROTOCOL = settings.SITE_URL.partition("://")[0]


class MarkerPages(Sitemap):  # type: ignore[type-arg]
    """The page of each marker, with the date of its article."""

    protocol = _PROTOCOL

    def items(self) -> list[MarkerFacts]:
        """Every marker by name."""
        return list(catalogue().markers.values())

    def location(self, item: MarkerFacts) -> str:
        """Its address within the site."""
        return reverse("markers:article", args=[item.slug])

    def lastmod(self, item: MarkerFacts) -> date | None:
        """The date of its article, if it has one."""
        article = article_text(item)
        return article.dated if article else None


class PanelPages(Sitemap):  # type: ignore[type-arg]
    """The page of each panel."""

    protocol = _PROTOCOL

    def items(self) -> list[PanelFacts]:
        """Every panel in order."""
        return list(catalogue().panels)

    def location(self, item: PanelFacts) -> str:
        """Its address within the site."""
        return reverse("markers:panel", args=[item.slug])


class Pages(Sitemap):  # type: ignore[type-arg]
    """The pages that there is one of."""

    protocol = _PROTOCOL

    def items(self) -> list[str]:
        """Their names."""
        return ["results:welcome", "markers:catalogue", "markers:panels", "markers:data"]

    def location(self, item: str) -> str:
        """Its address within the site."""
        return reverse(item)


class Revised(Feed):  # type: ignore[type-arg]
    """The articles, the latest revised first."""

    feed_type = Atom1Feed
    title = "BloodSight: revised articles"
    subtitle = "What is new on the pages about markers."

    def link(self) -> str:
        """The page of all markers."""
        return reverse("markers:catalogue")

    def items(self) -> list[Article]:
        """At most thirty articles, the latest first."""
        return list(Article.objects.select_related("marker").order_by("-dated", "marker__name")[:30])

    def item_title(self, item: Any) -> str:
        """The marker's name and the version."""
        return f"{item.marker.name}, version {item.version}"

    def item_description(self, item: Any) -> str:
        """The marker's summary."""
        return str(item.marker.summary)

    def item_link(self, item: Any) -> str:
        """The marker's page."""
        return reverse("markers:article", args=[item.marker.slug])

    def item_guid(self, item: Any) -> str:
        """One for each version."""
        return f"{settings.SITE_URL}{self.item_link(item)}#{item.version}"

    def item_updateddate(self, item: Any) -> datetime:
        """The day of the version."""
        return datetime.combine(item.dated, time(), UTC)


SITEMAPS = {"markers": MarkerPages, "panels": PanelPages, "pages": Pages}
