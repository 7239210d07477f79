"""Articles: what people read about a marker. Front matter and Markdown with fixed headings, checked and rendered.

+++
lead = "What the marker is and why it is looked at."
version = "1.0"
dated = 2026-11-25
written_by = "The BloodSight authors"         reviewed_by and reviewed_on, once it was reviewed

[sources.smith-2020]
title = "Smith A et al. What kidneys take back. Kidney Int 2020;1:1-9"
url = "https://example.org/smith"
year = 2020                                   undated = true, where the page bears no date
bears = ["95 %"]                              the figures in the text that it bears, as they are written
+++
## What it is
The kidney filters 95 % of it [@smith-2020]. Most adults are at {range:adult}.
"""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from itertools import pairwise
from pathlib import Path
from typing import Any

from markdown_it.token import Token

from markers.catalogue import SeedError
from markers.markdown import Block, Cited, Figure, Reference, blocks, html, keys, plain, read, strays
from markers.markdown import references as references_in
from markers.sources import Bibliography

Figures = Callable[[str, str, str], Figure | None]


@dataclass(frozen=True, slots=True)
class Heading:
    """One of the headings of an article; `key` names its section."""

    key: str
    title: str
    is_required: bool = True


HEADINGS = (  # in the order in which people read them
    Heading("what", "What it is"),
    Heading("numbers", "What the numbers usually mean", is_required=False),
    Heading("high", "What a high value can mean"),
    Heading("specimens", "How specimens tell causes apart", is_required=False),
    Heading("comparison", "Side by side"),
    Heading("reading", "Reading it in context"),
    Heading("low", "What a low or in-range value means"),
    Heading("questions", "Questions people ask"),
)
_BY_TITLE = {heading.title: heading for heading in HEADINGS}
_FENCE = "+++"
_NEEDED = ("lead", "version", "dated", "written_by", "sources")
_TYPES = {"lead": str, "version": str, "dated": date, "written_by": str, "reviewed_by": str, "reviewed_on": date}


@dataclass(frozen=True, slots=True)
class ArticleSource:
    """A source of an article; `bears` lists the figures that it bears, as the article writes them."""

    title: str
    url: str
    year: int | None = None
    bears: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Article:
    """One article: what its front matter says, and its sections as Markdown by the key of their heading."""

    slug: str
    lead: str
    version: str
    dated: date
    written_by: str
    reviewed_by: str
    reviewed_on: date | None
    sources: Mapping[str, ArticleSource]
    sections: Mapping[str, str]
    body: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Question:
    """A question that people ask, with its answer as HTML and as plain text."""

    question: str
    html: str
    text: str


@dataclass(frozen=True, slots=True)
class Rendered:
    """An article as a page shows it: HTML by the key of the heading, the questions apart."""

    lead: str
    sections: Mapping[str, str]
    questions: tuple[Question, ...]


def read_article(file: Path) -> Article:
    """The article of a file; SeedError names what is wrong and where."""
    try:
        return article_of(file.read_text(encoding="utf-8"), file)
    except (OSError, UnicodeDecodeError) as problem:
        raise SeedError(file, "file", str(problem)) from problem


def article_of(text: str, file: Path) -> Article:
    """The article of a text, whose file bears the marker's slug; SeedError names what is wrong and where."""
    about, body = _parted(text.replace("\r\n", "\n"), file)
    _check_about(about, file)
    sources = {key: _source(f"sources.{key}", one, file) for key, one in about["sources"].items()}
    article = Article(
        slug=file.stem,
        lead=about["lead"],
        version=about["version"],
        dated=about["dated"],
        written_by=about["written_by"],
        reviewed_by=about.get("reviewed_by", ""),
        reviewed_on=about.get("reviewed_on"),
        sources=sources,
        sections=_sections(body, file),
        body=body,
    )
    _check_marks(article, file)
    _check_questions(article, file)
    return article


