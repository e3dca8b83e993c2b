from __future__ import annotations

import math
import shutil
import tomllib

import pytest

KEYS = ("ndcg@10", "pool_ndcg@10", "condensed_ndcg@10", "judged@10", "mrr@10")


def test_figures_have_the_promised_names(parsed, shop, judgments) -> None:
    figures = parsed("evaluate", "search", "--shop", shop, "--judgments", judgments)
    assert all(0 < figures[name] <= 1 for name in KEYS)
    assert (figures["queries"], figures["queries_without_positive"]) == (4, 1)
    assert figures["name"] == "hybrid"
    assert figures["per_query"]["query"] == ["headphones", "lamp", "smartphone", "submarine"]
    assert figures["per_query"]["ndcg@10"][3] is None


def test_ndcg_is_that_of_the_ranking(parsed, shop, judgments) -> None:
    figures = parsed("evaluate", "search", "--shop", shop, "--judgments", judgments, "--mode", "lexical")
    place = figures["per_query"]["query"].index("lamp")
    ranking = [each["id"] for each in parsed("search", "lamp", "--shop", shop, "--mode", "lexical")["results"]]
    gains = [{"p5": 3, "p6": 7}.get(id, 0) / math.log2(rank + 2) for rank, id in enumerate(ranking)]
    assert figures["per_query"]["ndcg@10"][place] == pytest.approx(sum(gains) / (7 + 3 / math.log2(3)))


def test_parts_share_no_query(parsed, shop, judgments) -> None:
    call = ("evaluate", "search", "--shop", shop, "--judgments", judgments, "--split")
    train, valid = (set(parsed(*call, part)["per_query"]["query"]) for part in ("train", "valid"))
    assert not train & valid
    assert len(train | valid) == 4


def test_translated_queries_are_asked_in_place(parsed, shop, judgments, tmp_path) -> None:
    rows = ["query,query_zh", "headphones,Vega wired", "lamp,Lumen floor", "smartphone,Nova X5", "submarine,潜艇"]
    (tmp_path / "zh.csv").write_text("\n".join(rows) + "\n", "utf-8")
    figures = parsed(
        "evaluate", "search", "--shop", shop, "--judgments", judgments, "--queries-zh", tmp_path / "zh.csv"
    )
    assert figures["per_query"]["text"] == ["Vega wired", "Lumen floor", "Nova X5", "潜艇"]


def test_trec_files_out_and_in_give_the_same_figures(cli, parsed, shop, judgments, tmp_path) -> None:
    run, qrels, page = tmp_path / "a.run", tmp_path / "a.qrels", tmp_path / "report.html"
    call = ("evaluate", "search", "--shop", shop, "--judgments", judgments)
    first = parsed(*call, "--run", run, "--qrels", qrels, "--report", page)
    again = parsed("evaluate", "compare", run, "--judgments", qrels)
    for name in ("ndcg@10", "condensed_ndcg@10", "judged@10", "mrr@10", "map"):
        assert again[name] == first[name]
    text = page.read_text("utf-8")
    assert "<svg" in text
    assert "Corner [shop]" in text


def test_two_runs_are_compared_the_first_being_the_baseline(cli, parsed, judgments, tmp_path) -> None:
    good, bad = tmp_path / "good.run", tmp_path / "bad.run"
    good.write_text("lamp Q0 p6 1 2.0 x\nlamp Q0 p5 2 1.0 x\nsmartphone Q0 p1 1 1.0 x\n", "utf-8")
    bad.write_text("lamp Q0 p5 1 2.0 x\nlamp Q0 p6 2 1.0 x\nsmartphone Q0 p2 1 1.0 x\n", "utf-8")
    figures = parsed("evaluate", "compare", bad, good, "--judgments", judgments)
    change = figures["comparison"]["ndcg@10"]
    assert change["difference"] == pytest.approx(figures["ndcg@10"] - figures["against"]["ndcg@10"])
    assert (change["better"], change["worse"]) == (2, 0)
    page = tmp_path / "both.html"
    done = cli("evaluate", "compare", bad, good, "--judgments", judgments, "--per-query", "--report", page)
    assert done.exit_code == 0
    assert "against bad.run" in done.stdout
    assert done.stdout.index("headphones") < done.stdout.index("smartphone ")  # worst first
    assert page.exists()


def test_modes_are_compared(cli, shop, judgments) -> None:
    done = cli(
        "evaluate", "search", "--shop", shop, "--judgments", judgments, "--mode", "lexical", "--against", "hybrid"
    )
    assert done.exit_code == 0
    assert "against hybrid" in done.stdout
    assert "4 queries, 1 of them without a positive judgment (left out of means)." in done.stdout


def test_judgments_without_a_positive_still_print(cli, shop, tmp_path) -> None:
    (tmp_path / "none.csv").write_text("query,docid,rating\nlamp,p1,0\n", "utf-8")
    done = cli("evaluate", "search", "--shop", shop, "--judgments", tmp_path / "none.csv", "--per-query")
    assert done.exit_code == 0, done.output
    assert "1 queries, 1 of them without a positive" in done.stdout


def test_weights_are_chosen_and_written(cli, parsed, shop, judgments, tmp_path) -> None:
    copy = tmp_path / "copy"
    shutil.copytree(shop, copy)
    queries = [f"{word} {n}" for word in ("headphones", "lamp", "smartphone") for n in range(5)]
    rows = [f"{query},{id},{grade}" for query in queries for id, grade in (("p1", 0), ("p5", 2), ("p6", 3))]
    (tmp_path / "more.csv").write_text("\n".join(["query,docid,rating", *rows]) + "\n", "utf-8")
    call = ("evaluate", "tune", "--shop", copy, "--judgments", tmp_path / "more.csv")
    figures = parsed(*call, "--write")
    assert figures["queries"] == len(queries)
    assert 0 <= figures["out_of_fold"] <= 1
    written = tomllib.loads((copy / "shelfwise.toml").read_text("utf-8"))
    assert written["search"] == pytest.approx(figures["chosen"])
    assert written["shop"] == tomllib.loads((shop / "shelfwise.toml").read_text("utf-8"))["shop"]
    assert parsed(*call)["start"] >= figures["start"] - 1e-9


def test_each_step_of_understanding_is_weighed(parsed, shop, judgments) -> None:
    found = parsed("evaluate", "understanding", "--task", "search", "--shop", shop, "--test", judgments)
    plain = parsed("evaluate", "search", "--shop", shop, "--judgments", judgments)
    assert {"all steps", "no step", "without spelling", "without constraints"} <= set(found)
    assert found["all steps"]["ndcg@10"] == pytest.approx(plain["ndcg@10"])
    assert found["all steps"]["gain"] == found["all steps"]["largest_loss"] == 0
    assert found["all steps"]["p_value"] == 1
    for row in found.values():
        assert row["gain"] == pytest.approx(found["all steps"]["ndcg@10"] - row["ndcg@10"])
        assert row["low"] <= row["gain"] <= row["high"]
        assert row["queries"] == 3
