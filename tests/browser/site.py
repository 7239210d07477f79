"""The running site as tests see it: who is signed in, what is stored, and how each kind of page is opened."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from functools import cached_property

from playwright.sync_api import Browser, BrowserContext, Page

WIDTHS = {"phone": {"width": 320, "height": 640}, "desk": {"width": 1280, "height": 900}}
LISTEN = """
window.violations = [];
document.addEventListener("securitypolicyviolation",
    (event) => window.violations.push(event.violatedDirective + " " + event.blockedURI));
"""


class Site:
    """Contexts of one browser on one server; `demo` and `curator` are signed in once."""

    PASSWORD = "calm-paper-and-ink"

    def __init__(self, browser: Browser, address: str) -> None:
        self.browser, self.address = browser, address
        self.states = {name: self._signed_in(f"{name}@bloodsight.example") for name in ("demo", "curator")}
        self.kept: dict[str | None, BrowserContext] = {}

    def close(self) -> None:
        """Closes what was kept open."""
        for context in self.kept.values():
            context.close()

    def context(self, who: str | None = None, width: str = "desk", **options) -> BrowserContext:
        """A new context, signed in as somebody who was kept signed in, or as nobody."""
        made = self.browser.new_context(
            base_url=self.address,
            viewport=WIDTHS[width],
            storage_state=self.states.get(who),
            reduced_motion="reduce",
            **options,
        )
        made.set_default_timeout(10_000)
        made.add_init_script(LISTEN)
        return made

    def page(self, who: str | None = None) -> Page:
        """A page in a context that is kept for the next one."""
        if who not in self.kept:
            self.kept[who] = self.context(who)
        return self.kept[who].new_page()

    def api(self, page: Page, method: str, path: str, body: object = None) -> dict:
        """What the API answers to the account of a page."""
        form = page.request.get("/accounts/password/change/").text()
        token = re.search(r'name="csrfmiddlewaretoken" value="(\w+)"', form)
        answer = page.request.fetch(
            f"/api/v1/{path}",
            method=method,
            data=None if body is None else json.dumps(body),
            headers={"X-CSRFToken": token[1] if token else "", "Content-Type": "application/json"},
        )
        assert answer.ok, (answer.status, answer.text()[:500])
        return answer.json() if answer.text() else {}

    def _signed_in(self, email: str) -> dict:
        context = self.browser.new_context(base_url=self.address)
        page = context.new_page()
        sign_in(page, email, self.PASSWORD)
        state = context.storage_state()
        context.close()
        return state

    @cached_property
    def persons(self) -> dict[str, str]:
        """First name -> id: Maya and Leo of the demo, Noor of whom little is known."""
        page = self.page("demo")
        found = {one["name"].split()[0]: one["id"] for one in self.api(page, "GET", "persons/")}
        noor = self.api(page, "POST", "persons/", {"name": "Noor Example", "sex": "unstated"})["id"]
        for day, results in NOOR.items():
            self.api(page, "POST", f"persons/{noor}/visits/", {"collected_on": day, "results": results})
        page.close()
        return found | {"Noor": noor}

    @cached_property
    def visits(self) -> dict[str, str]:
        """First name -> id of the latest visit."""
        page = self.page("demo")
        found = {}
        for name, person in self.persons.items():
            of_person = self.api(page, "GET", f"persons/{person}/visits/")
            found[name] = max(of_person, key=lambda one: one["collected_on"])["id"]
        page.close()
        return found


NOOR = {
    "2025-11-02": [
        {"marker": "creatinine", "value": "88", "unit": "umol/L"},
        {"marker": "tsh", "value": "1.9", "unit": "parts"},
        {"marker": "ferritin", "value": "31", "unit": "ng/mL"},
    ],
    "2026-02-11": [
        {"marker": "creatinine", "value": "0.9712345678901", "unit": "mg/dL"},
        {"marker": "ferritin", "value": "28", "unit": "ng/mL"},
        {"marker": "beta-2-microglobulin", "value": "<0.7", "unit": "mg/L"},
        {"marker": "sodium", "value": "140", "unit": "mmol/L", "printed_range": {"text": "136-145"}, "note": "twice"},
        {"marker": "glucose", "value": "negative", "unit": "mg/dL"},
    ],
}


def bundle(born_on: str = "1963-06-14", sex: str = "female", name: str = "Maya Example") -> bytes:
    """A made-up FHIR file with a row that is Ready, one to Check, one that can't be read and one that is no marker."""
    quantity = {"system": "http://unitsofmeasure.org"}
    rows = [
        ("2160-0", "Creatinine", "2026-10-20", {"valueQuantity": quantity | {"value": 0.91, "code": "mg/dL"}}),
        ("2885-2", "Total protein", "2026-10-20", {"valueQuantity": quantity | {"value": 63.7, "code": "g/dL"}}),
        ("2276-4", "Ferritin", "", {"valueQuantity": quantity | {"value": 44, "code": "ng/mL"}}),
        ("5778-6", "Color of urine", "2026-10-20", {"valueString": "straw"}),
    ]
    patient = {"resourceType": "Patient", "id": "p", "birthDate": born_on, "gender": sex, "name": [{"text": name}]}
    found = [patient]
    for place, (code, text, day, value) in enumerate(rows):
        observation = {
            "resourceType": "Observation",
            "id": f"o{place}",
            "status": "final",
            "subject": {"reference": "Patient/p"},
            "category": [{"coding": [{"code": "laboratory"}]}],
            "code": {"coding": [{"system": "http://loinc.org", "code": code}], "text": text},
        }
        found.append(observation | value | ({"effectiveDateTime": day} if day else {}))
    return json.dumps(
        {"resourceType": "Bundle", "type": "collection", "entry": [{"resource": one} for one in found]}
    ).encode()


