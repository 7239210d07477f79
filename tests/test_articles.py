"""The articles as they are: each parses, bears a source for every figure, judges no value and can be read.

Check one while writing it:  .venv/bin/python -m pytest -q tests/test_articles.py -k '[ferritin]'
"""

from __future__ import annotations

from collections import Counter
from functools import cache

import pytest
import textstat

from markers.article import Article, blocks_of, read_article, references, render
from markers.catalogue import SeedError, read_laboratories
from markers.markdown import Figure, Reference
from markers.prose import banned, bare_figures, british, readable, sentences, uncited
from markers.seed import Seed, read_marker
from markers.sources import Bibliography
from tests.conftest import ROOT

FOLDER = ROOT / "seeds" / "articles"
FILES = {file.stem: file for file in sorted(FOLDER.glob("*.md"))}
FULL = [
    *("beta-2-microglobulin", "creatinine", "egfr", "cystatin-c", "albumin", "urea", "uric-acid", "urine-albumin"),
    *("iga", "hemoglobin", "ferritin", "hba1c", "ldl-cholesterol", "tsh", "alt", "crp", "vitamin-d-25-oh"),
    *("potassium", "psa-total", "free-light-chain-ratio"),
]
LABORATORIES = read_laboratories(ROOT / "seeds" / "laboratories.toml")
each_article = pytest.mark.parametrize("slug", list(FILES))


@cache
def article(slug: str) -> Article:
    """The article; a test of one that can't be read says why."""
    try:
        return read_article(FILES[slug])
    except SeedError as problem:
        pytest.fail(str(problem), pytrace=False)


@cache
def seed(slug: str) -> Seed | None:
    """The marker's seed, or None where there is none."""
    file = ROOT / "seeds" / "markers" / f"{slug}.toml"
    return read_marker(file, LABORATORIES) if file.exists() else None


def said(slug: str) -> list[tuple[str, str]]:
    """Every sentence with the heading above it, the lead first; a question cites what its article cites."""
    found = [("lead", sentence) for sentence in sentences(article(slug).lead)]
    every = " ".join(f"[@{key}]" for key in article(slug).sources)
    for heading, blocks in blocks_of(article(slug)).items():
        for block in blocks:
            if block.kind == "heading":
                found.append((heading, f"{block.text} {every}"))
            else:
                found += [(heading, one) for one in ([block.text] if block.kind == "row" else sentences(block.text))]
    return found


def grade(texts: list[str]) -> float:
    """Flesch–Kincaid of sentences."""
    try:
        return float(textstat.flesch_kincaid_grade(" ".join(readable(text) for text in texts)))
    except (LookupError, KeyError):
        pytest.fail("textstat lacks its word list: install requirements-dev.txt again", pytrace=False)


def none_of(problems: list[str]) -> None:
    """Fails with a line for each problem."""
    if problems:
        pytest.fail("\n".join(["", *problems]), pytrace=False)


def is_on_record(one: Reference) -> bool:
    """Whether the marker's seed holds the figure that a reference asks for."""
    found = seed(one.marker)
    if found is None:
        return False
    rows = {
        "range": [row.get("key") for row in found.ranges],
        "limit": [row["key"] for row in found.limits],
        "value": [row["key"] for row in found.limits if row["upper"] is None],
        "variation": [name for row in found.variation[:1] for name, figure in row.items() if figure is not None],
    }
    allowed = rows.get(one.kind, [])
    return one.key in allowed and (one.kind != "variation" or one.key in ("within", "between", "analytical"))


@each_article
def test_it_can_be_read(slug):
    assert article(slug).slug == slug


@each_article
def test_a_sentence_with_a_figure_bears_a_citation_or_is_a_reference(slug):
    none_of([f"{where}: no source for {found}: {one}" for where, one in said(slug) if (found := uncited(one))])


