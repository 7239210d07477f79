"""Sending to the API and reading its answers."""

from __future__ import annotations

import json
from typing import Any, NoReturn

ROOT = "/api/v1/"


class Api:
    """A signed-in client; call it with a method, a path below /api/v1/ and a body (bytes and str go as they are)."""

    def __init__(self, client, person) -> None:
        self.client = client
        self.person = f"persons/{person.pk}/"
        self.visits = f"{self.person}visits/"
        self.imports = f"{self.person}imports/"

    def __call__(self, method: str, path: str, body: Any = b"", **extra: Any):
        raw = body if isinstance(body, (bytes, str)) else json.dumps(body)
        send = getattr(self.client, method)
        if method in ("get", "head", "options"):
            return send(ROOT + path, **extra)
        return send(ROOT + path, raw, **{"content_type": "application/json"} | extra)

    def read(self, path: str) -> Any:
        """The body of a GET that succeeds."""
        answer = self("get", path)
        assert answer.status_code == 200, answer.content
        return strict(answer)

    def saved(self, body: Any) -> Any:
        """The body of a visit of the person, once it is saved."""
        answer = self("post", self.visits, body)
        assert answer.status_code == 201, answer.content
        return strict(answer)

    def timeline(self, slug: str = "ferritin", query: str = "") -> Any:
        """The person's series of a marker."""
        return self.read(f"{self.person}timeline/{slug}/{query}")


def result(value: Any = "12.0", marker: str = "ferritin", unit: str = "ng/mL", **more: Any) -> dict[str, Any]:
    return {"marker": marker, "value": value, "unit": unit, **more}


def visit(*results: dict[str, Any], day: str = "2026-10-03", **more: Any) -> dict[str, Any]:
    return {"collected_on": day, "results": list(results) or [result()], **more}


def strict(answer) -> Any:
    """The body as JSON that any reader takes: UTF-8, no NaN, no key twice."""
    assert answer.headers["Content-Type"].startswith("application/json"), answer.headers["Content-Type"]
    return json.loads(answer.content.decode("utf-8"), parse_constant=_refuse, object_pairs_hook=_once)


def problems(answer, status: int = 400) -> dict[str, str]:
    """The messages of a refusal by field, its shape checked to the letter."""
    assert answer.status_code == status, (answer.status_code, answer.content[:300])
    body = strict(answer)
    assert body["errors"], body
    for one in body["errors"]:
        assert set(one) == {"field", "message"}
        assert isinstance(one["field"], str)
        assert one["message"]
        assert "nvalid" not in one["message"], one
    return {one["field"]: one["message"] for one in body["errors"]}


def _refuse(name: str) -> NoReturn:
    raise AssertionError(f"{name} is not JSON")


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    assert len(dict(pairs)) == len(pairs), pairs
    return dict(pairs)
