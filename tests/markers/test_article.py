"""Articles: front matter, fixed headings, citations and figures; what can't be, and what becomes HTML."""

from __future__ import annotations

import re
from datetime import date
from html.parser import HTMLParser
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from markers.article import (
    HEADINGS,
    Article,
    article_of,
    blocks_of,
    read_article,
    references,
    render,
    render_section,
)
from markers.catalogue import SeedError
from markers.markdown import Block, Figure, Reference
from markers.sources import Bibliography, Entry

FRONT = """\
lead = "Zinc is a metal that many enzymes hold."
version = "1.0"
dated = 2026-11-25
written_by = "The authors"

[sources.smith-2020]
title = "Smith A. Zinc & co"
url = "https://smith.example/zinc"
year = 2020
bears = ["95 %"]

[sources.lee]
title = "Lee B. Copper"
url = "https://lee.example/"
undated = true
"""
BODY = """\
## What it is
The gut takes up 95 % of it [@smith-2020].

## What a high value can mean
- **Pills.** They hold much [@lee].

## Side by side
| Cause | Zinc |
| --- | :-: |
| Pills | rises [@lee] |

## Reading it in context
1. Look at copper.
2. Look again.

## What a low or in-range value means
Adults are at {range:adult} [@smith-2020].

## Questions people ask
### Is it a *metal*?
Yes. It is one [@lee].

### Does food raise it?
By {variation:within}, not by {limit:copper/high}.

- Meat
- Nuts
"""
FILE = Path("seeds/articles/zinc.md")
FIGURES = {
    ("range", "zinc", "adult"): Figure("66–110 µg/dL", "A laboratory", "https://lab.example", 2019),
    ("variation", "zinc", "within"): Figure("9.3 %", "A study"),
}


def written(front: str = FRONT, body: str = BODY) -> str:
    return f"+++\n{front}+++\n{body}"


def zinc(front: str = FRONT, body: str = BODY) -> Article:
    return article_of(written(front, body), FILE)


def with_(text: str) -> Article:
    """The article whose section on high values holds a text as well."""
    return zinc(body=BODY.replace("- **Pills.**", f"{text}\n\n- **Pills.**"))


def html_of(text: str, bibliography: Bibliography | None = None) -> str:
    return render(with_(text), figure, bibliography or Bibliography()).sections["high"]


def figure(kind: str, marker: str, key: str) -> Figure | None:
    return FIGURES.get((kind, marker, key))


# Reading


def test_an_article_holds_what_its_file_says(tmp_path):
    file = tmp_path / "zinc.md"
    file.write_text(written(), encoding="utf-8")
    article = read_article(file)
    assert article == zinc()
    assert (article.slug, article.version, article.dated) == ("zinc", "1.0", date(2026, 11, 25))
    assert (article.written_by, article.reviewed_by, article.reviewed_on) == ("The authors", "", None)
    assert article.lead == "Zinc is a metal that many enzymes hold."
    assert [(source.year, source.bears) for source in article.sources.values()] == [(2020, ("95 %",)), (None, ())]
    assert list(article.sections) == ["what", "high", "comparison", "reading", "low", "questions"]
    assert article.sections["what"] == "The gut takes up 95 % of it [@smith-2020]."
    assert article.body == BODY


def test_a_review_is_told_with_its_day():
    article = zinc('reviewed_by = "Dr. Q"\nreviewed_on = 2026-12-01\n' + FRONT)
    assert (article.reviewed_by, article.reviewed_on) == ("Dr. Q", date(2026, 12, 1))


def test_a_text_from_another_system_reads_the_same():
    assert article_of(written().replace("\n", "\r\n"), FILE) == zinc()
    assert article_of("\ufeff" + written(), FILE) == zinc()


def test_the_headings_that_may_be_left_out_keep_their_place():
    body = BODY.replace("## What a high", "## What the numbers usually mean\nSee [@lee].\n\n## What a high")
    assert list(zinc(body=body).sections)[:3] == ["what", "numbers", "high"]
    assert len({heading.key for heading in HEADINGS}) == len({heading.title for heading in HEADINGS}) == len(HEADINGS)


