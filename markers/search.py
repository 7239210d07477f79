"""Finding what is meant by a typed text: whole names first, then parts of names, then slips and foreign spellings."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property

from rapidfuzz import process
from rapidfuzz.distance import OSA

LONGEST = 80
_GREEK = {"α": " alpha ", "β": " beta ", "γ": " gamma ", "δ": " delta ", "κ": " kappa ", "λ": " lambda "}
_LETTERS = {"ä": "ae", "ö": "oe", "ü": "ue", "æ": "ae", "œ": "oe", "ø": "oe", "ł": "l", "đ": "d", "ı": "i"}
_SIGNS = str.maketrans(_GREEK | _LETTERS | {"%": " percent ", "'": "", "’": ""})
_WORD = re.compile(r"[^\W_]+")
_DIGITS = re.compile("[0-9]+")
# Letters of one sound, as in phosphate and fosfato, hematocrit and Hämatokrit, triglyceride and Triglyzerid
_SOUNDS = [
    (re.compile("ph"), "f"),
    (re.compile("c[hk]|qu|[kqz]"), "c"),
    (re.compile("h"), ""),
    (re.compile("y"), "i"),
    (re.compile(r"([a-z])\1+"), r"\1"),
]
# How near a name is: the kind of match; the slips in it; then whether it is the own name and what is left of it over,
# in the order that tells more of that kind
Rank = tuple[int, int, int, int]
WHOLE, ALSO, START, PART, SCATTERED, INSIDE, NEAR = range(7)


def folded(text: str) -> str:
    """A text in plain lower-case words: no case, accents, signs or Greek; œ and umlauts as English has them."""
    text = unicodedata.normalize("NFKC", text).casefold()
    text = re.sub(r"(?<![^\W_])ss(?=\W*[0-9])", "β", text)  # ß2 is typed for β2
    text = unicodedata.normalize("NFC", text).translate(_SIGNS)
    plain = "".join(sign for sign in unicodedata.normalize("NFKD", text) if not unicodedata.combining(sign))
    return " ".join(_american(word) for word in _WORD.findall(plain))


def _american(word: str) -> str:
    """haemoglobin -> hemoglobin; abbreviations such as ApoE stay."""
    return re.sub("[ao]e", "e", word).replace("ue", "u") if len(word) > 4 else word


def sound(word: str) -> str:
    """A word of four letters or more by its sound; abbreviations stay as they are."""
    if len(word) < 4:
        return word
    for letters, one in _SOUNDS:
        word = letters.sub(one, word)
    return word


# Left out where nothing is found with them: they don't tell which marker is meant
_FILLERS = frozenset(
    folded(
        """an and blood count for in level levels my of plasma result results serum test the value whole
        blut bloed dans de du en el im la le plasmatique sang sangre sangue serique serico siero suero"""
    ).split()
)


@dataclass(frozen=True, slots=True)
class Names:
    """What one thing is called; codes are found as they are written, never by a slip."""

    own: str
    also: tuple[str, ...] = ()
    codes: tuple[str, ...] = ()


class _Text:
    """A name or a typed text in the shapes that are compared."""

    def __init__(self, text: str) -> None:
        self.text = folded(text)
        self.words = tuple(self.text.split())
        self.joined = "".join(self.words)

    @cached_property
    def sounds(self) -> tuple[str, ...]:
        return tuple(map(sound, self.words))

    @cached_property
    def joined_sound(self) -> str:
        return sound(self.joined)

    @cached_property
    def has_letter_words(self) -> bool:
        """True where one letter tells one thing from another, as in vitamin D or protein C."""
        return any(len(word) == 1 for word in self.words)

    @cached_property
    def is_distinct(self) -> bool:
        """True where a slip in the joined text can't turn a short part such as LDL into another."""
        return all(len(word) > 3 or _DIGITS.search(word) for word in self.words)


