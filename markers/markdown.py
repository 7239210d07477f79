"""Markdown with citations and figures: `[@key]` names a source, `{limit:key}` a figure of a marker's data.

It is filtered {range:adult} [@smith-2020][@lee-2021].
               ╰──────── one mark: a figure, its source and two more ────────╯
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from html import escape
from typing import Any

import nh3
from markdown_it import MarkdownIt
from markdown_it.renderer import RendererHTML
from markdown_it.rules_core import StateCore
from markdown_it.rules_inline import StateInline
from markdown_it.token import Token

from markers.sources import Bibliography

ABSENT = "(no figure on record)"
KINDS = ("range", "limit", "value", "variation")
_CITATION = r"\[@([A-Za-z0-9][\w.-]*)\]"
_REFERENCE = re.compile(r"\{([a-z]+):(?:([a-z0-9-]+)/)?([a-z0-9-]+)\}")
_MARK = re.compile(rf"(\{{[a-z]+:[a-z0-9/-]+\}})?((?:\s*{_CITATION})*)")
_LINK = re.compile(r"https://.+|#source-[0-9]+")
_TAGS = {"p", "ul", "ol", "li", "strong", "em", "a", "sup", "h3", "div"} | {
    *("table", "thead", "tbody", "tr", "th", "td"),
}
_KEPT: dict[str, set[str]] = {
    "*": set(),
    "a": {"href", "rel", "aria-label"},
    "th": {"scope"},
    "div": {"class", "role", "aria-label", "tabindex"},
    "ol": {"start"},
}
_SCROLLS = '<div class="scroll" role="group" aria-label="Table" tabindex="0">\n<table>\n'


@dataclass(frozen=True, slots=True)
class Reference:
    """A figure of the data that a text asks for; no `marker` means the article's own."""

    kind: str
    marker: str
    key: str

    def __str__(self) -> str:
        return f"{{{self.kind}:{f'{self.marker}/' if self.marker else ''}{self.key}}}"


@dataclass(frozen=True, slots=True)
class Figure:
    """A figure of the data as a text says it, with its source."""

    text: str
    title: str
    url: str = ""
    year: int | None = None


@dataclass(frozen=True, slots=True)
class Cited:
    """What a text's marks stand for: figures by reference and sources (title, address, year) by key."""

    figure: Callable[[Reference], Figure | None]
    sources: Mapping[str, tuple[str, str, int | None]] = field(default_factory=dict)
    bibliography: Bibliography = field(default_factory=Bibliography)


@dataclass(frozen=True, slots=True)
class Block:
    """A paragraph, an item of a list, a row of a table or a heading, as written but without emphasis."""

    kind: str
    text: str


def read(text: str) -> list[Token]:
    """The tokens of a Markdown text; raw HTML, images and code stay plain text."""
    return _MARKDOWN.parse(text)


def html(tokens: list[Token], cited: Cited) -> str:
    """The tokens as HTML that holds nothing but what an article may hold."""
    made = _MARKDOWN.renderer.render(tokens, _MARKDOWN.options, {"cited": cited})
    return nh3.clean(made, tags=_TAGS, attributes=_KEPT, attribute_filter=_kept, link_rel=None, url_schemes={"https"})


def plain(tokens: list[Token], cited: Cited) -> str:
    """The tokens as plain text, a line a block: figures are told, citations left out."""
    return "\n".join(_text(inline, lambda mark: _told(mark, cited)) for inline in _inlines(tokens))


def blocks(tokens: list[Token]) -> list[Block]:
    """The text block by block, marks as they are written; a row of a table is one block, its cells apart by |."""
    found: list[Block] = []
    cells: list[str] | None = None
    for before, token in zip([None, *tokens], tokens, strict=False):
        if token.type == "tr_open":
            cells = []
        elif token.type == "tr_close":
            found.append(Block("row", " | ".join(cells or [])))
            cells = None
        elif token.type == "inline" and cells is not None:
            cells.append(_text(token, _written))
        elif token.type == "inline":
            kind = "heading" if before and before.type == "heading_open" else "text"
            found.append(Block(kind, _text(token, _written)))
    return found


def keys(tokens: list[Token]) -> list[str]:
    """The keys of the cited sources, in order, each as often as it is cited."""
    return [key for mark in _marks(tokens) for key in mark.meta["keys"]]