@pytest.mark.parametrize(
    ("old", "new", "key", "problem"),
    [
        ('lead = "Zinc', 'lede = "Zinc', "lede", "this key is not known"),
        ('lead = "Zinc is a metal that many enzymes hold."\n', "", "lead", "is missing"),
        ('version = "1.0"\n', "", "version", "is missing"),
        ('version = "1.0"', "version = 1.0", "version", "is a text"),
        ("dated = 2026-11-25\n", "", "dated", "is missing"),
        ("dated = 2026-11-25", 'dated = "2026-11-25"', "dated", "is a date"),
        ("dated = 2026-11-25", "dated = 2026-11-25T10:00:00", "dated", "is a date"),
        ('written_by = "The authors"\n', "", "written_by", "is missing"),
        ('version = "1.0"', 'version = "1.0"\nreviewed_by = "Dr. Q"', "reviewed_on", "is missing beside reviewed_by"),
        (
            'version = "1.0"',
            'version = "1.0"\nreviewed_on = 2026-01-01',
            "reviewed_by",
            "is missing beside reviewed_on",
        ),
        ("that many enzymes hold", "[@lee]", "lead", "is plain text"),
        ("that many enzymes hold", "{range:adult}", "lead", "is plain text"),
        ("enzymes hold", "{enzymes hold", "lead", "is plain text"),
        ('title = "Lee B. Copper"\n', "", "sources.lee.title", "is missing"),
        ('url = "https://lee.example/"\n', "", "sources.lee.url", "is missing"),
        ('url = "https://lee.example/"', 'url = "lee.example"', "sources.lee.url", "is an address"),
        ('url = "https://lee.example/"', 'url = "javascript:alert(1)"', "sources.lee.url", "is an address"),
        ("undated = true\n", "", "sources.lee.year", "is missing"),
        ("undated = true", "undated = false", "sources.lee.year", "is missing"),
        ("year = 2020", 'year = "2020"', "sources.smith-2020.year", "is a year"),
        ("year = 2020", "year = 20", "sources.smith-2020.year", "is a year"),
        ("undated = true", "undated = true\npages = 3", "sources.lee.pages", "this key is not known"),
        ('bears = ["95 %"]', 'bears = "95 %"', "sources.smith-2020.bears", "is a list of texts"),
        ('bears = ["95 %"]', "bears = [95]", "sources.smith-2020.bears", "is a list of texts"),
        ("[sources.lee]", "[sources", "front matter", "line"),
        ("+++\nlead", "lead", "+++", "between two lines of +++"),
        ("+++\n## What it is", "## What it is", "+++", "between two lines of +++"),
        ("## What it is", "## What is it", "## What is it", "is not one of What it is; What the numbers"),
        ("## What it is\n", "", "body", "starts with ## What it is"),
        ("## What it is\n", "Hello\n\n## What it is\n", "body", "starts with ## What it is"),
        ("## Side by side\n", "", "## Side by side", "is missing"),
        (
            "## Reading it in context\n1. Look at copper.",
            "1. Look at copper.",
            "## Reading it in context",
            "is missing",
        ),
        ("## Reading it in context", "# Reading it in context", "Reading it in context", "a heading starts with ##"),
        ("1. Look at copper.", "#### Steps\n1. Look.", "Steps", "a heading starts with ##"),
        ("1. Look at copper.", "1. ## Look", "Look", "outside of lists"),
        ("## Side by side", "## Reading it in context\nHm.\n\n## Side by side", "## Side by side", "keep the order"),
        ("## Side by side", "## What it is\nAgain.\n\n## Side by side", "## What it is", "keep the order"),
        ("1. Look at copper.\n2. Look again.\n", "", "## Reading it in context", "is empty"),
        ("They hold much [@lee]", "They [@cox]", "## What a high value can mean", "[@cox] is not in the front matter"),
        ("They hold much [@lee]", "They [@ lee]", "## What a high value can mean", "[@ lee] is neither"),
        ("They hold much [@lee]", "They [@lee; @cox]", "## What a high value can mean", "[@lee; @cox] is neither"),
        ("They hold much [@lee]", "They [@lee", "## What a high value can mean", "[@lee. is neither"),
        ("They hold", "They {range: adult}", "## What a high value can mean", "{range: adult} is neither"),
        ("They hold", "They {adult}", "## What a high value can mean", "{adult} is neither"),
        ("They hold", "They }", "## What a high value can mean", "} is neither"),
        (" [@lee]", "", "sources.lee", "is never cited"),
        ("raise it?", "raise it.", "### Does food raise it.", "ends with a question mark"),
        ("### Is it", "Hello.\n\n### Is it", "### ", "every answer has one before it"),
        ("raise it?", "raise it [@lee]?", "### Does food raise it [@lee]?", "cites nothing"),
        ("Yes. It is one [@lee].\n", "", "### Is it a metal?", "has no answer"),
    ],
)
def test_a_wrong_article_names_its_file_and_key(old, new, key, problem):
    assert old in written()
    with pytest.raises(SeedError) as wrong:
        article_of(written().replace(old, new), FILE)
    assert str(wrong.value).startswith(f"articles/zinc.md: {key}: ")
    assert problem in str(wrong.value)


