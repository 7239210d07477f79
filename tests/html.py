"""A page as a browser without JavaScript has it: what it says, its links, and its forms with what they would send."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from html.parser import HTMLParser

UNSEEN = {"script", "style", "noscript", "datalist", "title"}
VOID = {"area", "base", "br", "col", "hr", "img", "input", "link", "meta", "source", "wbr"}


@dataclass
class Form:
    """A form: where it goes, what it would send unpressed, and its buttons."""

    action: str = ""
    method: str = "get"
    fields: list[tuple[str, str]] = field(default_factory=list)
    buttons: list[tuple[str, str]] = field(default_factory=list)

    def sent(self, **changes: object) -> dict[str, object]:
        """What the form would send with some fields changed; `__` in a name stands for `-`."""
        found: dict[str, object] = {}
        for name, value in self.fields:
            found[name] = [*found[name], value] if isinstance(found.get(name), list) else value
        return found | {name.replace("__", "-"): value for name, value in changes.items()}


class Page(HTMLParser):
    """An answer's page, read."""

    def __init__(self, answer) -> None:
        super().__init__()
        self.html = answer.content.decode()
        self.status = answer.status_code
        self.lang = ""
        self.title = ""
        self.headings: list[tuple[int, str]] = []
        self.ids: list[str] = []
        self.links: list[str] = []
        self.references: list[str] = []
        self.labelled: set[str] = set()
        self.controls: list[dict[str, str]] = []
        self.forms: list[Form] = []
        self.scripts: list[dict[str, str]] = []
        self.data: dict[str, object] = {}
        self.rows: list[list[str]] = []
        self._open: list[tuple[str, dict[str, str]]] = []
        self._texts: list[str] = []
        self._gathered: list[str] | None = None
        self._choice: tuple[str, str] | None = None
        self.feed(self.html)
        self.close()
        self.text = " ".join("".join(self._texts).split())

    def form(self, having: str) -> Form:
        """The form with a field or a button of that name."""
        return next(one for one in self.forms if having in {name for name, _ in (*one.fields, *one.buttons)})

    def row(self, start: str) -> list[str]:
        """The cells of the first table row whose first cell starts so."""
        return next(row for row in self.rows if row and row[0].startswith(start))

    @property
    def errors(self) -> list[str]:
        """What the links of the error summary point at."""
        return [link for link in self.links if link.startswith("#") and link != "#main"]

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = {name: value or "" for name, value in attrs}
        if tag not in VOID:
            self._open.append((tag, found))
        if "id" in found:
            self.ids.append(found["id"])
        for name in ("aria-describedby", "aria-labelledby", "list"):
            self.references += found.get(name, "").split()
        if tag == "html":
            self.lang = found.get("lang", "")
        if tag == "a":
            self.links.append(found.get("href", ""))
        if tag == "script":
            self.scripts.append(found)
        if tag == "label":
            self.labelled.add(found.get("for", ""))
        if tag == "form":
            self.forms.append(Form(found.get("action", ""), found.get("method", "get")))
        if tag in ("input", "select", "textarea", "button"):
            self._control(tag, found)
        if tag == "option":
            self._option(found)
        if tag in ("h1", "h2", "h3", "title", "script", "textarea", "td", "th"):
            self._gathered = []
        if tag == "tr":
            self.rows.append([])
        if tag in ("p", "li", "tr", "td", "th", "div", "br", "h1", "h2", "a"):
            self._texts.append(" ")

    def handle_endtag(self, tag: str) -> None:
        while self._open:
            closed, found = self._open.pop()
            if closed == tag:
                break
        else:
            return
        said = "".join(self._gathered or [])
        if tag in ("h1", "h2", "h3"):
            self.headings.append((int(tag[1]), " ".join(said.split())))
        elif tag == "title":
            self.title = said
        elif tag == "script" and found.get("type") == "application/json":
            self.data[found["id"]] = json.loads(said)
        elif tag == "textarea" and self.forms:
            self.forms[-1].fields.append((found.get("name", ""), said.removeprefix("\n")))
        elif tag in ("td", "th") and self.rows:
            self.rows[-1].append(" ".join(said.split()))
        elif tag == "select":
            self._choice = None

    def handle_data(self, data: str) -> None:
        if self._gathered is not None:
            self._gathered.append(data)
        if not any(tag in UNSEEN for tag, _ in self._open):
            self._texts.append(data)

    def _control(self, tag: str, found: dict[str, str]) -> None:
        kind = found.get("type", "text") if tag == "input" else tag
        self.controls.append({**found, "kind": kind})
        if not self.forms or "disabled" in found or not found.get("name"):
            return
        name, value = found["name"], found.get("value", "")
        if kind in ("button", "submit"):
            self.forms[-1].buttons.append((name, value))
        elif kind in ("checkbox", "radio"):
            if "checked" in found:
                self.forms[-1].fields.append((name, found.get("value", "on")))
        elif kind == "select":
            self._choice = (name, "")
        elif kind not in ("textarea", "file"):
            self.forms[-1].fields.append((name, value))

    def _option(self, found: dict[str, str]) -> None:
        if self._choice is None:
            return
        name, first = self._choice
        own = self.forms[-1].fields
        if not first:
            own.append((name, found.get("value", "")))
            self._choice = (name, "chosen")
        elif "selected" in found:
            own[-1] = (name, found.get("value", ""))


def unknown_targets(page: Page) -> list[str]:
    """Links within the page and references between its parts that lead nowhere, and ids given twice."""
    inner = [link[1:] for link in page.links if link.startswith("#")]
    lost = [name for name in (*inner, *page.references) if name not in page.ids]
    return lost + [name for name in set(page.ids) if page.ids.count(name) > 1]


def unlabelled(page: Page) -> list[str]:
    """The names of fields without a label of their own."""
    return [
        one.get("name", "?")
        for one in page.controls
        if one["kind"] not in ("hidden", "button", "submit")
        and "hidden" not in one
        and one.get("id") not in page.labelled
        and not one.get("aria-label")
    ]
