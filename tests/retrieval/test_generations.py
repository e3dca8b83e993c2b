from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path

import orjson
import pytest

from shelfwise.errors import CorruptIndexError, NoIndexError, NotFoundError, StorageError
from shelfwise.retrieval.base import IndexedProduct, Plan
from shelfwise.retrieval.embedded import EmbeddedEngine
from shelfwise.retrieval.generations import Generation, Generations
from shelfwise.types import Product

NOW = datetime(2024, 5, 6, tzinfo=UTC)


def documents(batch: Sequence[Product]) -> list[IndexedProduct]:
    return [
        IndexedProduct(item.id, {"title": tuple(item.title.split())}, {}, {"price": 1.0}, None, item.title.encode())
        for item in batch
    ]


def products(n: int) -> Iterator[Product]:
    return (Product(id=f"p{number}", title=f"phone number{number}") for number in range(n))


ENGINE = EmbeddedEngine(["title"])


def build(generations: Generations, n: int = 5, switch: bool = True) -> Generation:
    made = generations.build(products(n), documents, ENGINE, versions={"analyzer": "a1"}, revision=n, clock=lambda: NOW)
    if switch:
        generations.switch(made.name)
    return made


def count(generations: Generations) -> int:
    opened = generations.open_current(ENGINE)
    try:
        return opened.reader.search(Plan()).total
    finally:
        opened.reader.close()


class Words:
    """A part that lists titles."""

    name = "words"

    def __init__(self) -> None:
        self.titles: list[str] = []

    def add(self, product: Product, indexed: IndexedProduct) -> None:
        assert product.id == indexed.id
        self.titles.append(product.title)

    def write(self, into: Path) -> None:
        (into / "titles.txt").write_text("\n".join(self.titles))


def test_a_generation_holds_engine_parts_and_manifest(tmp_path: Path) -> None:
    generations, seen = Generations(tmp_path / "index"), []
    made = generations.build(
        products(600), documents, ENGINE, [Words()], versions={"x": "1"}, revision=9, clock=lambda: NOW,
        progress=seen.append,
    )  # fmt: skip
    assert (made.name, made.manifest.products, made.manifest.revision, made.manifest.dim) == ("0001", 600, 9, 0)
    assert made.manifest.created == NOW.isoformat()
    assert made.manifest.versions == {"x": "1"}
    assert len((made.folder / "words" / "titles.txt").read_text().split("\n")) == 600
    assert seen == [256, 512, 600]
    on_disk = {file.relative_to(made.folder).as_posix() for file in made.folder.rglob("*") if file.is_file()}
    assert {name for name in on_disk if not name.endswith(".lock")} == {*made.manifest.files, "manifest.json"}
    assert made.problems() == ()
    assert sorted(path.name for path in generations.root.iterdir()) == [".lock", "0001"]


def test_nothing_is_served_before_the_switch(tmp_path: Path) -> None:
    generations = Generations(tmp_path / "index")
    with pytest.raises(NoIndexError):
        generations.open_current(ENGINE)
    build(generations, 3)
    build(generations, 4, switch=False)
    assert count(generations) == 3
    generations.switch("0002")
    assert count(generations) == 4
    assert [item.name for item in generations.list()] == ["0001", "0002"]
    with pytest.raises(NotFoundError):
        generations.switch("0003")
    with pytest.raises(NotFoundError):
        generations.switch("../0001")


def test_rollback_goes_back_to_the_last_whole_generation(tmp_path: Path) -> None:
    generations = Generations(tmp_path / "index")
    for n in (1, 2, 3):
        build(generations, n)
    damage(generations.get("0002"))
    assert generations.rollback().name == "0001"
    assert count(generations) == 1
    with pytest.raises(NotFoundError):
        generations.rollback()
    assert build(generations, 7).name == "0004"


