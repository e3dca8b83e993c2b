"""Smaller encoders beside the one that they came out of: nDCG, speed, size.

    python -m benchmarks.training.shrink texts WORK            what is learnt from, with the default's vectors
    python -m benchmarks.training.shrink layers WORK [N [S]]   prune the vocabulary, distil N layers on every Sth text
    python -m benchmarks.training.shrink table WORK            distil a table, export
    python -m benchmarks.training.shrink measure WORK FOLDER…  figures of exported folders beside the default encoder

No judgment and no judged query is seen in training: texts are product texts of both catalogues, queries of a log, and
questions about other products. Encoders stand alone (cosine, no words).
"""

from __future__ import annotations

import csv
import gzip
import json
import random
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import numpy as np

from shelfwise.evaluation.metrics.parse import metric
from shelfwise.evaluation.qrels import read_qrels
from shelfwise.language.base import Encoder
from shelfwise.language.encoders.e5_onnx import load_e5
from shelfwise.retrieval.document import encoder_text
from shelfwise.training.data.feeds import read_catalog
from shelfwise.training.export.parity import spearman
from shelfwise.types import Float32
from tests.conftest import DATA

SEED = 0
QUERIES, PRODUCTS = 24_000, 12_000  # texts learnt from
SHORT = 150  # characters of a product's text in training and in the measure of speed


def catalogue(name: str) -> dict[str, str]:
    """Product id → text for the encoder."""
    if name == "titles_zh":
        with gzip.open(DATA / name / "products.jsonl.gz", "rt", encoding="utf-8") as file:
            return {each["id"]: each["title"] for each in map(json.loads, file)}
    return {key: encoder_text(each) for key, each in read_catalog(DATA / name / "products.jsonl.gz").items()}


def tasks() -> Iterator[tuple[str, Mapping[str, Mapping[str, int]], Mapping[str, str], dict[str, str]]]:
    """Name, judgments, judged query → what is asked, and the catalogue."""
    icecat = catalogue("icecat")
    qrels = read_qrels(DATA / "icecat" / "judgments.csv")
    yield "icecat en", qrels, {query: query for query in qrels}, icecat
    with (DATA / "icecat" / "queries_zh.csv").open(encoding="utf-8") as file:
        yield "icecat zh", qrels, {row["query"]: row["query_zh"] for row in csv.DictReader(file)}, icecat
    qrels = read_qrels(DATA / "titles_zh" / "judgments.csv")
    yield "titles zh", qrels, {query: query for query in qrels}, catalogue("titles_zh")


