"""The API as a client sees it: JSON sent, strict JSON read back, every refusal in the one shape."""

from __future__ import annotations

import json

import pytest

from tests.api import Api, visit


@pytest.fixture
def api(alice_client, maya):
    """Alice's session, with `persons/<maya>/` at hand."""
    return Api(alice_client, maya)


@pytest.fixture
def stranger(bob_client, maya):
    """Bob's session, asking for what is Maya's."""
    return Api(bob_client, maya)


@pytest.fixture
def saved(api):
    """A visit of Maya's as the API answered it."""
    answer = api("post", api.visits, visit())
    assert answer.status_code == 201, answer.content
    return json.loads(answer.content)
