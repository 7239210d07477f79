"""What an article's sentences must keep to: every figure bears its source, and no word judges a value.

"It makes 150–200 mg a day [@smith]."     a figure, borne if the source's list holds "150–200 mg"
"B2M, type 2 diabetes, in 2021, 25-OH"    names and years: no figures
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

_CITATION = re.compile(r"\[@([A-Za-z0-9][\w.-]*)\]")
_REFERENCE = re.compile(r"\{[a-z]+:[a-z0-9/-]+\}")

# Sentences: a period ends one, but not in 3.5, after e.g. or Dr., nor before a citation that follows it

_NEVER_ENDS = re.compile(r"(?:^|[\s(])(?:e\.g|i\.e|vs|cf|approx|ca|Dr|Mr|Mrs|Ms|Prof|St|U\.S|U\.K)$")
_ENDS_BEFORE_A_CAPITAL = re.compile(r"(?:^|[\s(])(?:al|etc|a\.m|p\.m)$")
_ENDS_BUT_BEFORE_A_DIGIT = re.compile(r"(?:^|[\s(])(?:No|no|Nos|Fig|Figs|Vol|pp?)$")
_END = re.compile(r"""[.!?]+["'”’)\]]*((?:\s*\[@[\w.-]+\])*)(?=\s|$)""")

# Figures: any number in digits that is no year and no part of a name

_NUMBER = r"(?:\d{1,3}(?:,\d{3})+|\d+)(?:\.\d+)?"
_POWER = r"10(?:[⁰¹²³⁴⁵⁶⁷⁸⁹]+|\^\d+)"
_AMOUNT = rf"{_NUMBER}(?:\s?[×x]\s?{_POWER})?"
_SYMBOL = (
    r"[µμmkcdnpf]?(?:g|mol|[Ll]|IU|U|[Ee]q|[Oo]sm|kat|Da|cal|Pa|m[²2]?)|mcg|mcmol|mcL|mm[ ]?Hg|h|hr|min|s|d|wk|MET|dB"
)
_WORD = (
    r"(?:second|minute|hour|day|night|week|month|year|decade|(?:milli|micro|nano|pico|kilo)?gram|(?:deci|milli)?liter"
    r"|pound|mile|inche|cell|unit|degree|time|percentage[ ]point|point)s?|inch|copies|percent|fold"
)
_PER = rf"/(?:{_SYMBOL}|{_WORD}|1\.73[ ]?m[²2]|{_POWER})"
_UNIT = rf"(?:%|‰|°[ ]?[CF]|(?:{_SYMBOL}|{_WORD})(?:{_PER})*|[⁰¹²³⁴⁵⁶⁷⁸⁹]+(?:{_PER})+|(?:{_PER})+)(?![^\W\d_]|[²³])"
_MANY = r"(?:[ ](?:million|billion|trillion|thousand|hundred))"
_OF = (
    r"[ ](?:(?:in|of|out[ ]of)(?:[ ]every)?|(?:person|people|adult|child|man|woman|test|result)s?[ ](?:in|out[ ]of))[ ]"
)
_FIGURE = re.compile(
    rf"""(?:{_NUMBER}{_OF}{_NUMBER}                                     # 1 in 20, 1 person in 220, 95 of 100
    | {_AMOUNT}(?:\s?[–—-]\s?{_AMOUNT})?{_MANY}?                       # 10–20, 4.5 × 10⁹, 280 million
      (?:[ -]?{_UNIT}|(?:st|nd|rd|th)[ ](?:per)?centile)?)""",
    re.VERBOSE,
)
_COUNTED = re.compile(  # how many were studied: cited, but no figure of the marker
    rf"""(?<![\w.,–-]){_NUMBER}(?:[ ](?:more|other|older|younger|adult|blood|pregnant|hospital|different|\w+y))?[ ]
    (?:people|persons?|adults?|men|women|children|boys|girls|patients?|donors?|volunteers?|participants?|athletes?
    |runners?|babies|infants?|newborns?|studies|trials?|laboratories|hospitals?|countries|samples?|articles?)\b""",
    re.VERBOSE,
)
_NAMES = re.compile(
    rf"""
      [^\W\d_]+-?\d\w*(?:[-–/]\d+)*[\w()]*              # B2M, HbA1c, IL-6, omega-3, beta-2, CA-125, COVID-19
    | \b(?:CA|CKD-EPI|ICD|SARS-CoV)[ -]\d[\d.-]*         # CA 19-9
    | \b(?:[Tt]ypes?|[Ss]tages?|[Pp]hases?|[Gg]rades?|[Cc]lass|[Cc]ategory|[Gg]roup|[Ff]actor|[Cc]hromosome
        |[Ss]teps?|[Tt]able|[Ff]igure|[Qq]uestion|[Cc]hapter|[Cc]omplement)
        \ \d+[a-c]?\b(?:(?:\ and\ |\ or\ |\ to\ |–|,\ )\d+[a-c]?\b)*(?!\s?%|[/.]\d)   # type 2, stage 3a, steps 1 and 2
    | \b\d+(?:,\d+)?[-(]?\(?                             # 25-OH, 1,25-dihydroxyvitamin, 25(OH)D
        (?:OH|hydroxy|dihydroxy|alpha|beta|oxo|keto|methyl)\w*\)?\w*
    | \b24-hour\ (?:urine|collections?|samples?|specimens?|tests?|day|rhythm|clock|protein|albumin|creatinine)
    | \b\d+(?:st|nd|rd|th)\b(?!\ (?:per)?centile)        # the 1st, the 20th century
    | \b\d{{3,5}}-\d\b(?!\s?{_UNIT})                         # 2160-0, a LOINC code
    | \b(?:19|20)\d\d\b(?!\s?{_UNIT})                        # 2021
    """,
    re.VERBOSE,
)
_COUNT = r"(?:one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|fifteen|twenty|thirty|forty|fifty|sixty)"
_IN_WORDS = re.compile(
    rf"\b{_COUNT}[ -](?:percent|hours?|days?|weeks?|months?|years?)\b"
    rf"|\b{_COUNT} (?:in|out of|of every|in every) (?:{_COUNT}|a hundred|a thousand)\b",
    re.IGNORECASE,
)