def render(article: Article, figures: Figures, bibliography: Bibliography) -> Rendered:
    """The article as HTML: figures from the data, sources numbered as they come."""
    keys_told = [key for key in article.sections if key != "questions"]
    sections = {key: render_section(article, key, figures, bibliography) for key in keys_told}
    return Rendered(article.lead, sections, render_questions(article, figures, bibliography))


def render_section(article: Article, key: str, figures: Figures, bibliography: Bibliography) -> str:
    """One section as HTML, "" where the article has none: for a page that cites sources of its own in between."""
    return html(read(article.sections.get(key, "")), _cited(article, figures, bibliography))


def render_questions(article: Article, figures: Figures, bibliography: Bibliography) -> tuple[Question, ...]:
    """The questions with their answers."""
    cited = _cited(article, figures, bibliography)
    asked = _asked(read(article.sections["questions"]))
    return tuple(Question(plain(asks, cited), html(answer, cited), plain(answer, cited)) for asks, answer in asked)


def references(article: Article) -> tuple[Reference, ...]:
    """The figures of the data that an article asks for, each once; `marker` is always said."""
    found = references_in(read(article.body))
    return tuple(dict.fromkeys(Reference(one.kind, one.marker or article.slug, one.key) for one in found))


def blocks_of(article: Article) -> dict[str, list[Block]]:
    """Every paragraph, item, row and heading by the title of its section."""
    titles = {heading.key: heading.title for heading in HEADINGS}
    return {titles[key]: blocks(read(text)) for key, text in article.sections.items()}


def _cited(article: Article, figures: Figures, bibliography: Bibliography) -> Cited:
    sources = {key: (one.title, one.url, one.year) for key, one in article.sources.items()}
    return Cited(lambda one: figures(one.kind, one.marker or article.slug, one.key), sources, bibliography)


def _asked(tokens: list[Token]) -> Iterator[tuple[list[Token], list[Token]]]:
    """Each question with its answer; what stands before the first question is asked by nobody."""
    starts = [place for place, token in enumerate(tokens) if token.type == "heading_open"]
    if tokens[: starts[0] if starts else None]:
        yield [], tokens[: starts[0] if starts else None]
    for start, end in zip(starts, [*starts[1:], len(tokens)], strict=True):
        yield tokens[start : start + 3], tokens[start + 3 : end]


def _parted(text: str, file: Path) -> tuple[dict[str, Any], str]:
    first, _, rest = text.lstrip("\ufeff").partition("\n")
    front, fence, body = f"\n{rest}".partition(f"\n{_FENCE}\n")
    if first.rstrip() != _FENCE or not fence:
        raise SeedError(file, _FENCE, "the front matter stands between two lines of +++, the first at the very top")
    try:
        return tomllib.loads(front), body
    except tomllib.TOMLDecodeError as problem:
        raise SeedError(file, "front matter", str(problem)) from problem


def _check_about(about: dict[str, Any], file: Path) -> None:
    for key in about:
        if key not in (*_NEEDED, *_TYPES):
            raise SeedError(file, key, "this key is not known")
    for key in _NEEDED:
        if not about.get(key):
            raise SeedError(file, key, "is missing")
    for key, kind in _TYPES.items():
        if key in about and type(about[key]) is not kind:
            said = "a date such as 2026-01-31, without quotation marks" if kind is date else "a text"
            raise SeedError(file, key, f"is {said}")
    if len(about["version"]) > 20:
        raise SeedError(file, "version", "is at most 20 characters long")
    for mark in strays(read(about["lead"])) or keys(read(about["lead"])) or references_in(read(about["lead"])):
        raise SeedError(file, "lead", f"is plain text, without {mark}")
    for key, other in (("reviewed_by", "reviewed_on"), ("reviewed_on", "reviewed_by")):
        if about.get(key) and not about.get(other):
            raise SeedError(file, other, f"is missing beside {key}")
    if not isinstance(about["sources"], dict) or not all(isinstance(one, dict) for one in about["sources"].values()):
        raise SeedError(file, "sources", "are tables: write [sources.key]")