@each_article
def test_no_bare_figure(slug):
    """A figure in digits comes from the marker's data or stands in `bears` of a source cited in its sentence."""
    bears = {key: source.bears for key, source in article(slug).sources.items()}
    none_of(
        [
            f"{where}: not in `bears` of a source cited there: {found}: {one}"
            for where, one in said(slug)
            if (found := bare_figures(one, bears))
        ]
    )


@each_article
def test_what_a_source_bears_is_used(slug):
    problems = []
    for key, source in article(slug).sources.items():
        citing = " ".join(one for _, one in said(slug) if f"[@{key}]" in one)
        problems += [f"sources.{key}.bears: {text!r} stands in no sentence that cites it" for text in source.bears
                     if text not in citing]  # fmt: skip
    none_of(problems)


@each_article
def test_no_words_judge_a_value(slug):
    none_of([f"{where}: {found}: {one}" for where, one in said(slug) if (found := banned(one))])


@each_article
def test_it_is_spelled_the_american_way(slug):
    none_of([f"{where}: {found}: {one}" for where, one in said(slug) if (found := british(one))])


@each_article
def test_the_lead_can_be_read(slug):
    told = sentences(article(slug).lead)
    assert len(told) <= 2, "the lead has one or two sentences"
    none_of([f"grade {grade(told):.1f} is above 8: {article(slug).lead}"] if grade(told) > 8 else [])


@each_article
def test_the_body_can_be_read(slug):
    texts = [
        sentence
        for blocks in blocks_of(article(slug)).values()
        for block in blocks
        if block.kind == "text"
        for sentence in sentences(block.text)
    ]
    hardest = sorted(texts, key=lambda text: -grade([text]))[:5]
    found = grade(texts)
    none_of([f"grade {found:.1f} is above 10; the hardest sentences:", *hardest] if found > 10 else [])


@each_article
def test_it_has_five_sources_or_more(slug):
    assert len(article(slug).sources) >= 5
    twice = [url for url, times in Counter(one.url for one in article(slug).sources.values()).items() if times > 1]
    assert not twice


@each_article
def test_it_has_a_comparison_that_fits_a_phone(slug):
    rows = [block.text.split(" | ") for block in blocks_of(article(slug))["Side by side"] if block.kind == "row"]
    assert 2 <= len(rows[0]) <= 4, "a table has 2 to 4 columns"
    assert 4 <= len(rows) <= 7, "a table has 3 to 6 rows and a head"
    assert all(cell.strip() for cell in rows[0]), "a head cell is empty: name the column"


@each_article
def test_it_reads_in_numbered_steps(slug):
    steps = render(article(slug), lambda *_: None, Bibliography()).sections["reading"]
    assert "<ol>" in steps


@each_article
def test_it_answers_four_to_seven_questions(slug):
    asked = render(article(slug), lambda *_: None, Bibliography()).questions
    assert 4 <= len(asked) <= 7
    long = {one.question: times for one in asked if (times := len(sentences(one.text))) > 5}
    none_of([f"{question}: {times} sentences, 5 are enough" for question, times in long.items()])


@each_article
def test_its_figures_are_on_record(slug):
    none_of([f"{one} is not in the marker's seed" for one in references(article(slug)) if not is_on_record(one)])


@each_article
def test_it_renders_with_every_source_numbered(slug):
    bibliography = Bibliography()
    made = render(article(slug), lambda *asked: Figure(" ".join(asked), "A study", "https://a.example"), bibliography)
    whole = " ".join([*made.sections.values(), *(one.html for one in made.questions)])
    assert "(no figure on record)" not in whole
    for entry in bibliography:
        assert f'href="#source-{entry.number}"' in whole
    assert {source.title for source in article(slug).sources.values()} <= {entry.title for entry in bibliography}


@each_article
def test_it_is_long_enough_to_inform_and_short_enough_to_read(slug):
    words = sum(len(readable(one).split()) for _, one in said(slug))
    assert 650 <= words <= 1200, f"{words} words"


@pytest.mark.parametrize("slug", FULL)
def test_there_is_a_full_article(slug):
    assert slug in FILES, f"seeds/articles/{slug}.md is missing"