# Words that judge a value, or tell a reader about their own body

_BANNED = re.compile(
    r"""\b(?:
      (?:ab)?normal | abnormal\w+ | (?:sub)?optimal(?:ly)? | ideal(?:ly)? | perfect(?:ly)? | good | bad
    | (?:un)?healthy\ (?:\w+\ )?(?:values?|levels?|ranges?|numbers?|results?|readings?|amounts?)
    | (?:values?|levels?|ranges?|numbers?|results?|readings?)\ (?:is|are|looks?|seems?)\ (?:un)?(?:healthy|fine)
    | critical(?:ly)?(?!\ (?:ill|illness|care)\b) | severe(?:ly)? | danger\w* | alarm(?:ing|ed)(?:ly)? | indicates?
    | (?:don['’]t|do\ not)\ worry | nothing\ to\ worry\ about | no\ cause\ for\ concern
    | you\ (?:(?:may|might|could|can|probably|likely|will|would|do|don['’]t)\ )*
        (?:have|are|suffer|get|need|develop|should|must|be|take|lack)
    | you['’](?:re|ve|ll) | suggests?\ (?:that\ )?you
    | your(?!\ (?:report|printed|laboratory|lab)\b)
    | should\ (?:see|call|go|ask|talk|consult|visit|take|stop|start|avoid|repeat)
    )\b""",
    re.VERBOSE | re.IGNORECASE,
)
_BRITISH = re.compile(
    r"\b\w*(?:haem|anaemi|aemia|oedema|oesoph|oestr|tumour|colour|favour|behaviour|labour|neighbour|paediatr|gynaec"
    r"|litre|fibre|metre\b|metres\b|centre|diarrhoea|foet|sulph|coeliac|caec|orthopaed|aluminium|ageing\b"
    r"|(?:organ|recogn|stabil|normal|standard|hospital|metabol|special|immun|util|minim|visual)is(?:e|ed|es|ing|ation))\w*",
    re.IGNORECASE,
)