@pytest.mark.parametrize("text", ["", "+++", "+++\n", "+++\n+++\n", "# Zinc\n"])
def test_a_file_without_front_matter_is_refused(text):
    with pytest.raises(SeedError):
        article_of(text, FILE)


def test_a_file_that_is_none_is_refused(tmp_path):
    (tmp_path / "zinc.md").write_bytes(b"+++\n\xff\n+++\n")
    for name in ("zinc.md", "copper.md"):
        with pytest.raises(SeedError, match=f"{name}: file: "):
            read_article(tmp_path / name)


def test_the_figures_that_an_article_asks_for_are_listed_once():
    article = zinc(body=BODY.replace("2. Look again.", "2. Look at {range:zinc/adult} and {odd:x}."))
    assert references(article) == (
        Reference("range", "zinc", "adult"),
        Reference("odd", "zinc", "x"),
        Reference("variation", "zinc", "within"),
        Reference("limit", "copper", "high"),
    )
    assert [str(one) for one in references(article)][:2] == ["{range:zinc/adult}", "{odd:zinc/x}"]


def test_an_article_block_by_block():
    told = blocks_of(zinc())
    assert told["What a high value can mean"] == [Block("text", "Pills. They hold much [@lee].")]
    assert told["Side by side"] == [Block("row", "Cause | Zinc"), Block("row", "Pills | rises [@lee]")]
    assert told["Questions people ask"] == [
        Block("heading", "Is it a metal?"),
        Block("text", "Yes. It is one [@lee]."),
        Block("heading", "Does food raise it?"),
        Block("text", "By {variation:within}, not by {limit:copper/high}."),
        Block("text", "Meat"),
        Block("text", "Nuts"),
    ]


# Rendering


def link(number: int) -> str:
    return f'<a href="#source-{number}" aria-label="Source {number}">{number}</a>'


def test_sources_are_numbered_as_they_are_read_and_figures_bear_theirs():
    bibliography = Bibliography()
    bibliography.number("Before the article")
    made = render(zinc(), figure, bibliography)
    assert made.lead == zinc().lead
    assert list(made.sections) == ["what", "high", "comparison", "reading", "low"]
    assert made.sections["what"] == f"<p>The gut takes up 95 % of it<sup>{link(2)}</sup>.</p>\n"
    assert made.sections["low"] == f"<p>Adults are at 66–110 µg/dL<sup>{link(4)}, {link(2)}</sup>.</p>\n"
    assert list(bibliography) == [
        Entry(1, "Before the article"),
        Entry(2, "Smith A. Zinc & co", "https://smith.example/zinc", 2020),
        Entry(3, "Lee B. Copper", "https://lee.example/"),
        Entry(4, "A laboratory", "https://lab.example", 2019),
        Entry(5, "A study"),
    ]


