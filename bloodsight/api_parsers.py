"""How the API reads a body."""

from __future__ import annotations

from collections.abc import Mapping
from typing import IO, Any

from rest_framework.exceptions import ParseError
from rest_framework.parsers import BaseParser

from results.documents.strict_json import JsonError, read_json


class StrictJSONParser(BaseParser):
    """JSON with every digit kept; a key given twice, NaN or too deep a nesting is refused with its reason."""

    media_type = "application/json"

    def parse(self, stream: IO[bytes], media_type: str | None = None, context: Mapping[str, Any] | None = None) -> Any:
        """The body as objects, numbers as their literals."""
        try:
            return read_json(stream.read())
        except JsonError as problem:
            raise ParseError(str(problem)) from problem