def _source(key: str, one: dict[str, Any], file: Path) -> ArticleSource:
    for name in one:
        if name not in ("title", "url", "year", "undated", "bears"):
            raise SeedError(file, f"{key}.{name}", "this key is not known")
    for name in ("title", "url"):
        if not isinstance(one.get(name), str) or not one[name]:
            raise SeedError(file, f"{key}.{name}", "is missing")
    if not one["url"].startswith(("https://", "http://")):
        raise SeedError(file, f"{key}.url", "is an address that starts with https://")
    if "year" not in one and one.get("undated") is not True:
        raise SeedError(file, f"{key}.year", "is missing (a page that bears no date says so: undated = true)")
    if type(one.get("year", 2000)) is not int or not 1900 <= one.get("year", 2000) <= 2100:
        raise SeedError(file, f"{key}.year", "is a year such as 2024, without quotation marks")
    bears = one.get("bears", [])
    if not isinstance(bears, list) or not all(isinstance(text, str) and text for text in bears):
        raise SeedError(file, f"{key}.bears", "is a list of texts")
    return ArticleSource(one["title"], one["url"], one.get("year"), tuple(bears))


def _sections(body: str, file: Path) -> dict[str, str]:
    """The Markdown under each heading by its key; SeedError for a heading that is unknown, missing or out of order."""
    tokens, lines = read(body), body.splitlines()
    found: list[tuple[Heading, int, int]] = []  # with the lines at which the heading starts and ends
    for token, inline in pairwise(tokens):
        if token.type != "heading_open" or token.map is None:
            continue
        if token.level or token.tag not in ("h2", "h3"):
            raise SeedError(file, inline.content, "a heading starts with ## or, a question, with ###, outside of lists")
        if token.tag == "h2":
            found.append((_heading(inline.content, file), token.map[0], token.map[1]))
    told = [heading for heading, _, _ in found]
    if "\n".join(lines[: found[0][1] if found else None]).strip():
        raise SeedError(file, "body", f"starts with ## {HEADINGS[0].title}")
    for heading in HEADINGS:
        if heading.is_required and heading not in told:
            raise SeedError(file, f"## {heading.title}", "is missing")
    for heading, after in pairwise(told):
        if HEADINGS.index(after) <= HEADINGS.index(heading):
            raise SeedError(file, f"## {after.title}", f"stands after ## {heading.title}: keep the order")
    ends = [start for _, start, _ in found[1:]] + [len(lines)]
    sections = {
        heading.key: "\n".join(lines[start:end]).strip() for (heading, _, start), end in zip(found, ends, strict=True)
    }
    for heading in told:
        if not sections[heading.key]:
            raise SeedError(file, f"## {heading.title}", "is empty")
    return sections


def _heading(title: str, file: Path) -> Heading:
    if title not in _BY_TITLE:
        raise SeedError(file, f"## {title}", f"is not one of {'; '.join(_BY_TITLE)}")
    return _BY_TITLE[title]


def _check_marks(article: Article, file: Path) -> None:
    cited: set[str] = set()
    for heading in HEADINGS:
        tokens = read(article.sections.get(heading.key, ""))
        for stray in strays(tokens):
            raise SeedError(file, f"## {heading.title}", f"{stray} is neither [@source] nor {{limit:key}}")
        for key in keys(tokens):
            if key not in article.sources:
                raise SeedError(file, f"## {heading.title}", f"[@{key}] is not in the front matter's sources")
        cited.update(keys(tokens))
    for key in article.sources:
        if key not in cited:
            raise SeedError(file, f"sources.{key}", "is never cited")


def _check_questions(article: Article, file: Path) -> None:
    for asks, answer in _asked(read(article.sections["questions"])):
        question = "".join(block.text for block in blocks(asks))
        where = f"### {question}"
        if keys(asks):
            raise SeedError(file, where, "cites nothing: its answer does")
        if not question.endswith("?"):
            raise SeedError(file, where, "a question ends with a question mark, and every answer has one before it")
        if not answer:
            raise SeedError(file, where, "has no answer")
