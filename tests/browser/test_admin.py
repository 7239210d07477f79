"""The pages for curating: whatever is registered keeps the policy and has no axe violation."""

from __future__ import annotations

import pytest
from django.contrib import admin
from django.urls import reverse

from tests.browser.test_pages import AXE, TAGS

DJANGOS_OWN = {"rules": {"empty-table-header": {"enabled": False}}}  # the first column of its table of inlines
CURATED = [model._meta for model in admin.site._registry if model._meta.app_label == "markers"]
LISTS = [reverse(f"admin:{model.app_label}_{model.model_name}_changelist") for model in CURATED]


@pytest.mark.parametrize("path", ["/admin/", *LISTS])
def test_curating_keeps_the_policy_and_has_no_axe_violation(site, path):
    page = site.page("curator")
    asked = []
    page.on("request", lambda one: asked.append(one.url))
    page.goto(path)
    assert "BloodSight catalogue" in page.locator("#site-name").inner_text()
    check(page)
    one = page.locator("#result_list tbody th a").first
    if one.count():
        one.click()
        page.wait_for_load_state("load")
        assert page.locator("#content-main form").count() == 1
        check(page)
    assert [url for url in asked if not url.startswith((f"{site.address}/", "data:", "blob:"))] == []
    page.close()


def check(page):
    """Policy and axe in both schemes."""
    assert page.evaluate("window.violations") == []
    for scheme in ("light", "dark"):
        page.emulate_media(color_scheme=scheme)
        page.wait_for_timeout(300)  # links change their color slowly
        found = AXE.run(page, options=TAGS | DJANGOS_OWN).response["violations"]
        assert {one["id"]: one["nodes"][0]["html"][:160] for one in found} == {}, page.url
