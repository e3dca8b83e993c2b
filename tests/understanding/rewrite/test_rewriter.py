"""Asked once, waited for briefly, left alone when it fails."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import pytest
from structlog.testing import capture_logs

from shelfwise.errors import GeneratorError, SettingsError
from shelfwise.language.base import Budget, Message
from shelfwise.language.generators.fake import FakeGenerator
from shelfwise.language.generators.transformers import TransformersGenerator
from shelfwise.settings import GeneratorSettings, Settings, UnderstandingSettings
from shelfwise.understanding.rewrite.answer import Rewrite
from shelfwise.understanding.rewrite.breaker import Breaker
from shelfwise.understanding.rewrite.cache import AnswerCache
from shelfwise.understanding.rewrite.rewriter import WAITING, Rewriter, rewriter_of
from tests.language.chat_server import ChatServer
from tests.language.generator_cases import tiny_language_model

GOOD = '{"rewrite": "gaming mouse", "expansions": ["computer mouse"], "language": "en"}'
FOUND = Rewrite("gaming mouse", ("computer mouse",))
QUERY = "a mouse for playing"

Make = Callable[..., Rewriter]


@pytest.fixture
def make(tmp_path: Path) -> Iterator[Make]:
    made: list[Rewriter] = []

    def maker(generator: FakeGenerator, *, seconds: float = 30.0, breaker: Breaker | None = None) -> Rewriter:
        cache = AnswerCache(tmp_path / "rewrites.db")
        made.append(Rewriter(generator, cache, seconds=seconds, breaker=breaker))
        return made[-1]

    yield maker
    for each in made:
        each.close()


class Held:
    """An answer that comes when it is let go."""

    def __init__(self) -> None:
        self.go = threading.Event()

    def __call__(self, messages: Sequence[Message]) -> str:
        assert self.go.wait(30)
        return GOOD


def test_a_text_is_asked_once(make: Make) -> None:
    generator = FakeGenerator(GOOD)
    rewriter = make(generator)
    assert [rewriter(text) for text in (QUERY, QUERY, QUERY.upper())] == [FOUND] * 3
    assert make(generator)(QUERY) == FOUND  # after a restart
    assert len(generator.asked) == 1


def test_another_model_is_asked_anew(make: Make) -> None:
    first, second = FakeGenerator(GOOD), FakeGenerator(GOOD)
    second.name = "another"
    make(first)(QUERY), make(second)(QUERY)
    assert (len(first.asked), len(second.asked)) == (1, 1)


def test_an_answer_that_cannot_be_used_is_not_asked_for_again(make: Make) -> None:
    generator = FakeGenerator("I would rather not.")
    rewriter = make(generator)
    assert [rewriter(QUERY), rewriter(QUERY)] == [Rewrite(), Rewrite()]
    assert len(generator.asked) == 1


def test_only_the_masked_text_is_sent(make: Make) -> None:
    generator = FakeGenerator(GOOD)
    make(generator)("mouse for me@home.org, 138 0013 8000")
    assert json.loads(generator.asked[0][1].text)["query"] == "mouse for [email], [number]"


def test_the_cache_holds_no_query(make: Make, tmp_path: Path) -> None:
    rewriter = make(FakeGenerator('{"rewrite": "", "expansions": [], "language": "en"}'))
    rewriter("a very private wish")
    rewriter.close()
    stored = b"".join(file.read_bytes() for file in tmp_path.iterdir())
    assert b"private" not in stored


def test_what_is_late_serves_the_next(make: Make) -> None:
    held = Held()
    rewriter = make(FakeGenerator(held), seconds=0.01)
    with pytest.raises(TimeoutError):
        rewriter(QUERY)
    pending = next(iter(rewriter._asked.values()))
    held.go.set()
    assert pending.result(30) == FOUND
    assert rewriter(QUERY) == FOUND


def test_a_text_that_is_being_asked_is_not_asked_again(make: Make) -> None:
    held = Held()
    generator = FakeGenerator(held)
    rewriter = make(generator, seconds=0.01, breaker=Breaker(99))
    for _ in range(5):
        with pytest.raises(TimeoutError):
            rewriter(QUERY)
    held.go.set()
    assert len(generator.asked) <= 1


def test_only_so_many_are_waited_for(make: Make) -> None:
    held = Held()
    rewriter = make(FakeGenerator(held), seconds=0.001, breaker=Breaker(99))
    for at in range(WAITING):
        with pytest.raises(TimeoutError):
            rewriter(f"{QUERY} number {at}")
    with pytest.raises(GeneratorError, match="are waited for"):
        rewriter("one more")
    held.go.set()


def test_after_failures_nothing_is_asked_for_a_while(make: Make) -> None:
    now = [0.0]
    generator = FakeGenerator(*[GeneratorError("down")] * 3, GOOD)
    rewriter = make(generator, breaker=Breaker(3, 60, clock=lambda: now[0]))
    with capture_logs() as logs:
        for at in range(5):
            with pytest.raises(GeneratorError):
                rewriter(f"secret wish {at}")
    assert len(generator.asked) == 3
    assert [log["event"] for log in logs] == ["rewriting_rests"]
    assert "secret" not in str(logs)
    now[0] = 61.0
    assert rewriter(QUERY) == FOUND
    assert rewriter("another") == FOUND


def test_what_is_known_is_given_while_it_rests(make: Make) -> None:
    rewriter = make(FakeGenerator(GOOD, GeneratorError("down")), breaker=Breaker(1))
    rewriter(QUERY)
    with pytest.raises(GeneratorError, match="down"):
        rewriter("other")
    with pytest.raises(GeneratorError, match="rests"):
        rewriter("other")
    assert rewriter(QUERY) == FOUND


def test_lateness_is_failure(make: Make) -> None:
    held = Held()
    rewriter = make(FakeGenerator(held), seconds=0.001, breaker=Breaker(2))
    for _ in range(2):
        with pytest.raises(TimeoutError):
            rewriter(QUERY)
    with pytest.raises(GeneratorError, match="rests"):
        rewriter(QUERY)
    held.go.set()


def test_random_weights_break_nothing(tmp_path: Path) -> None:
    (tmp_path / "model").mkdir()
    generator = TransformersGenerator(tiny_language_model(tmp_path / "model"))
    rewriter = Rewriter(generator, AnswerCache(tmp_path / "a.db"), seconds=60.0, budget=Budget(1500, 60.0))
    assert isinstance(rewriter("适合我的新款手机"), Rewrite)
    rewriter.close()


def settings(**generator: object) -> Settings:
    understanding = UnderstandingSettings(rewrite=True, rewrite_milliseconds=9000)
    return Settings(understanding=understanding, generator=GeneratorSettings.model_validate(generator))


def test_it_is_off_by_default(tmp_path: Path) -> None:
    assert rewriter_of(Settings(), folder=tmp_path) is None
    assert list(tmp_path.iterdir()) == []


def test_it_needs_a_generator(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match=r'understanding\.rewrite is on, and generator\.kind is "none"'):
        rewriter_of(settings(), folder=tmp_path)


def test_through_an_endpoint(tmp_path: Path) -> None:
    with ChatServer(GOOD) as server:
        asked = settings(kind="openai", url=server.url, model="m", key_variable="K")
        rewriter = rewriter_of(asked, folder=tmp_path, environment={"K": "k-1"})
        assert rewriter is not None
        assert rewriter(QUERY) == FOUND
        rewriter.close()
    schema = server.requests[0]["response_format"]["json_schema"]["schema"]
    assert schema["required"] == ["rewrite", "expansions", "language"]
    assert server.headers[0]["authorization"] == "Bearer k-1"
    assert {file.name for file in (tmp_path / "cache").iterdir()} >= {"rewrites.db", "generator.db"}


def test_a_spent_budget_is_a_failure_like_another(tmp_path: Path) -> None:
    with ChatServer(GOOD) as server:
        asked = settings(kind="openai", url=server.url, model="m", tokens_per_hour=1000)
        rewriter = rewriter_of(asked, folder=tmp_path, environment={})
        assert rewriter is not None
        with pytest.raises(GeneratorError, match="tokens of the hour are spent"):
            for at in range(9):
                rewriter(f"{QUERY} {'abcdefghi'[at]}")
        rewriter.close()
    assert 1 <= len(server.requests) < 4