def sentences(text: str) -> list[str]:
    """The sentences of one block; a citation after the period belongs to the sentence before it."""
    found, start = [], 0
    for end in _END.finditer(text):
        if _ends(text, end):
            found.append(text[start : end.end()].strip())
            start = end.end()
    return [sentence for sentence in (*found, text[start:].strip()) if sentence]


def figures(sentence: str) -> list[str]:
    """The figures that a sentence states in digits, with their units as written; references to the data are none."""
    return [sentence[start:end] for start, end in _spans(sentence)]


def bare_figures(sentence: str, bears: Mapping[str, Iterable[str]]) -> list[str]:
    """The figures that no source cited in the same sentence bears by its list; how many were studied is let pass."""
    borne = [
        (found.start(), found.end())
        for key in _CITATION.findall(sentence)
        for text in bears.get(key, ())
        for found in re.finditer(rf"(?<![\d.,])(?<!\d[–-]){re.escape(text)}(?![\w–]|[.,]\d)", _spaced(sentence))
    ]
    counted = {found.start() for found in _COUNTED.finditer(sentence)}
    return [
        sentence[start:end]
        for start, end in _spans(sentence)
        if start not in counted and not any(low <= start and end <= high for low, high in borne)
    ]


def uncited(sentence: str) -> list[str]:
    """The figures, in digits or in words, of a sentence that has neither a citation nor a reference to the data."""
    if _CITATION.search(sentence) or _REFERENCE.search(sentence):
        return []
    return figures(sentence) + [found[0] for found in _IN_WORDS.finditer(sentence)]


def banned(sentence: str) -> list[str]:
    """The words of a sentence that judge a value, speak of the reader's body or tell what to do."""
    return [found[0] for found in _BANNED.finditer(_blank(_blank(sentence, _CITATION), _REFERENCE))]


def british(sentence: str) -> list[str]:
    """The words of a sentence that are not spelled the American way."""
    return [found[0] for found in _BRITISH.finditer(_blank(_blank(sentence, _CITATION), _REFERENCE))]


def readable(sentence: str, figure: str = "5 mg") -> str:
    """A sentence for a reading-grade formula: no citations, no emphasis, and one period, at its end."""
    text = _REFERENCE.sub(figure, _CITATION.sub("", sentence)).replace(" |", ",")
    text = re.sub(r"[.!?](?=\S|\s*\S)", "", " ".join(text.split()))
    return re.sub(r"\s+([,;:.!?])", r"\1", text).rstrip(" .!?:;,") + "."


def _ends(text: str, end: re.Match[str]) -> bool:
    """Whether a mark that may end a sentence does."""
    before, after = text[: end.start()], text[end.end() :].lstrip()
    if text[end.start()] != "." or end[1]:
        return True
    if _ENDS_BEFORE_A_CAPITAL.search(before):
        return not after or after[0].isupper()
    if _ENDS_BUT_BEFORE_A_DIGIT.search(before):
        return not after[:1].isdigit()
    return not _NEVER_ENDS.search(before)


def _spans(sentence: str) -> list[tuple[int, int]]:
    """Where the figures stand: citations, references and names are blanked first, so that places stay the same."""
    text = _spaced(sentence)
    for pattern in (_CITATION, _REFERENCE, _NAMES):
        text = _blank(text, pattern)
    return [found.span() for found in _FIGURE.finditer(text)]


def _blank(text: str, pattern: re.Pattern[str]) -> str:
    return pattern.sub(lambda found: "\N{OBJECT REPLACEMENT CHARACTER}" * len(found[0]), text)


def _spaced(text: str) -> str:
    return re.sub(r"\s", " ", text)