def sign_in(page: Page, email: str, password: str) -> None:
    """Signs in by the page."""
    page.goto("/accounts/login/")
    page.get_by_label("E-mail").or_(page.get_by_label("Email")).fill(email)
    page.get_by_label("Password").fill(password)
    page.locator("main button").click()
    page.wait_for_url(re.compile("/people/"))


def sign_up(page: Page, email: str, name: str = "Ada", sex: str = "Female", born: tuple[str, ...] = ("1", "5", "1980")):
    """A new account with its first person, by the pages; ends on that person's overview."""
    page.goto("/accounts/signup/")
    page.locator("#id_email").fill(email)
    page.locator("#id_password1").fill("a-long-sentence-3")
    page.locator("#id_consent").check()
    page.locator("main button").click()
    page.wait_for_url(re.compile("/people/new/"))
    page.get_by_label("Name").fill(name)
    page.get_by_label(sex, exact=True).check()
    for label, part in zip(("Day", "Month", "Year"), born, strict=True):
        page.get_by_label(label, exact=True).fill(part)
    page.get_by_role("button", name="Save").click()
    page.wait_for_url(re.compile(r"/people/[0-9a-f-]{36}/$"))


def upload(page: Page, person: str, content: bytes, name: str = "results.json") -> None:
    """Brings a file to its review page."""
    page.goto(f"/people/{person}/import/")
    page.get_by_label("File").set_input_files({"name": name, "mimeType": "application/json", "buffer": content})
    page.get_by_role("button", name="Read the file").click()


def type_visit(page: Page, person: str, day: str, rows: dict[int, dict[str, str]], query: str = "?rows=blank") -> None:
    """Fills the entry page, without sending it."""
    page.goto(f"/people/{person}/visits/new{query}")
    page.get_by_label("Day of collection").fill(day)
    for place, columns in rows.items():
        for column, text in columns.items():
            page.locator(f"#id_row-{place}-{column}").fill(text)


def _at(path: str) -> Callable[[Page, Site], None]:
    def opened(page: Page, site: Site) -> None:
        names = {name.lower(): one for name, one in site.persons.items()} if "{" in path else {}
        visits = {f"{name.lower()}_visit": one for name, one in site.visits.items()} if "_visit}" in path else {}
        page.goto(path.format(**names, **visits))

    return opened


