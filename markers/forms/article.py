"""The form of an article: what can't be read, or asks for a figure that nobody holds, is not saved."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django import forms
from django.utils import timezone

from markers.article import article_of
from markers.catalogue import SeedError
from markers.forms.fields import Prose
from markers.models import Article, Marker
from markers.pages import missing_figures
from markers.queries import catalogue


class ArticleForm(forms.ModelForm):  # type: ignore[type-arg]
    text = Prose(
        help_text="Front matter between two lines of +++, then Markdown under the fixed headings. Figures of the data "
        "are asked for: {range:adult}, {limit:key}, {value:key}, {variation:within}; sources are cited: [@key]. "
        "Version and date follow the front matter: raise both with a change."
    )

    class Meta:
        model = Article
        fields = ("marker", "text")

    def clean(self) -> dict[str, Any]:
        """Says each thing that is wrong with the text."""
        found: dict[str, Any] = super().clean() or self.cleaned_data
        marker: Marker | None = found.get("marker") or (self.instance.marker if self.instance.pk else None)
        if marker is not None and found.get("text"):
            self._read(found["text"], marker)
        return found

    def save(self, commit: bool = True) -> Any:
        """The article, from now on a curator's own if it was changed."""
        self.instance.is_curated = self.instance.is_curated or self.has_changed()
        return super().save(commit)

    def _read(self, text: str, marker: Marker) -> None:
        try:
            article = article_of(text, Path(f"{marker.slug}.md"))
        except SeedError as wrong:
            self.add_error("text", f"{wrong.key}: {wrong.problem}.")
            return
        for one in missing_figures(article, catalogue(), timezone.localdate()):
            self.add_error("text", f"{one}: there is no such figure.")
        self.instance.version, self.instance.dated = article.version, article.dated