def damage(generation: Generation, how: str = "flip") -> None:
    file = max((generation.folder / path for path in generation.manifest.files), key=lambda path: path.stat().st_size)
    if how == "remove":
        file.unlink()
    elif how == "truncate":
        os.truncate(file, file.stat().st_size // 2)
    elif how == "manifest":
        (generation.folder / "manifest.json").write_bytes(b"{")
    else:
        content = bytearray(file.read_bytes())
        content[len(content) // 2] ^= 1
        file.write_bytes(content)


@pytest.mark.parametrize("how", ["flip", "truncate", "remove", "manifest"])
def test_a_damaged_generation_gives_way_to_the_one_before(tmp_path: Path, how: str) -> None:
    generations = Generations(tmp_path / "index")
    build(generations, 3)
    damage(build(generations, 4), how)
    opened = generations.open_current(ENGINE)
    assert opened.generation.name == "0001"
    assert opened.problems
    assert "0002" in opened.problems[0]
    opened.reader.close()
    damage(generations.get("0001"), how)
    with pytest.raises(CorruptIndexError, match="0001"):
        generations.open_current(ENGINE)


@pytest.mark.parametrize("content", [b"", b"\xff\xfe", b"0009", b"../.."])
def test_a_broken_current_file_is_reported_and_survived(tmp_path: Path, content: bytes) -> None:
    generations = Generations(tmp_path / "index")
    build(generations, 3)
    (generations.root / "current").write_bytes(content)
    opened = generations.open_current(ENGINE)
    assert "current" in opened.problems[0]
    assert opened.generation.name == "0001"
    opened.reader.close()


def test_prune_keeps_the_current_and_one_before(tmp_path: Path) -> None:
    generations = Generations(tmp_path / "index")
    for n in (1, 2, 3, 4):
        build(generations, n)
    open_before = generations.open_current(ENGINE)
    generations.switch("0003")
    assert generations.prune(2) == ("0001",)
    assert [item.name for item in generations.list()] == ["0002", "0003", "0004"]
    generations.switch("0004")
    assert generations.prune(1) == ("0002", "0003")
    assert open_before.reader.search(Plan()).total == 4
    open_before.reader.close()


def test_a_failing_build_leaves_nothing(tmp_path: Path) -> None:
    generations = Generations(tmp_path / "index")
    build(generations, 3)

    def failing() -> Iterator[Product]:
        yield from products(2)
        raise RuntimeError("the catalogue went away")

    with pytest.raises(RuntimeError, match="went away"):
        generations.build(failing(), documents, ENGINE, versions={}, revision=0, clock=lambda: NOW)
    assert sorted(path.name for path in generations.root.iterdir()) == [".lock", "0001", "current"]
    assert count(generations) == 3


CHILD = """
import os, resource, sys, time
sys.path.insert(0, {tests!r})
from test_generations import *
generations = Generations(Path(sys.argv[1]))
"""


def child(root: Path, code: str) -> subprocess.Popen[str]:
    script = CHILD.format(tests=str(Path(__file__).parent)) + code
    return subprocess.Popen(
        [sys.executable, "-c", script, str(root)], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )


def kill(process: subprocess.Popen[str], after: float = 0.0) -> None:
    assert process.stdout is not None
    assert process.stdout.readline().strip() == "ready", process.communicate()[1]
    time.sleep(after)
    process.send_signal(signal.SIGKILL)
    process.communicate()


def test_kill_9_in_the_middle_of_a_build(tmp_path: Path) -> None:
    generations = Generations(tmp_path / "index")
    build(generations, 3)
    slow = """
opened = generations.open_current(ENGINE)
def slow():
    for number, item in enumerate(products(100_000)):
        if number == 300:
            print("ready", flush=True)
        if number > 300:
            time.sleep(0.001)
        yield item
generations.build(slow(), documents, ENGINE, versions={}, revision=0, clock=lambda: NOW)
"""
    kill(child(generations.root, slow), 0.05)
    left = {path.name for path in generations.root.iterdir() if path.is_dir()}
    assert any("building" in name for name in left)
    assert any("overlay" in name for name in left)
    assert count(generations) == 3
    removed = generations.clean()
    assert {name for name in left if name != "0001"} <= set(removed)
    assert sorted(path.name for path in generations.root.iterdir()) == [".lock", "0001", "current"]
    assert build(generations, 4).name == "0002"


def test_clean_leaves_the_living_alone(tmp_path: Path) -> None:
    generations = Generations(tmp_path / "index")
    build(generations, 3)
    opened = generations.open_current(ENGINE)
    assert generations.clean() == ()
    assert opened.reader.search(Plan()).total == 3
    opened.reader.close()


@pytest.mark.parametrize("after", [0.0, 0.011, 0.037])
def test_kill_9_in_the_middle_of_switches(tmp_path: Path, after: float) -> None:
    generations = Generations(tmp_path / "index")
    build(generations, 3)
    build(generations, 4)
    endless = """
generations.switch("0001")
print("ready", flush=True)
while True:
    generations.switch("0002")
    generations.switch("0001")
"""
    kill(child(generations.root, endless), after)
    opened = generations.open_current(ENGINE)
    assert opened.problems == ()
    assert opened.reader.search(Plan()).total in (3, 4)
    opened.reader.close()
    generations.clean()
    assert sorted(path.name for path in generations.root.iterdir()) == [".lock", "0001", "0002", "current"]


@pytest.mark.parametrize("limit", [100, 20_000])
def test_a_full_disk_is_said_and_leaves_nothing(tmp_path: Path, limit: int) -> None:
    generations = Generations(tmp_path / "index")
    build(generations, 3)
    full = f"""
resource.setrlimit(resource.RLIMIT_FSIZE, ({limit}, {limit}))
try:
    build(generations, 20_000)
except StorageError as error:
    print("refused:", str(error).replace(chr(10), " "))
"""
    process = child(generations.root, full)
    out, err = process.communicate(timeout=60)
    assert out.startswith("refused:"), err
    assert sorted(path.name for path in generations.root.iterdir()) == [".lock", "0001", "current"]
    assert count(generations) == 3


def test_a_disk_that_fills_at_the_switch_leaves_current_as_it_was(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    generations = Generations(tmp_path / "index")
    build(generations, 3)
    build(generations, 4, switch=False)

    def full(handle: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(StorageError, match="No space left"):
        generations.switch("0002")
    monkeypatch.undo()
    assert generations.current() == "0001"
    assert sorted(path.name for path in generations.root.iterdir()) == [".lock", "0001", "0002", "current"]


def test_the_same_products_make_the_same_answers(tmp_path: Path) -> None:
    generations = Generations(tmp_path / "index")
    one, two = build(generations, 300), build(generations, 300)
    ours = {path for path in one.manifest.files if not path.startswith("embedded/text/")}  # tantivy draws file names
    assert {path: one.manifest.files[path] for path in ours} == {path: two.manifest.files[path] for path in ours}
    assert orjson.loads((one.folder / "manifest.json").read_bytes())["name"] == "0001"
