"""A better model takes over while the shop serves: nothing fails, nothing is mixed, and it can be undone."""

from __future__ import annotations

import itertools
import json
import signal
import subprocess
import sys
import threading
import time
import urllib.request
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import quote

import numpy as np
import pytest

from shelfwise.errors import EncoderError, InputError, NotFoundError
from shelfwise.evaluation import permutation_test
from shelfwise.language.encoders.fake import FakeEncoder
from shelfwise.language.encoders.onnx import OnnxEncoder
from shelfwise.language.encoders.registry import open_encoder
from shelfwise.language.models.card import Card
from shelfwise.language.models.names import store_of
from shelfwise.promotion import compare_models, decide, in_use, promote, roll_back
from shelfwise.shop import Shop
from shelfwise.types import Product
from shelfwise.understanding.intent import teaching
from shelfwise.understanding.intent.teaching import teach
from shelfwise.understanding.intent.training import Lessons
from tests.language.models.tiny import WORDS, tiny_version

Soon = Callable[[Callable[[], object]], None]
NOW = datetime(2026, 1, 1, tzinfo=UTC)
PAIRS = list(itertools.islice(itertools.combinations(WORDS, 2), 300))
PRODUCTS = [Product(f"p{number}", " ".join(pair)) for number, pair in enumerate(PAIRS)]
QRELS = {product.title: {product.id: 2, "p0": 0} for product in PRODUCTS[1:40]}
COMMENTED = "# our shop\n[shop]\nname = 'Tiny' # small\n\n[encoder]\nkind = 'fake' # for now\nthreads = 1\n"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A shop served by an encoder of before, with two models of its own."""
    folder = tmp_path / "shop"
    with Shop.create(folder, {"encoder.kind": "fake"}):
        (folder / "shelfwise.toml").write_text(COMMENTED)
    with Shop.open(folder) as shop:
        shop.upsert(PRODUCTS)
        shop.index()
    tiny_version(folder, seed=1)
    tiny_version(folder, seed=2)
    return folder


def found(shop: Shop, title: str) -> str:
    """The nearest product by meaning alone."""
    slate = shop.search(title, mode="dense", limit=1)
    assert slate.degraded == ()
    return slate.products[0].id


# --- better, and by how much -----------------------------------------------------------------------------------


def test_better_worse_and_alike(folder: Path) -> None:
    tiny_version(folder, "dull", seed=1, mute=40)
    sharp, dull = open_encoder("ours@1", folder), open_encoder("dull", folder)
    better = compare_models(sharp, dull, QRELS, PRODUCTS)
    decision = decide(better)
    assert decision.promote
    assert "better beyond noise: ndcg@10" in decision.reason
    worse = decide(compare_models(dull, sharp, QRELS, PRODUCTS))
    assert not worse.promote
    assert "worse beyond noise" in worse.reason
    alike = decide(compare_models(sharp, sharp, QRELS, PRODUCTS))
    assert not alike.promote
    assert "no difference beyond noise" in alike.reason
    assert "(+0.0000" in alike.reason
    assert "Only 0 queries differ" in alike.reason


def test_figures_are_those_of_rankings_made_by_hand(folder: Path) -> None:
    tiny_version(folder, "dull", seed=1, mute=40)
    sharp, dull = open_encoder("ours@1", folder), open_encoder("dull", folder)
    compared = compare_models(sharp, dull, QRELS, PRODUCTS)
    columns = []
    for encoder in (sharp, dull):
        scores = encoder.encode(sorted(QRELS), "query") @ encoder.encode([p.title for p in PRODUCTS], "product").T
        order = [list(np.argsort(-row, kind="stable")) for row in scores]
        right = [next(at for at, p in enumerate(PRODUCTS) if p.title == query) for query in sorted(QRELS)]
        ranks = np.array([row.index(at) for row, at in zip(order, right, strict=True)])
        columns.append(np.where(ranks < 10, 1 / np.log2(2 + ranks), 0.0))
    difference = compared.compared.differences["ndcg@10"]
    assert difference.second == pytest.approx(columns[0].mean())
    assert difference.first == pytest.approx(columns[1].mean())
    assert difference.p_value == permutation_test(columns[1], columns[0])
    rows = compared.per_query()
    assert [row[0] for row in rows] != sorted(QRELS)
    assert [new - old for _, new, old in rows] == sorted(new - old for _, new, old in rows)
    assert len(compared.as_json()["figures"]["candidate"]["per_query"]["query"]) == len(QRELS)


def test_nothing_to_compare(folder: Path) -> None:
    encoder = open_encoder("ours", folder)
    with pytest.raises(InputError, match="no judged product is in the catalogue"):
        compare_models(encoder, encoder, {"x": {"elsewhere": 1}}, PRODUCTS)
    with pytest.raises(InputError, match=r"metric: found 'beauty', expected one of .*ndcg@10"):
        decide(compare_models(encoder, encoder, QRELS, PRODUCTS), metric="beauty")


# --- in and out of service -------------------------------------------------------------------------------------


def test_promoted_rolled_back_and_what_the_settings_say(folder: Path) -> None:
    with Shop.open(folder) as shop:
        before = shop.status()["encoder"]
        assert promote(shop, "ours@1", now=NOW).name == "0002"
        status = shop.status()
        assert (status["generation"], status["outdated"], status["problems"]) == ("0002", [], [])
        assert status["encoder"] == open_encoder("ours@1", folder).name != before
        assert all(found(shop, product.title) == product.id for product in PRODUCTS[:20])
        text = (folder / "shelfwise.toml").read_text()
        assert text == COMMENTED.replace("'fake' #", '"trained" #').rstrip() + '\nmodel = "ours@0001"\n'
        assert in_use(shop) == {"ours@0001": "the settings"}
        assert shop.generations.get("0002").manifest.encoder == {"kind": "trained", "model": "ours@0001"}

        assert roll_back(shop, "ours").name == "0001"
        assert shop.status()["encoder"] == before
        assert shop.status()["outdated"] == []
        assert 'kind = "fake" # for now' in (folder / "shelfwise.toml").read_text()
        with pytest.raises(InputError, match="ours is not in service"):
            roll_back(shop, "ours")
    with Shop.open(folder) as shop:
        assert shop.status()["encoder"] == before


def test_back_to_the_version_before_though_its_index_is_gone(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with Shop.open(folder) as shop:
        promote(shop, "ours@1", now=NOW)
        promote(shop, "ours@2", now=NOW)
        shop.index()  # the night's; the generation of ours@1 is pruned now
        assert {g.manifest.encoder["model"] for g in shop.generations.list()} == {"ours@0002"}
        encoded = counting(monkeypatch)
        generation = roll_back(shop, "ours")
        assert generation.manifest.encoder["model"] == "ours@0001"
        assert store_of(folder).current("ours") == "0001"
        assert encoded == []  # the cache had them
        assert found(shop, PRODUCTS[7].title) == "p7"
        with pytest.raises(NotFoundError, match="no version was promoted before 0001"):
            shop.index()
            roll_back(shop, "ours")


def test_an_index_is_served_by_its_own_encoder_whatever_the_settings_say(folder: Path) -> None:
    with Shop.open(folder) as shop:
        promote(shop, "ours@1", now=NOW)
    text = (folder / "shelfwise.toml").read_text()
    (folder / "shelfwise.toml").write_text(text.replace("ours@0001", "ours@0002"))
    with Shop.open(folder) as shop:
        assert shop.status()["outdated"] == ["encoder"]
        assert shop.status()["encoder"] == open_encoder("ours@1", folder).name
        assert found(shop, PRODUCTS[7].title) == "p7"
        shop.upsert([Product("new", f"{WORDS[-1]} {WORDS[-3]}")])  # what comes in is encoded like the rest
        assert found(shop, f"{WORDS[-1]} {WORDS[-3]}") == "new"
        shop.index()
        assert shop.status()["outdated"] == []
        assert found(shop, f"{WORDS[-1]} {WORDS[-3]}") == "new"


def test_what_cannot_be_served_leaves_all_as_it_was(folder: Path) -> None:
    with store_of(folder).create("pairs") as building:
        Card("cross-encoder").write(building)
    settings = (folder / "shelfwise.toml").read_text()
    with (folder / "models" / "ours" / "0002" / "onnx" / "model.onnx").open("ab") as file:
        file.write(b"x")
    with Shop.open(folder) as shop:
        for model, error in (("pairs", InputError), ("ours@2", EncoderError), ("ours@3", NotFoundError)):
            with pytest.raises(error):
                promote(shop, model, now=NOW)
        assert shop.status()["generation"] == "0001"
    assert (folder / "shelfwise.toml").read_text() == settings
    assert store_of(folder).current("ours") is None


def test_a_served_model_that_was_changed_is_named_and_the_old_index_can_be_had(folder: Path) -> None:
    with Shop.open(folder) as shop:
        promote(shop, "ours@1", now=NOW)
    with (folder / "models" / "ours" / "0001" / "onnx" / "model.onnx").open("ab") as file:
        file.write(b"x")
    with Shop.open(folder) as shop:
        with pytest.raises(EncoderError, match=r"model\.onnx: was changed"):
            shop.search("x")
        roll_back(shop, "ours")
        assert shop.status()["encoder"] == "fake-256"


def counting(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The product texts that encoders are asked for from now on."""
    encoded: list[str] = []
    encode = OnnxEncoder.encode

    def counted(self: OnnxEncoder, texts: Sequence[str], kind: Any) -> Any:
        encoded.extend(texts if kind == "product" else ())
        return encode(self, texts, kind)

    monkeypatch.setattr(OnnxEncoder, "encode", counted)
    return encoded


