import numpy as np
import pytest
import torch
from sentence_transformers.sentence_transformer.losses import MultipleNegativesRankingLoss

from shelfwise.training.objectives.chunks import chunked
from shelfwise.training.objectives.graded import ABSENT, GradedLoss
from tests.training.encoders import encoder

QUERIES = ["w1 w2", "w3", "w4 w5 w6"]
BEST = ["w2 w1", "w3 w9", "w6"]
OTHER = ["w7", "w8 w8 w8", "w7"]


@pytest.fixture
def model(tmp_path):
    return encoder(tmp_path).eval()


def columns(model, *texts):
    return [dict(model.preprocess(list(each))) for each in texts]


def vectors(model, texts):
    return model.encode(texts, convert_to_numpy=True)


def test_one_text_in_batch_is_infonce(model):
    ours = GradedLoss(model, temperature=0.05, margin=2.0)(columns(model, QUERIES, BEST), torch.ones(3, 1))
    theirs = MultipleNegativesRankingLoss(model, scale=20.0)(columns(model, QUERIES, BEST), None)
    assert ours.item() == pytest.approx(theirs.item(), abs=1e-5)


def test_grades_by_hand(model):
    grades = torch.tensor([[1.0, 0.5], [1.0, 0.0], [0.5, ABSENT]])
    found = GradedLoss(model, temperature=0.1, in_batch=False)(columns(model, QUERIES, BEST, OTHER), grades)
    q, best, other = (vectors(model, texts) for texts in (QUERIES, BEST, OTHER))
    expected = []
    for row, (first, second) in enumerate(grades.tolist()):
        scores = np.array([q[row] @ best[row], q[row] @ other[row]]) / 0.1
        if second == ABSENT:
            scores, target = scores[:1], np.array([1.0])
        else:
            target = np.array([first, second]) / (first + second)
        expected.append(-(target * (scores - np.log(np.exp(scores).sum()))).sum())
    assert found.item() == pytest.approx(np.mean(expected), abs=1e-5)


def test_cached_gradients_are_the_gradients(model):
    grades = torch.tensor([[1.0, 0.0], [1.0, 0.0], [0.5, 1.0]])

    def gradient(mini_batch):
        model.zero_grad()
        GradedLoss(model, mini_batch=mini_batch)(columns(model, QUERIES, BEST, OTHER), grades).backward()
        return [each.grad.clone() for each in model.parameters() if each.grad is not None]

    whole, cached = gradient(0), gradient(2)
    assert len(whole) == len(cached) > 10
    assert all(torch.allclose(one, other, atol=1e-5) for one, other in zip(whole, cached, strict=True))
    assert any(one.abs().max() > 1e-3 for one in whole)


def test_a_likely_false_negative_is_left_out(model):
    """The other query's text is this query itself: nothing can be nearer."""
    texts = ["w50 w51", "w3 w9"]
    queries = ["w3 w9", "w4"]
    lenient = GradedLoss(model, margin=2.0)(columns(model, queries, texts), torch.ones(2, 1))
    strict = GradedLoss(model, margin=0.0)(columns(model, queries, texts), torch.ones(2, 1))
    assert strict < lenient


def test_shorter_vectors_count_as_well(model):
    plain = GradedLoss(model)(columns(model, QUERIES, BEST), torch.ones(3, 1))
    both = GradedLoss(model, sizes=(8,))(columns(model, QUERIES, BEST), torch.ones(3, 1))
    q, best = (torch.tensor(vectors(model, texts)[:, :8]) for texts in (QUERIES, BEST))
    q, best = (torch.nn.functional.normalize(each, dim=1) for each in (q, best))
    scores = q @ best.T
    likely = scores > scores.diagonal()[:, None] + 0.1
    short = torch.nn.functional.cross_entropy((scores / 0.05).masked_fill(likely, -1e4), torch.arange(3))
    assert both.item() == pytest.approx((plain.item() + short.item()) / 2, abs=1e-4)


def test_chunks_hold_each_text_once_by_length(model):
    chunks, places = chunked(columns(model, QUERIES, OTHER), 2)
    assert sum(len(chunk["input_ids"]) for chunk in chunks) == 5
    assert places[1][0] == places[1][2]
    lengths = [length for chunk in chunks for length in chunk["attention_mask"].sum(dim=1).tolist()]
    assert lengths == sorted(lengths)
    assert all(chunk["input_ids"].shape[1] == chunk["attention_mask"].sum(dim=1).max() for chunk in chunks)