def _form_with_errors(page: Page, site: Site) -> None:
    rows = {
        0: {"marker": "Creatinin", "value": "1,234"},
        1: {"value": "abc"},
        2: {"marker": "Ferritin", "value": "3 4"},
    }
    type_visit(page, site.persons["Maya"], "31 Febuary", rows)
    page.get_by_role("button", name="Review").click()


def _review_with_questions(page: Page, site: Site) -> None:
    rows = {
        0: {"marker": "Creatinine", "value": "91", "unit": "mg/dL"},
        1: {"marker": "Ferritin", "value": "44", "unit": "parts", "printed": "about 30"},
        2: {"marker": "Ferritin", "value": "45", "unit": "ng/mL", "printed": "10-120", "note": "second tube"},
    }
    type_visit(page, site.persons["Maya"], "2 January 2099", rows)
    page.get_by_role("button", name="Review").click()


def _conflict(page: Page, site: Site) -> None:
    person = site.persons["Noor"]
    page.goto(f"/people/{person}/visits/{site.visits['Noor']}/edit")
    other = page.context.new_page()
    other.goto(f"/people/{person}/visits/{site.visits['Noor']}/edit")
    other.locator("#id_row-1-value").fill(f"{27 + int(other.locator('[name=version]').input_value())}")
    other.get_by_role("button", name="Review").click()
    other.get_by_role("button", name="Save").click()
    other.wait_for_url(re.compile(r"/visits/[0-9a-f-]{36}/$"))
    other.close()
    page.locator("#id_row-1-value").fill("29.5")
    page.get_by_role("button", name="Review").click()
    page.get_by_role("button", name="Save").click()


def _import_review(page: Page, site: Site) -> None:
    upload(page, site.persons["Maya"], bundle())


def _import_question(page: Page, site: Site) -> None:
    upload(page, site.persons["Maya"], bundle("1951-01-02", "male", "John Doe"))
    page.get_by_role("button", name="Save 2 ready").click()


def _import_confirmed(page: Page, site: Site) -> None:
    upload(page, site.persons["Noor"], bundle(name="Noor Example"))
    page.get_by_role("button", name="Save everything").click()


def _import_refused(page: Page, site: Site) -> None:
    upload(page, site.persons["Maya"], b"no json", "notes.txt")


def _person_weighed(page: Page, site: Site) -> None:
    page.goto(f"/people/{site.persons['Maya']}/edit")
    page.get_by_label("Male", exact=True).check()
    page.get_by_role("button", name="Save").click()


def _person_errors(page: Page, site: Site) -> None:
    page.goto("/people/new/")
    page.get_by_label("Day", exact=True).fill("31")
    page.get_by_label("Month", exact=True).fill("Febr")
    page.get_by_role("button", name="Save").click()


def _sign_in_refused(page: Page, site: Site) -> None:
    page.goto("/accounts/login/")
    page.locator("#id_login").fill("nobody@bloodsight.example")
    page.get_by_label("Password").fill("something")
    page.locator("main button").click()


def _deleted_visit(page: Page, site: Site) -> None:
    made = site.api(
        page,
        "POST",
        f"persons/{site.persons['Leo']}/visits/",
        {"collected_on": "2026-06-01", "results": [{"marker": "ferritin", "value": "20", "unit": "ng/mL"}]},
    )
    page.goto(f"/people/{site.persons['Leo']}/visits/{made['id']}/")
    page.get_by_role("button", name="Delete").click()


def _menu(page: Page, site: Site) -> None:
    page.goto(f"/people/{site.persons['Maya']}/")
    page.locator(".who summary").click()


