import numpy as np
import pytest
from ir_measures import AP, RR, P, Qrel, ScoredDoc, iter_calc, nDCG

from shelfwise.errors import InputError
from shelfwise.language.encoders.fake import FakeEncoder
from shelfwise.training.data.examples import Example
from shelfwise.training.rankings import encoder_scores, rank_examples


def graded(seed, size=14):
    drawn = np.random.default_rng(seed)
    grades = drawn.choice([0.0, 0.0, 1.0], size)
    grades[seed % size] = 1.0
    grades[(seed + 1) % size] = 0.0
    texts = tuple(f"text {number}" for number in range(size))
    return Example(f"query {seed}", texts, tuple(grades), f"{seed}", "test"), drawn.random(size).astype(np.float32)


def test_figures_are_those_of_ir_measures():
    made = [graded(seed) for seed in range(20)]
    scores = {example.query: given for example, given in made}
    found = rank_examples(lambda asked: [scores[query] for query, _ in asked], [example for example, _ in made])
    qrels = [
        Qrel(example.query, text, int(grade))
        for example, _ in made
        for text, grade in zip(example.texts, example.grades, strict=True)
    ]
    run = [
        ScoredDoc(example.query, text, float(score))
        for example, given in made
        for text, score in zip(example.texts, given, strict=True)
    ]
    theirs = {"p@1": P @ 1, "mrr": RR, "map": AP, "ndcg@10": nDCG @ 10}
    for name, measure in theirs.items():
        expected = {each.query_id: each.value for each in iter_calc([measure], qrels, run)}
        ours = dict(zip([example.query for example, _ in made], found.values[name], strict=True))
        assert ours == pytest.approx(expected, abs=1e-9), name


def test_pairs_are_ordered_among_all_texts():
    pairs = [Example(word, (f"{word} {word}",), (1.0,), word, "test") for word in ("red", "green", "blue")]
    found = rank_examples(encoder_scores(FakeEncoder()), pairs)
    assert found.values["mrr"].shape == (3,)
    assert found.means()["mrr"] >= 1 / 3


def test_an_example_without_a_fit_is_counted_not_measured():
    some, given = graded(3)
    none = Example("nothing", ("a", "b"), (0.0, 0.0), "x", "test")
    found = rank_examples(lambda asked: [given for _ in asked], [some, none])
    assert found.skipped == 1
    with pytest.raises(InputError, match="None of 1 examples has a text that fits"):
        rank_examples(lambda asked: [given], [none])