def learnt() -> tuple[list[str], list[str]]:
    """Queries and product texts to learn from, drawn with a seed, none of them a judged query."""
    rng = random.Random(SEED)
    judged = {text for _, qrels, asked, _ in tasks() for query in qrels for text in (query, asked[query])}
    with gzip.open(DATA / "queries_zh" / "queries.jsonl.gz", "rt", encoding="utf-8") as file:
        chinese = [json.loads(line)["query"] for line in file]
    with (DATA / "product_qa" / "hetPQA_answer_generation_train.csv").open(encoding="utf-8") as file:
        questions = sorted({row["question"] for row in csv.DictReader(file, delimiter="\t")})
    products = [*catalogue("icecat").values(), *catalogue("titles_zh").values()]
    parts = [title.split(",")[0].split(". ")[0] for title in products]  # as short as queries, of the shop's things
    heads = [" ".join(part.split()[:n]) for part in parts if (n := rng.randint(1, 4))]
    queries = sorted({*rng.sample(chinese, QUERIES // 3), *rng.sample(questions, min(QUERIES // 6, len(questions)))})
    queries += sorted(set(rng.sample(heads, QUERIES // 2)))
    return [text for text in queries if text not in judged], [text[:SHORT] for text in rng.sample(products, PRODUCTS)]


def write_texts(work: Path) -> None:
    """The texts, with the default encoder's vectors."""
    queries, products = learnt()
    encoder = load_e5()
    vectors = {"queries": encoder.encode(queries, "query"), "products": encoder.encode(products, "product")}
    (work / "texts.json").write_text(json.dumps({"queries": queries, "products": products}), "utf-8")
    np.savez(work / "vectors.npz", **{name: each.astype(np.float16) for name, each in vectors.items()})


class Known:
    """The default encoder, with the vectors of the texts learnt from already made."""

    def __init__(self, work: Path) -> None:
        texts = json.loads((work / "texts.json").read_text("utf-8"))
        found = np.load(work / "vectors.npz")
        self.queries, self.products = texts["queries"], texts["products"]
        self.rows = {"query": {text: row for row, text in enumerate(self.queries)},
                     "product": {text: row for row, text in enumerate(self.products)}}  # fmt: skip
        self.vectors = {"query": found["queries"].astype(np.float32), "product": found["products"].astype(np.float32)}
        self.name, self.dim = "known", 384

    def encode(self, texts: Sequence[str], kind: str) -> Float32:
        if any(text not in self.rows[kind] for text in texts):
            return load_e5().encode(texts, kind)
        return self.vectors[kind][[self.rows[kind][text] for text in texts]]


def make_layers(work: Path, layers: int, share: int) -> None:
    from shelfwise.training.bases.e5 import e5_folder
    from shelfwise.training.export import export_encoder
    from shelfwise.training.shrink.layers import distil
    from shelfwise.training.shrink.teaching import Teaching
    from shelfwise.training.shrink.vocabulary import prune_vocabulary

    known, start = Known(work), time.perf_counter()
    pruned = work / "pruned"
    if not pruned.is_dir():
        print(prune_vocabulary(e5_folder(), pruned, texts=[*known.queries, *known.products]))
        print(export_encoder(pruned, work / "onnx-pruned", "int8"))
    folder = work / f"layers-{layers}"
    texts = {"queries": known.queries[::share], "products": known.products[::share]}
    distil(pruned, folder, **texts, layers=layers, teaching=Teaching(seed=SEED), encoder=known)
    for precision in ("int8", "float32"):
        out = work / f"onnx-layers-{layers}-{precision}"
        print(export_encoder(folder, out, precision, texts=known.products[:64]))
    print(f"{layers} layers: {time.perf_counter() - start:.0f} s")


def make_table(work: Path) -> None:
    from shelfwise.language.encoders.exported import load_exported
    from shelfwise.training.shrink.table import distil_table

    known = Known(work)
    apart = {"queries": known.queries[::10], "products": known.products[::10]}
    texts = {name: [text for row, text in enumerate(getattr(known, name)) if row % 10] for name in apart}
    wanted = known.encode(apart["queries"], "query") @ known.encode(apart["products"], "product").T
    best = (-1.0, 0.0)
    for steady in (0.003, 0.03, 0.3):  # chosen on texts kept apart
        distil_table(work / "pruned", work / "trial", **texts, steady=steady, encoder=known)
        made = load_exported(work / "trial")
        found = made.encode(apart["queries"], "query") @ made.encode(apart["products"], "product").T
        best = max(best, (float(spearman(found, wanted).mean()), steady))
        print(f"λ {steady}: rank correlation on texts kept apart {spearman(found, wanted).mean():.4f}", flush=True)
    start = time.perf_counter()
    everything = {"queries": known.queries, "products": known.products}
    print(distil_table(work / "pruned", work / "table", **everything, steady=best[1], encoder=known))
    print(f"table: {time.perf_counter() - start:.0f} s")


def figures(encoder: Encoder, work: Path) -> dict[str, float]:
    """nDCG@10 over the whole catalogue and within the judged pool, for each task."""
    found: dict[str, float] = {}
    vectors: dict[str, Float32] = {}
    ndcg = metric("ndcg@10")
    for name, qrels, asked, products in tasks():
        key, ids = name.split(" ")[0], list(products)
        if key not in vectors:
            stored = work / f"{encoder.name}-{key}.npy"
            if not stored.is_file():
                np.save(stored, encoder.encode(list(products.values()), "product").astype(np.float16))
            vectors[key] = np.load(stored).astype(np.float32)
        row = {each: place for place, each in enumerate(ids)}
        queries = encoder.encode([asked[query] for query in qrels], "query")
        scores = queries @ vectors[key].T
        full, pool = [], []
        for place, query in enumerate(qrels):
            best = np.argsort(-scores[place])[:10]
            judged = sorted((each for each in qrels[query] if each in row), key=lambda each: -scores[place, row[each]])
            full.append(ndcg.of_query([ids[each] for each in best], qrels[query]))
            pool.append(ndcg.of_query(judged[:10], qrels[query]))
        found[f"{name} full"], found[f"{name} pool"] = float(np.nanmean(full)), float(np.nanmean(pool))
    return found


def speed(encoder: Encoder, products: Sequence[str], queries: Sequence[str]) -> tuple[float, float]:
    """Texts a second, best of three; milliseconds of a query, median."""
    encoder.encode(products[:64], "product")
    best = 0.0
    for _ in range(3):
        start = time.perf_counter()
        encoder.encode(products, "product")
        best = max(best, len(products) / (time.perf_counter() - start))
    took = []
    for query in queries:
        start = time.perf_counter()
        encoder.encode([query], "query")
        took.append(time.perf_counter() - start)
    return best, float(np.median(took)) * 1000


def measure(work: Path, folders: Sequence[Path]) -> None:
    from shelfwise.language.encoders.exported import load_exported

    known = Known(work)
    encoders = {"default": load_e5(), **{folder.name: load_exported(folder) for folder in folders}}
    speeds = {name: speed(each, [text[:SHORT] for text in known.products[:384]], known.queries[-120:])
              for name, each in encoders.items()}  # fmt: skip
    rows = {}
    for name, encoder in encoders.items():
        rows[name] = figures(encoder, work)
        size = sum(path.stat().st_size for folder in folders if folder.name == name for path in folder.iterdir())
        texts = {key: f"{value:.4f} ({value / rows['default'][key]:.1%})" for key, value in rows[name].items()}
        fast, slow = speeds[name]
        print(f"{name}: {fast:.0f}/s, query {slow:.2f} ms, {size / 1e6:.1f} MB", texts, flush=True)


def main() -> None:
    what, work = sys.argv[1], Path(sys.argv[2])
    work.mkdir(parents=True, exist_ok=True)
    if what == "texts":
        write_texts(work)
    elif what == "layers":
        make_layers(work, *(int(each) for each in [*sys.argv[3:], *(6, 1)[len(sys.argv) - 3 :]]))
    elif what == "table":
        make_table(work)
    else:
        measure(work, [Path(each) for each in sys.argv[3:]])


if __name__ == "__main__":
    main()