def test_a_page_may_cite_its_own_sources_between_two_sections():
    bibliography = Bibliography()
    assert link(1) in render_section(zinc(), "what", figure, bibliography)
    assert bibliography.number("A range of the page") == 2
    assert link(3) in render_section(zinc(), "high", figure, bibliography)
    assert render_section(zinc(), "specimens", figure, bibliography) == ""


def test_questions_are_told_as_html_and_as_plain_text():
    first, second = render(zinc(), figure, Bibliography()).questions
    assert (first.question, first.text) == ("Is it a metal?", "Yes. It is one.")
    assert first.html == f"<p>Yes. It is one<sup>{link(2)}</sup>.</p>\n"
    assert second.text == "By 9.3 %, not by (no figure on record).\nMeat\nNuts"
    assert "<ul>\n<li>Meat</li>" in second.html


def test_a_question_may_tell_a_figure():
    article = zinc(body=BODY.replace("Does food raise it?", "Who is at {range:adult}?"))
    assert render(article, figure, Bibliography()).questions[1].question == "Who is at 66–110 µg/dL?"


def test_a_table_heads_its_columns_and_rows_and_can_scroll():
    made = render(zinc(), figure, Bibliography()).sections["comparison"]
    assert made.startswith('<div class="scroll" role="group" aria-label="Table" tabindex="0">\n<table>')
    assert made.rstrip().endswith("</table>\n</div>")
    assert '<th scope="col">Cause</th>\n<th scope="col">Zinc</th>' in made
    assert '<th scope="row">Pills</th>\n<td>rises<sup>' in made
    assert "style" not in made


@pytest.mark.parametrize(
    ("text", "made"),
    [
        ("Two [@lee][@smith-2020].", f"Two<sup>{link(2)}, {link(1)}</sup>."),
        ("Two [@lee] [@smith-2020].", f"Two<sup>{link(2)}, {link(1)}</sup>."),
        ("Twice [@lee][@lee].", f"Twice<sup>{link(2)}</sup>."),
        ("After. [@lee] Next.", f"After.<sup>{link(2)}</sup> Next."),
        ("Broken\n[@lee].", f"Broken<sup>{link(2)}</sup>."),
        ("**{range:adult}** [@lee].", f"<strong>66–110 µg/dL<sup>{link(2)}</sup></strong><sup>{link(3)}</sup>."),
        ("At {range:zinc/adult}.", f"At 66–110 µg/dL<sup>{link(2)}</sup>."),
        ("At {range:copper/adult}.", "At (no figure on record)."),
        ("At {ratio:adult} now.", "At (no figure on record) now."),
        ("At {limit:none} [@lee].", f"At (no figure on record)<sup>{link(2)}</sup>."),
        ("[A](https://a.example/?b=1&c=2)", '<a href="https://a.example/?b=1&amp;c=2" rel="noopener noreferrer">A</a>'),
    ],
)  # fmt: skip
def test_marks_become_figures_and_numbers(text, made):
    assert made in html_of(text)


def test_a_figure_is_text_whatever_it_holds():
    made = render(zinc(), lambda *_: Figure("<b>5</b> & more", "<i>A</i>"), Bibliography())
    assert "Adults are at &lt;b&gt;5&lt;/b&gt; &amp; more<sup>" in made.sections["low"]
    assert made.questions[1].text.startswith("By <b>5</b> & more, not by")


