"""The tone of a text in English or Chinese, by the words in it (sentiment.toml).

    tone = (p + ½) / (p + b·n + 1)

with p words of praise and n of blame; a word after a negation is counted on the other side. A word of blame counts b
times: people soften complaints. A word list is a rough measure, and enough for one of several signs of a mood:
docs/shoppers.md says how often it is right.
"""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Final

FILE: Final = Path(__file__).with_name("sentiment.toml")
LONGEST: Final = 2_000  # characters that are read
REACH: Final = 3  # English words over which a negation reaches
_WORD: Final = re.compile(r"[a-z]+(?:['’][a-z]+)?")
_CLAUSE: Final = re.compile(r"[.,;:!?]|\bbut\b")


@dataclass(frozen=True, slots=True)
class Lexicon:
    """English words by sign, English negators, and one pattern of Chinese words with their signs. `blame`: what a word
    of blame counts in English and in Chinese."""

    english: dict[str, int]
    negators: frozenset[str]
    chinese: dict[str, int]
    blame: tuple[float, float]
    pattern: re.Pattern[str]


def tone(text: str) -> float | None:
    """0 (blame) to 1 (praise); None where no word tells.

    >>> texts = "Great boots, very comfortable", "Not good. It broke", "质量不错，很喜欢", "不满意，太差了"
    >>> [round(tone(text) or 0, 2) for text in texts], tone("The box is blue")
    ([0.83, 0.1, 0.83, 0.15], None)
    """
    lexicon = _lexicon()
    text = text[:LONGEST].lower()
    praise = blame = 0.0
    for signs, weight in zip((_english(text, lexicon), _chinese(text, lexicon)), lexicon.blame, strict=True):
        praise += sum(sign > 0 for sign in signs)
        blame += weight * sum(sign < 0 for sign in signs)
    return (praise + 0.5) / (praise + blame + 1) if praise or blame else None


def _english(text: str, lexicon: Lexicon) -> list[int]:
    found = []
    for clause in _CLAUSE.split(text):
        words = [word.replace("’", "'") for word in _WORD.findall(clause)]
        for place, word in enumerate(words):
            sign = lexicon.english.get(word)
            if sign is not None:
                turned = any(before in lexicon.negators for before in words[max(0, place - REACH) : place])
                found.append(-sign if turned else sign)
    return found


def _chinese(text: str, lexicon: Lexicon) -> list[int]:
    found = []
    for match in lexicon.pattern.finditer(text):
        sign = lexicon.chinese[match["word"]]
        found.append(-sign if match["no"] else sign)
    return found


@lru_cache(maxsize=1)
def _lexicon() -> Lexicon:
    known = tomllib.loads(FILE.read_text("utf-8"))
    english = {word: sign for sign, name in ((1, "positive"), (-1, "negative")) for word in known["en"][name].split()}
    chinese = {word: sign for sign, name in ((1, "positive"), (-1, "negative")) for word in known["zh"][name].split()}
    blame = known["en"]["blame"], known["zh"]["blame"]
    words, negators = _either(chinese), _either(known["zh"]["negators"].split())
    pattern = re.compile(f"(?P<no>(?:{negators})(?:很|太|那么|特别|是|的)?)?(?P<word>{words})")
    return Lexicon(english, frozenset(known["en"]["negators"].split()), chinese, blame, pattern)


def _either(words: dict[str, int] | list[str]) -> str:
    return "|".join(re.escape(word) for word in sorted(words, key=lambda word: (-len(word), word)))