def references(tokens: list[Token]) -> list[Reference]:
    """The figures that the text asks for, in order."""
    return [mark.meta["reference"] for mark in _marks(tokens) if mark.meta["reference"]]


def strays(tokens: list[Token]) -> list[str]:
    """What looks like a mark and is none."""
    return [
        found[0]
        for inline in _inlines(tokens)
        for found in re.finditer(r"\{[^}]*\}?|\[@[^\]]*\]?|\}", _text(inline, lambda mark: " "))
    ]


def _mark(state: StateInline, silent: bool) -> bool:
    """The rule for a figure, its citations, or both: the blank before them goes."""
    found = _MARK.match(state.src, state.pos)
    if not found or not found[0] or not state.src.startswith(("{", "[@"), state.pos):
        return False
    named = _REFERENCE.fullmatch(found[1] or "")
    if found[1] and not named:
        return False
    if not silent:
        if not found[1]:
            state.pending = state.pending.rstrip(" ")
            if not state.pending and state.tokens and state.tokens[-1].type == "softbreak":
                state.tokens.pop()
        reference = Reference(named[1], named[2] or "", named[3]) if named else None
        mark = state.push("mark", "", 0)
        mark.content = found[0] if found[1] else f" {found[0]}"
        mark.meta = {"reference": reference, "keys": re.findall(_CITATION, found[2])}
    state.pos = found.end()
    return True


def _inlines(tokens: list[Token]) -> Iterator[Token]:
    return (token for token in tokens if token.type == "inline")


def _marks(tokens: list[Token]) -> Iterator[Token]:
    return (child for inline in _inlines(tokens) for child in inline.children or [] if child.type == "mark")


def _text(inline: Token, told: Callable[[Token], str]) -> str:
    breaks = {"softbreak": " ", "hardbreak": " "}
    return "".join(
        told(child) if child.type == "mark" else breaks.get(child.type, child.content)
        for child in inline.children or []
    ).strip()


def _written(mark: Token) -> str:
    return mark.content


def _told(mark: Token, cited: Cited) -> str:
    if not mark.meta["reference"]:
        return ""
    figure = cited.figure(mark.meta["reference"])
    return figure.text if figure else ABSENT


def _mark_html(_: RendererHTML, tokens: list[Token], place: int, options: Any, env: Mapping[str, Any]) -> str:
    mark, cited = tokens[place], env["cited"]
    figure = cited.figure(mark.meta["reference"]) if mark.meta["reference"] else None
    numbers = [cited.bibliography.number(figure.title, figure.url, figure.year)] if figure else []
    numbers += [cited.bibliography.number(*cited.sources[key]) for key in mark.meta["keys"] if key in cited.sources]
    links = ", ".join(
        f'<a href="#source-{number}" aria-label="Source {number}">{number}</a>' for number in dict.fromkeys(numbers)
    )
    return escape(_told(mark, cited)) + (f"<sup>{links}</sup>" if links else "")


def _link_html(renderer: RendererHTML, tokens: list[Token], place: int, options: Any, env: Any) -> str:
    tokens[place].attrSet("rel", "noopener noreferrer")
    return renderer.renderToken(tokens, place, options, env)


def _scoped(state: StateCore) -> None:
    """Head cells head their column, the first cell of a row its row."""
    for before, token in zip([None, *state.tokens], state.tokens, strict=False):
        if token.type == "th_open":
            token.attrs = {"scope": "col"}
        elif token.type == "td_open" and before and before.type == "tr_open":
            token.tag, token.attrs = "th", {"scope": "row"}
            heads = True
        elif token.type == "td_open":
            token.attrs, heads = {}, False
        elif token.type == "td_close" and heads:
            token.tag = "th"


def _kept(tag: str, name: str, value: str) -> str | None:
    return None if name == "href" and not _LINK.fullmatch(value) else value


def _made() -> MarkdownIt:
    made = MarkdownIt("commonmark", {"html": False}).enable("table")
    made.disable(["image", "autolink", "backticks", "code", "fence", "hr", "blockquote"])
    made.inline.ruler.before("link", "mark", _mark)
    made.core.ruler.push("scoped", _scoped)
    made.add_render_rule("mark", _mark_html)
    made.add_render_rule("link_open", _link_html)
    made.add_render_rule("table_open", lambda *_: _SCROLLS)
    made.add_render_rule("table_close", lambda *_: "</table>\n</div>\n")
    return made


_MARKDOWN = _made()