HOSTILE = [
    "<script>alert(1)</script>",
    "A <img src=x onerror=alert(1)> here.",
    "<div onclick=alert(1) style='position:fixed'>x</div>",
    "<!-- <script>alert(1)</script> -->",
    "<svg onload=alert(1)>",
    "<a href='javascript:alert(1)'>x</a>",
    "[x](javascript:alert(1))",
    "[x](JaVaScRiPt:alert(1))",
    "[x](java\\script:alert(1))",
    "[x](data:text/html;base64,PHNjcmlwdD4=)",
    "[x](vbscript:msgbox(1))",
    "[x](http://plain.example)",
    "[x](/logout)",
    "[x](//evil.example)",
    "[x](#main)",
    "[x](https://ok.example '\" onmouseover=\"alert(1)')",
    "[x](https://ok.example\"onmouseover=alert(1))",
    "![x](https://evil.example/track.png)",
    "![x](javascript:alert(1))",
    "[x][y]\n\n[y]: javascript:alert(1)",
    "<javascript:alert(1)>",
    "<https://auto.example>",
    "&lt;script&gt;alert(1)&lt;/script&gt;",
    "&#60;script&#62;alert(1)&#60;/script&#62;",
    "`<script>alert(1)</script>`",
    "    <script>alert(1)</script>",
    "```html\n<script>alert(1)</script>\n```",
    "> <iframe src=https://evil.example>",
    "**<style>@import url(https://evil.example)</style>**",
    "| <script> | b |\n| --- | --- |\n| <img src=x onerror=alert(1)> | [x](javascript:alert(1)) |",
    "<noscript><p title='</noscript><img src=x onerror=alert(1)>'>",
    "<math><mi//xlink:href='data:x,<script>alert(1)</script>'>",
    "</section></main><base href='https://evil.example'>",
]  # fmt: skip


class Elements(HTMLParser):
    """The elements of a piece of HTML with their attributes."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str | None]]] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, dict(attrs)))


ALLOWED = {
    **{tag: set() for tag in ("p", "ul", "ol", "li", "strong", "em", "sup", "h3")},
    **{tag: set() for tag in ("table", "thead", "tbody", "tr", "td")},
    "a": {"href", "rel", "aria-label"},
    "th": {"scope"},
    "div": {"class", "role", "aria-label", "tabindex"},
}


PIECES = [
    *("<", ">", "script", "</script>", "<a href=", "javascript:alert(1)", "https://a.example", '"', "'", " onclick=x "),
    *("[", "](", ")", "![", "*", "**", "`", "\\", "&lt;", "&#x3c;", "|", "\n", "\n\n", "- ", "| - |\n", "    ", "> "),
    *("[@lee]", "{range:adult}", "<!--", "-->", "<![CDATA[", "\u0000", "\u202e", "text"),
]


@pytest.mark.parametrize("text", HOSTILE)
def test_nothing_of_a_hostile_text_becomes_an_element(text):
    for tag, attributes in Elements(html_of(text)).found:
        assert tag in ALLOWED
        assert attributes.keys() <= ALLOWED[tag]
        assert re.fullmatch(r"https://[a-z.]+.*|#source-[0-9]+", attributes.get("href", "#source-1"))
    texts = [one.text for one in render(with_(text), figure, Bibliography()).questions]
    assert texts == [one.text for one in render(zinc(), figure, Bibliography()).questions]


@pytest.mark.parametrize("text", HOSTILE)
def test_a_hostile_answer_becomes_no_element(text):
    article = zinc(body=BODY.replace("Yes. It is one [@lee].", f"{text}\n\nYes [@lee]."))
    for tag, attributes in Elements(render(article, figure, Bibliography()).questions[0].html).found:
        assert tag in ALLOWED
        assert attributes.keys() <= ALLOWED[tag]


@given(st.lists(st.sampled_from(PIECES), max_size=12).map("".join))
@settings(max_examples=300, deadline=None)
def test_no_text_makes_an_element_that_is_not_allowed(text):
    try:
        made = html_of(text)
    except SeedError:
        return
    for tag, attributes in Elements(made).found:
        assert tag in ALLOWED
        assert attributes.keys() <= ALLOWED[tag]
        assert re.fullmatch(r"https://.*|#source-[0-9]+", attributes.get("href", "#source-1"), re.DOTALL)


def test_raw_html_is_shown_as_it_is_written():
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in html_of("<script>alert(1)</script>")