# --- while it serves -------------------------------------------------------------------------------------------

PROMOTE = """
import sys
from datetime import UTC, datetime
from shelfwise.promotion import promote
from shelfwise.shop import Shop
with Shop.open(sys.argv[1]) as shop:
    now = datetime.now(UTC)
    promote(shop, sys.argv[2], now=now, progress=lambda done, total: print(done, flush=True))
"""


def test_killed_while_it_encodes_the_old_one_serves_and_the_next_goes_on(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = (folder / "shelfwise.toml").read_text()
    with subprocess.Popen([sys.executable, "-c", PROMOTE, folder, "ours@1"], stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == b"256\n"  # of 300
        process.kill()
        assert process.wait() == -signal.SIGKILL
    assert (folder / "shelfwise.toml").read_text() == settings
    with Shop.open(folder) as shop:
        assert (shop.status()["generation"], shop.status()["encoder"], shop.status()["outdated"]) == (
            "0001", "fake-256", [],
        )  # fmt: skip
        assert shop.search(PRODUCTS[7].title).products[0].id == "p7"
        encoded = counting(monkeypatch)
        promote(shop, "ours@1", now=NOW)
        assert 0 < len(encoded) <= len(PRODUCTS) - 256
        assert found(shop, PRODUCTS[7].title) == "p7"


@contextmanager
def served(folder: Path) -> Iterator[str]:
    """The shop behind HTTP in two processes; its address."""
    call = [sys.executable, "-m", "shelfwise.cli", "serve", "--shop", folder, "--port", "0", "--workers", "2"]
    with subprocess.Popen(call, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True) as process:
        assert process.stdout is not None
        try:
            yield process.stdout.readline().split()[-1]
        finally:
            process.terminate()
            process.wait(30)


def ask(address: str, path: str) -> Any:
    with urllib.request.urlopen(f"{address}{path}", timeout=20) as answer:  # raises for all that is not 200
        return json.load(answer)


def test_a_server_changes_models_without_a_failed_or_mixed_answer(folder: Path, soon: Soon) -> None:
    with Shop.open(folder) as shop:
        promote(shop, "ours@1", now=NOW)
    wrong: list[Any] = []
    seen: set[str] = set()
    ended = threading.Event()

    def shopper(address: str, start: int) -> None:
        for at in itertools.count(start, 7):
            if ended.is_set():
                return
            product = PRODUCTS[at % len(PRODUCTS)]
            try:
                answer = ask(address, f"/v1/search?q={quote(product.title)}&mode=dense&limit=1")
                if answer["items"][0]["product"]["id"] != product.id or answer["degraded"]:
                    wrong.append(answer)
                seen.add(answer["generation"])
            except Exception as error:
                wrong.append(error)
            time.sleep(0.02)

    def encoders(address: str) -> set[str]:
        return {ask(address, "/readyz")["status"]["encoder"] for _ in range(12)}  # of both processes

    names = [open_encoder(f"ours@{number}", folder).name for number in (1, 2)]
    command = [sys.executable, "-m", "shelfwise.cli", "models"]
    with served(folder) as address:
        assert encoders(address) == {names[0]}
        shoppers = [threading.Thread(target=shopper, args=(address, start)) for start in (0, 3)]
        for each in shoppers:
            each.start()
        try:
            call = [*command, "promote", "ours@2", "--force", "--shop", folder]
            done = subprocess.run(call, capture_output=True, text=True, timeout=120, check=False)
            assert done.returncode == 0, done.stderr
            soon(lambda: encoders(address) == {names[1]})
            call = [*command, "rollback", "ours", "--shop", folder]
            done = subprocess.run(call, capture_output=True, text=True, timeout=120, check=False)
            assert done.returncode == 0, done.stderr
            soon(lambda: encoders(address) == {names[0]})
        finally:
            ended.set()
            for each in shoppers:
                each.join()
    assert wrong == []
    assert seen == {"0002", "0003"}


def test_writes_come_in_while_another_process_changes_the_model(folder: Path) -> None:
    with Shop.open(folder) as shop:
        promote(shop, "ours@1", now=NOW)
        shop.follow()
        words = list(reversed(WORDS))
        call = [sys.executable, "-c", PROMOTE, folder, "ours@2"]
        with subprocess.Popen(call, stdout=subprocess.DEVNULL) as process:
            at = 0
            while process.poll() is None or shop.searcher().generation.name != "0003":
                title = f"{words[at % 20]} {words[(at + 1) % 20]} {words[(at * 3 + 5) % 20]}"
                shop.upsert([Product("live", title)])
                assert found(shop, title) == "live"
                at += 1
                time.sleep(0.01)
        assert at > 3
        assert process.returncode == 0


def test_intents_are_read_from_the_vectors_of_whichever_serves(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    texts = tuple(f"{word} {other}" for word in WORDS[:2] for other in WORDS[10:16])
    labels = tuple("buy" if text.startswith(WORDS[0]) else "track" for text in texts)
    lessons = Lessons(texts, labels, texts, ("en",) * len(texts), ("own",) * len(texts))
    monkeypatch.setattr(teaching, "own_lessons", lambda: lessons)
    teach(folder, None, FakeEncoder(), seed=0, made=NOW)

    def intent(shop: Shop) -> str:
        read = shop.understand(texts[-1]).intent
        return max(read, key=lambda name: read[name])

    with Shop.open(folder) as shop:
        assert intent(shop) == "track"
        promote(shop, "ours@1", now=NOW)
        assert store_of(folder).versions("intent") == ("0001", "0002")
        assert intent(shop) == "track"
        roll_back(shop, "ours")
        assert intent(shop) == "track"
        promote(shop, "ours@1", now=NOW)  # its head is there already
        assert store_of(folder).versions("intent") == ("0001", "0002")
        assert shop.status()["problems"] == []