# Every kind of page and state: name -> (who is signed in, how it is opened)
PAGES: dict[str, tuple[str | None, Callable[[Page, Site], None]]] = {
    "welcome": (None, _at("/")),
    "catalogue": (None, _at("/markers/")),
    "catalogue-found": (None, _at("/markers/?q=bilirubin")),
    "catalogue-nothing": (None, _at("/markers/?q=xyzzy")),
    "article": (None, _at("/markers/ferritin/")),
    "data": (None, _at("/about/data/")),
    "panels": (None, _at("/panels/")),
    "panel": (None, _at("/panels/kidney-function/")),
    "panel-signed-in": ("demo", _at("/panels/lipids/")),
    "sign-in": (None, _at("/accounts/login/")),
    "sign-in-refused": (None, _sign_in_refused),
    "sign-up": (None, _at("/accounts/signup/")),
    "reset": (None, _at("/accounts/password/reset/")),
    "reset-sent": (None, _at("/accounts/password/reset/done/")),
    "not-found": ("demo", _at("/nothing/here")),
    "password": ("demo", _at("/accounts/password/change/")),
    "sign-out": ("demo", _at("/accounts/logout/")),
    "persons": ("demo", _at("/people/")),
    "person-new": ("demo", _at("/people/new/")),
    "person-errors": ("demo", _person_errors),
    "person-edit": ("demo", _at("/people/{maya}/edit")),
    "person-weighed": ("demo", _person_weighed),
    "person-delete": ("demo", _at("/people/{maya}/delete")),
    "home": ("demo", _at("/people/{maya}/")),
    "home-menu": ("demo", _menu),
    "home-little": ("demo", _at("/people/{noor}/")),
    "visits": ("demo", _at("/people/{maya}/visits/")),
    "visits-deleted": ("demo", _deleted_visit),
    "visit": ("demo", _at("/people/{maya}/visits/{maya_visit}/")),
    "visit-little": ("demo", _at("/people/{noor}/visits/{noor_visit}/")),
    "visit-form": ("demo", _at("/people/{maya}/visits/new")),
    "visit-blank": ("demo", _at("/people/{maya}/visits/new?rows=blank")),
    "visit-edit": ("demo", _at("/people/{maya}/visits/{maya_visit}/edit")),
    "visit-errors": ("demo", _form_with_errors),
    "visit-review": ("demo", _review_with_questions),
    "visit-conflict": ("demo", _conflict),
    "import-new": ("demo", _at("/people/{maya}/import/")),
    "import-refused": ("demo", _import_refused),
    "import-review": ("demo", _import_review),
    "import-question": ("demo", _import_question),
    "import-confirmed": ("demo", _import_confirmed),
    "markers": ("demo", _at("/people/{maya}/markers/")),
    "person-panel": ("demo", _at("/people/{maya}/panels/kidney-function/")),
    "person-panel-older": ("demo", _at("/people/{maya}/panels/kidney-function/?only=results&skip=6")),
    "person-panel-little": ("demo", _at("/people/{noor}/panels/kidney-function/")),
    "person-panel-none": ("demo", _at("/people/{noor}/panels/lipids/")),
    "marker": ("demo", _at("/people/{maya}/markers/beta-2-microglobulin/")),
    "marker-converted": ("demo", _at("/people/{maya}/markers/glucose/?unit=mmol/L")),
    "marker-child": ("demo", _at("/people/{leo}/markers/creatinine/")),
    "marker-one": ("demo", _at("/people/{noor}/markers/sodium/")),
    "marker-none": ("demo", _at("/people/{noor}/markers/iga/")),
    "marker-no-range": ("demo", _at("/people/{noor}/markers/ferritin/")),
    "marker-censored": ("demo", _at("/people/{noor}/markers/beta-2-microglobulin/")),
    "marker-unplotted": ("demo", _at("/people/{noor}/markers/tsh/")),
    "marker-why": ("demo", _at("/people/{maya}/markers/creatinine/#why")),
}
CHARTS = [
    name for name in PAGES if name in ("marker", "marker-converted", "marker-child", "marker-no-range", "marker-why")
]


def open_page(page: Page, site: Site, name: str) -> None:
    """Opens a kind of page; a chart is drawn when this returns."""
    PAGES[name][1](page, site)
    page.wait_for_load_state("load")
    if name in CHARTS:
        page.locator("#chart .scatterlayer .point").first.wait_for(state="attached")
    if name == "marker-why":
        page.locator("#why").evaluate("one => one.open = true")
