"""The workloads of benchmarks/quality are what their ids promise."""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path
from random import Random
from types import ModuleType

import pytest

from shelfwise.errors import InputError
from shelfwise.evaluation.metrics import has_positive

ROOT = Path(__file__).resolve().parents[3]


def load(path: Path) -> ModuleType:
    spec = importlib.util.spec_from_file_location("quality_workloads", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


workloads = load(ROOT / "benchmarks" / "quality" / "workloads.py")


@pytest.mark.parametrize("id", workloads.WORKLOADS)
def test_a_missing_source_is_named(id: str, tmp_path: Path) -> None:
    workload = workloads.WORKLOADS[id]
    assert workload.id == id
    with pytest.raises(InputError) as error:
        workload.load(tmp_path)
    assert workload.source.published in str(error.value)


def test_goals_are_about_known_workloads() -> None:
    for goal in workloads.GOALS:
        assert {*goal.workloads, goal.of or "icecat"} <= workloads.WORKLOADS.keys()


def test_goals_have_a_direction() -> None:
    goal = workloads.Goal(("a", "b"), "ndcg@10", 0.9, of="c")
    figures = {"a": {"ndcg@10": 0.5}, "b": {"ndcg@10": 0.7}, "c": {"ndcg@10": 0.64}}
    assert goal.value(figures) == pytest.approx(0.6 / 0.64)
    assert goal.reached(figures)
    assert not goal.reached(figures | {"b": {"ndcg@10": 0.6}})
    assert not goal.reached({})


def test_homophones_sound_alike_and_are_frequent() -> None:
    confuse = workloads.homophones(["键键键建建件箭", "盘"])
    random = Random(0)
    assert {confuse("键盘", 0, random) for _ in range(40)} == {"建", "件", "箭"}
    assert confuse("键盘", 1, random) is None


@pytest.mark.data("icecat")
def test_icecat(data: Path) -> None:
    judged = {id: each.load(data.parent) for id, each in workloads.WORKLOADS.items() if each.source.folder == "icecat"}
    qrels = judged["icecat"].qrels
    assert sum(map(has_positive, qrels.values())) == 65
    assert all(each.qrels == qrels and each.texts.keys() == qrels.keys() for each in judged.values())
    assert judged["icecat-zh"].texts["phone case"] == "手机壳"
    first, second = judged["icecat-typos-1"].texts, judged["icecat-typos-2"].texts
    assert first != second
    assert sum(query != text for query, text in first.items()) > 60
    assert [first[query] for query in ("laptop", "phone case", "flat screen tv")] == [
        "paptop",
        "phone caes",
        "flat screej tv",
    ]


@pytest.mark.data("titles_zh")
def test_titles_zh(data: Path) -> None:
    titles = workloads.WORKLOADS["titles-zh"].load(data.parent)
    typos = workloads.WORKLOADS["titles-zh-typos-1"].load(data.parent)
    assert len(titles.qrels) == 63
    assert typos.qrels == titles.qrels
    assert sum(query != text for query, text in typos.texts.items()) >= 60
