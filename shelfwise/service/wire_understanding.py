"""What understanding looks like over HTTP: the question, the whole answer, and the short one beside results."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import ConfigDict, Field

from shelfwise.service.wire import Text, Wire, Yes
from shelfwise.types import Locale

QUERY_LENGTH = 1_000  # characters
KEYS = 20  # readings that are taken back at once
KEY_LENGTH = 300  # characters

QueryText = Annotated[Text, Field(max_length=QUERY_LENGTH, examples=["新款手机"])]
ReadingKey = Annotated[
    Text,
    Field(min_length=1, max_length=KEY_LENGTH, description="`key` of a constraint or category.", examples=["brand:hp"]),
]
Dismissed = Annotated[
    tuple[ReadingKey, ...], Field(max_length=KEYS, description="Readings of the text that the shopper took back.")
]


class UnderstandParams(Wire):
    """A text to understand, in the address. `dismissed` may be given several times."""

    q: QueryText = ""
    locale: Locale | None = None
    dismissed: Dismissed = ()
    correct: bool = True
    vector: bool = False


class UnderstandIn(Wire):
    """A text to understand."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"q": "laptop under 500 not HP"}]})

    q: QueryText = ""
    locale: Locale | None = None
    dismissed: Dismissed = ()
    correct: Yes = Field(default=True, description="False reads the text exactly as typed.")
    vector: Yes = Field(default=False, description="True sends the query's vector as well.")


class ConstraintWire(Wire):
    """One thing that the results must or should be, and the words text[start:end] that say so.

    `low` and `high` are included; null is open. `level` is a wish without a number (price "low"). `hard`: what fails is
    left out. `consumed`: the words are not searched. `filter` is written as filters of a search are; null where the
    catalogue has no field that says it.
    """

    kind: str
    key: str = Field(description="Send it as `dismissed` to take this reading back.")
    text: str
    start: int
    end: int
    value: str
    low: float | None
    high: float | None
    unit: str
    level: str
    negated: bool
    confidence: float
    source: str
    hard: bool
    consumed: bool
    filter: dict[str, Any] | None


class HeadWire(Wire):
    """The kind of thing that the text names, and the kinds of devices that it is made for."""

    kind: str
    fits: list[str]
    confidence: float


class IntentWire(Wire):
    """Something that the text may ask for, how probable it is, its name by language, and whether products answer it."""

    name: str
    probability: float
    label: dict[str, str]
    search: bool


class CategoryWire(Wire):
    """A category that the text probably asks for."""

    path: list[str]
    key: str
    confidence: float


class ExpansionWire(Wire):
    """Other words for words of the text; only approved ones are searched."""

    words: str
    other: str
    weight: float
    source: str
    approved: bool


class StepWire(Wire):
    """What a step did, how long it took in milliseconds, and how sure it is (null where that means nothing)."""

    name: str
    ms: float
    changed: str
    confidence: float | None


class CorrectionWire(Wire):
    """A word that was read differently."""

    original: str
    corrected: str
    confidence: float


class UnderstandOut(Wire):
    """What a text means. `core` is what is searched of it; `intent` has the most probable first; `failed` names steps
    that could not be run; `sentences` say all of it in words, by language.
    """

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "original": "laptop under 500",
                    "text": "laptop under 500",
                    "language": "en",
                    "core": "laptop",
                    "rewrite": "",
                    "corrections": [],
                    "did_you_mean": None,
                    "head": {"kind": "laptop", "fits": [], "confidence": 1.0},
                    "constraints": [
                        {
                            "kind": "price",
                            "key": "price:under 500",
                            "text": "under 500",
                            "start": 7,
                            "end": 16,
                            "value": "",
                            "low": None,
                            "high": 500.0,
                            "unit": "",
                            "level": "",
                            "negated": False,
                            "confidence": 0.98,
                            "source": "rule",
                            "hard": True,
                            "consumed": True,
                            "filter": {"price": {"max": 500.0}},
                        }
                    ],
                    "intent": [
                        {
                            "name": "find_product",
                            "probability": 0.97,
                            "label": {"en": "Find a product", "zh": "找商品"},
                            "search": True,
                        }
                    ],
                    "category": [{"path": ["Laptops"], "key": "category:laptops", "confidence": 0.9}],
                    "expansions": [],
                    "dismissed": [],
                    "steps": [{"name": "constraints", "ms": 0.21, "changed": "price ≤ 500", "confidence": 0.98}],
                    "failed": [],
                    "sentences": {"en": ["Searched for “laptop”."], "zh": ["搜索“laptop”。"]},
                    "vector": None,
                }
            ]
        }
    )

    original: str
    text: str
    language: str
    core: str
    rewrite: str
    corrections: list[CorrectionWire]
    did_you_mean: str | None
    head: HeadWire | None
    constraints: list[ConstraintWire]
    intent: list[IntentWire]
    category: list[CategoryWire]
    expansions: list[ExpansionWire]
    dismissed: list[str]
    steps: list[StepWire]
    failed: list[str]
    sentences: dict[str, list[str]]
    vector: list[float] | None = Field(description="Only where it was asked for.")


class UnderstoodOut(Wire):
    """What a searched text means, in short: the three most probable intents, no steps."""

    language: str
    core: str
    constraints: list[ConstraintWire]
    intent: list[IntentWire]
    category: list[CategoryWire]
    dismissed: list[str]