class Index:
    """The names of many things, made ready to be searched."""

    def __init__(self, things: Mapping[str, Names]) -> None:
        self._places = {key: place for place, key in enumerate(things)}
        self._codes = [(code.casefold(), key) for key, names in things.items() for code in names.codes]
        self._names: list[tuple[str, int, _Text]] = []
        self._of: dict[str, list[_Text]] = {}
        for key, names in things.items():
            for name in dict.fromkeys((names.own, *names.also)):
                self._names.append((key, int(name != names.own), _Text(name)))
            self._of[key] = [text for other, _, text in self._names if other == key]
        self._words = sorted({word for _, _, text in self._names for word in text.sounds if len(word) > 3})

    def find(self, typed: str) -> list[str]:
        """The keys of everything that a typed text may mean, best match first."""
        typed = " ".join(typed.split())[:LONGEST]
        asked = _Text(typed)
        if not any(sign.isalnum() for sign in typed) or not asked.words:
            return []
        found = self._ranked(asked, typed.casefold())
        telling = [word for word in asked.words if word not in _FILLERS]
        if not found and 0 < len(telling) < len(asked.words):
            found = self._ranked(_Text(" ".join(telling)), "")
        return sorted(found, key=lambda key: (found[key], self._places[key]))

    def _ranked(self, asked: _Text, code: str) -> dict[str, Rank]:
        """The best rank of each key; slips count only where nothing bears the very name."""
        found: dict[str, Rank] = {}
        _keep(found, self._by_code(code))
        _keep(found, ((key, rank) for key, also, text in self._names if (rank := _by_letters(text, asked, also))))
        is_named = any(rank[0] in (WHOLE, ALSO) for rank in found.values())
        if len(asked.joined) < 3:
            return {key: rank for key, rank in found.items() if not is_named or rank[0] in (WHOLE, ALSO)}
        if not asked.has_letter_words:
            _keep(found, self._scattered(asked))
        if not is_named:
            _keep(found, self._near(asked))
        return found

    def _by_code(self, typed: str) -> Iterable[tuple[str, Rank]]:
        for code, key in self._codes:
            if typed == code:
                yield key, (WHOLE, 0, 0, 0)
            elif len(typed) > 3 and code.startswith(typed):
                yield key, (START, 0, 1, len(code) - len(typed))

    def _scattered(self, asked: _Text) -> Iterable[tuple[str, Rank]]:
        """Things whose names together hold every word."""
        for key, names in self._of.items():
            if all(any(_begins(one, word) for text in names for one in text.words) for word in asked.words):
                yield key, (SCATTERED, 0, 1, 0)

    def _near(self, asked: _Text) -> Iterable[tuple[str, Rank]]:
        """Things with a name whose words sound like those typed, or that is the same with a slip or two."""
        costs = [self._like(word) for word in asked.sounds]
        slips = _allowed(asked.joined_sound)
        for key, also, text in self._names:
            if rank := _by_sound(text, asked, costs, also):
                yield key, rank
            if asked.is_distinct and text.is_distinct and _DIGITS.findall(text.joined) == _DIGITS.findall(asked.joined):
                slip = OSA.distance(text.joined_sound, asked.joined_sound, score_cutoff=slips)
                if slip <= slips and _may_be_slip(asked.joined_sound, text.joined_sound, slip):
                    yield key, (NEAR, slip, 0, also)

    def _like(self, word: str) -> dict[str, int]:
        """The known words that a typed word may be, each with the number of slips."""
        found = {word: 0}
        if len(word) < 4:
            return found
        for other, slips, _ in process.extract(
            word, self._words, scorer=OSA.distance, score_cutoff=_allowed(word), limit=None, processor=None
        ):
            if _DIGITS.findall(other) == _DIGITS.findall(word) and _may_be_slip(word, other, slips):
                found[other] = slips
        return {other: 0 for other in self._words if len(word) > 4 and other.startswith(word)} | found


def _keep(found: dict[str, Rank], ranks: Iterable[tuple[str, Rank]]) -> None:
    for key, rank in ranks:
        found[key] = min(rank, found.get(key, rank))


def _by_letters(name: _Text, asked: _Text, also: int) -> Rank | None:
    """The rank of a name that holds what was typed letter for letter."""
    if name.joined == asked.joined:
        return (ALSO if also else WHOLE, 0, also, 0)
    if len(asked.joined) < 3:
        return (PART, 0, also, len(name.words)) if asked.text in name.words else None
    may_join = len(asked.joined) > 3 and not asked.has_letter_words
    if name.text.startswith(asked.text) or (may_join and name.joined.startswith(asked.joined)):
        return (START, 0, also, len(name.joined) - len(asked.joined))
    places = [[place for place, one in enumerate(name.words) if _begins(one, word)] for word in asked.words]
    if _are_together(places, asked):
        return (PART, 0, also, len(name.words) - len(places))
    if len(asked.words) == 1 and len(asked.joined) > 4 and any(asked.joined in word for word in name.words):
        return (INSIDE, 0, also, len(name.joined) - len(asked.joined))
    return None


def _by_sound(name: _Text, asked: _Text, costs: list[dict[str, int]], also: int) -> Rank | None:
    """The rank of a name that holds a word like each that was typed."""
    places = [[place for place, one in enumerate(name.sounds) if one in cost] for cost in costs]
    if not _are_together(places, asked):
        return None
    slips = sum(min(cost[name.sounds[place]] for place in at) for cost, at in zip(costs, places, strict=True))
    return (NEAR, slips, abs(len(name.joined) - len(asked.joined)), also)


def _are_together(places: list[list[int]], asked: _Text) -> bool:
    """True if every word has its place; side by side where a single letter is among them."""
    if not all(places):
        return False
    if not asked.has_letter_words or len(places) == 1:
        return True
    return any(
        all(any(start <= place < start + len(places) for place in at) for at in places)
        for start in range(max(max(at) for at in places) + 1)
    )


def _begins(name: str, word: str) -> bool:
    return name.startswith(word) if len(word) > 2 else name == word


def _allowed(word: str) -> int:
    """How many slips a word of this length may hold."""
    return (len(word) > 3) + (len(word) > 8)


def _may_be_slip(word: str, other: str, slips: int) -> bool:
    """False for what is another word: UIBC isn't TIBC, ApoE isn't ApoB, myoglobin isn't hemoglobin."""
    if min(len(word), len(other)) > 5:
        return slips < 2 or word[0] == other[0]
    return len(other) > 3 and ((word[0], word[-1]) == (other[0], other[-1]) or sorted(word) == sorted(other))
