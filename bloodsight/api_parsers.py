"""How the API reads a body, and that it answers in JSON whatever a client would like."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import IO, Any

from django.conf import settings
from rest_framework.exceptions import ParseError, ValidationError
from rest_framework.negotiation import DefaultContentNegotiation
from rest_framework.parsers import BaseParser, MultiPartParser
from rest_framework.renderers import BaseRenderer
from rest_framework.request import Request

from results.documents.strict_json import JsonError, read_json


class StrictJSONParser(BaseParser):
    """JSON with every digit kept; a key given twice, NaN or too deep a nesting is refused with its reason."""

    media_type = "application/json"

    def parse(self, stream: IO[bytes], media_type: str | None = None, context: Mapping[str, Any] | None = None) -> Any:
        """The body as objects, numbers as their literals."""
        most: int = settings.DATA_UPLOAD_MAX_MEMORY_SIZE
        body = stream.read(most + 1)
        if len(body) > most:
            raise ParseError(f"The body is larger than {most // 1_000_000} MB.")
        try:
            return read_json(body)
        except JsonError as problem:
            if problem.place:
                raise ValidationError({problem.place: [str(problem)]}) from problem
            raise ParseError(str(problem)) from problem


class FormParser(MultiPartParser):
    """A form with files, as a browser or curl sends it."""

    def parse(self, stream: Any, media_type: str | None = None, parser_context: Any = None) -> Any:
        """Its fields and files."""
        try:
            return super().parse(stream, media_type, parser_context)
        except ParseError as problem:
            raise ParseError("This is not a multipart form that can be read.") from problem


class AlwaysJSON(DefaultContentNegotiation):
    """Whatever a client says it accepts, a browser's text/html too, is answered in JSON."""

    def select_renderer(
        self, request: Request, renderers: Iterable[BaseRenderer], format_suffix: str | None = None
    ) -> tuple[BaseRenderer, str]:
        """The one renderer."""
        first = next(iter(renderers))
        return first, first.media_type
