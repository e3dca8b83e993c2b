"""The model looks back only, the loss is cross-entropy, training is repeatable and learns what comes next."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import torch
from torch.nn import functional as F

from shelfwise.errors import TrainingError
from shelfwise.training.sequences.config import Positions, SequenceConfig
from shelfwise.training.sequences.fit import Run, fit, refit
from shelfwise.training.sequences.histories import Histories
from shelfwise.training.sequences.loss import full_loss, sampled_loss
from shelfwise.training.sequences.model import SequenceModel
from shelfwise.training.sequences.ranking import Hits, ranks_of, shopper_vectors

TINY = SequenceConfig(width=16, blocks=2, heads=2, length=8, dropout=0.0, input_dropout=0.0, epochs=3, batch=16)
COUNT = 12


def model_of(config: SequenceConfig = TINY) -> SequenceModel:
    torch.manual_seed(0)
    model = SequenceModel(COUNT, config, [[], *([place % 3] for place in range(COUNT))])
    for parameter in model.parameters():
        if parameter.ndim > 1:
            torch.nn.init.normal_(parameter, std=0.3)
    return model.eval()


@pytest.mark.parametrize("positions", ["start", "relative"])
@pytest.mark.parametrize("gated", [False, True])
def test_later_items_change_nothing_before(positions: Positions, gated: bool) -> None:
    model = model_of(replace(TINY, positions=positions, gated=gated))
    short, long = torch.tensor([[3, 1, 4]]), torch.tensor([[3, 1, 4, 5, 9]])
    torch.testing.assert_close(model(short), model(long)[:, :3])
    assert not torch.allclose(model(torch.tensor([[2, 1, 4]]))[:, 2], model(short)[:, 2])


@pytest.mark.parametrize("positions", ["start", "end", "relative"])
def test_padding_changes_nothing(positions: Positions) -> None:
    model = model_of(replace(TINY, positions=positions))
    torch.testing.assert_close(model(torch.tensor([[3, 1, 4, 0, 0]]))[:, :3], model(torch.tensor([[3, 1, 4]])))


def test_attributes_are_added_as_a_mean() -> None:
    torch.manual_seed(0)
    model = SequenceModel(2, TINY, [[], [0, 1], [1]])
    assert model.attributes is not None
    first, second = model.attributes.weight
    expected = model.items.weight + torch.stack([torch.zeros(16), (first + second) / 2, second])
    torch.testing.assert_close(model.table(), expected)


def places() -> tuple[torch.Tensor, torch.Tensor, torch.Tensor, torch.Tensor]:
    generator = torch.Generator().manual_seed(1)
    vectors, table = (torch.randn(n, 16, generator=generator) for n in (5, COUNT + 1))
    targets = torch.tensor([[1], [2], [3], [4], [5]])
    return vectors, table, targets, torch.tensor([[6, 0], [7, 8], [9, 0], [10, 11], [12, 0]])


@pytest.mark.parametrize("smoothing", [0.0, 0.2])
@pytest.mark.parametrize("temperature", [None, 0.1])
def test_the_loss_is_cross_entropy_over_all_items(temperature: float | None, smoothing: float) -> None:
    vectors, table, targets, seen = places()
    config = replace(TINY, temperature=temperature, smoothing=smoothing, mask_seen=False)
    if temperature is None:
        logits = vectors @ table[1:].T
    else:
        logits = F.normalize(vectors, dim=1) @ F.normalize(table[1:], dim=1).T / temperature
    expected = F.cross_entropy(logits, targets[:, 0] - 1, label_smoothing=smoothing)
    torch.testing.assert_close(full_loss(vectors, table, targets, seen, config), expected)


def test_seen_items_are_left_out_of_the_loss_unless_they_come_again() -> None:
    vectors, table, targets, seen = places()
    logits = vectors @ table[1:].T
    for row, items in enumerate(seen.tolist()):
        for item in filter(None, items):
            logits[row, item - 1] = -torch.inf
    expected = F.cross_entropy(logits, targets[:, 0] - 1)
    torch.testing.assert_close(full_loss(vectors, table, targets, seen, TINY), expected)
    again = seen.clone()
    again[2, 1] = targets[2, 0]
    torch.testing.assert_close(full_loss(vectors, table, targets, again, TINY), expected)


def test_several_targets_weigh_by_how_near_they_are() -> None:
    vectors, table, _, seen = places()
    targets = torch.tensor([[1, 2], [2, 3], [3, 0], [4, 0], [5, 1]])
    config = replace(TINY, mask_seen=False, fade=0.5)
    logs = (vectors @ table[1:].T).log_softmax(dim=1)
    weights = [(2 / 3, 1 / 3), (2 / 3, 1 / 3), (1, 0), (1, 0), (2 / 3, 1 / 3)]
    rows = [
        -sum(w * float(logs[row, int(t) - 1]) for w, t in zip(pair, targets[row], strict=True) if w)
        for row, pair in enumerate(weights)
    ]
    found = full_loss(vectors, table, targets, seen, config)
    assert float(found) == pytest.approx(np.mean(rows), rel=1e-5)


@pytest.mark.parametrize("temperature", [None, 0.5])
def test_many_draws_come_near_the_full_loss(temperature: float | None) -> None:
    vectors, table, targets, seen = places()
    config = replace(TINY, temperature=temperature)
    table = table * 0.3
    share = torch.arange(COUNT + 1).float() / sum(range(COUNT + 1))
    drawn = torch.multinomial(share, 200_000, replacement=True, generator=torch.Generator().manual_seed(2))
    found = sampled_loss(vectors, table, targets, seen, config, drawn=drawn, log_q=share[drawn].log())
    torch.testing.assert_close(found, full_loss(vectors, table, targets, seen, config), rtol=0.01, atol=0.01)


def circles(count: int) -> Histories:
    """Shoppers who take the items in a circle: what comes next is certain."""
    rng = np.random.default_rng(3)
    starts = rng.integers(0, COUNT, count)
    return Histories.of([[(int(start) + step) % COUNT + 1 for step in range(6)] for start in starts], COUNT)


@pytest.mark.parametrize(
    "change",
    [{}, {"negatives": 8}, {"temperature": 0.1, "average": 0.9}, {"horizon": 2, "fade": 0.2, "spectral": False}],
    ids=str,
)
def test_it_learns_what_comes_next(change: dict[str, float]) -> None:
    config = replace(TINY, epochs=25, rate=0.01, **change)  # type: ignore[arg-type]
    fitted = fit(circles(150), config, Run(seed=1))
    known, targets = circles(150).before(1), circles(150).last(1)
    assert (ranks_of(fitted.model, known, targets) == 0).mean() > 0.9
    assert fitted.curve[fitted.epochs - 1].ndcg == max(hits.ndcg for hits in fitted.curve)


def test_the_same_seed_gives_the_same_model() -> None:
    config = replace(TINY, dropout=0.3, input_dropout=0.3, drop=0.2, average=0.9)
    first, second, other = (refit(circles(60), config, Run(seed=seed), 2) for seed in (1, 1, 2))
    vectors = [shopper_vectors(model, circles(60)) for model in (first, second, other)]
    np.testing.assert_array_equal(vectors[0], vectors[1])
    assert not np.allclose(vectors[0], vectors[2])


def test_a_training_leaves_the_random_numbers_of_others_alone() -> None:
    torch.manual_seed(5)
    expected = torch.rand(3)
    torch.manual_seed(5)
    refit(circles(20), TINY, Run(seed=1), 1)
    torch.testing.assert_close(torch.rand(3), expected)


def test_ranks_are_those_of_a_sort_without_seen_items() -> None:
    model = model_of()
    histories = Histories.of([[1, 2, 3], [4], [], list(range(1, 12))], COUNT)
    targets = np.array([5, 6, 7, 12], dtype=np.int32)
    ranks = ranks_of(model, histories, targets)
    scores = shopper_vectors(model, histories) @ model.table().detach().numpy().T
    for row, seen in enumerate(([1, 2, 3], [4])):
        order = [item for item in np.argsort(-scores[row]) if item and item not in seen]
        assert ranks[row] == order.index(targets[row])
    assert ranks[2] == COUNT, "of an empty history nothing is known"
    assert ranks[3] == 0, "nothing else is left"


def test_hits_by_hand() -> None:
    hits = Hits.of(np.array([0, 1, 9, 10]))
    assert hits.hr == 0.75
    assert hits.ndcg == pytest.approx((1 + 1 / np.log2(3) + 1 / np.log2(11)) / 4)


def test_nothing_to_learn_from() -> None:
    lonely = Histories.of([[1], [2]], 2)
    with pytest.raises(TrainingError, match="histories of two items"):
        fit(lonely, TINY, Run(seed=1))
    with pytest.raises(TrainingError, match="no history of two items"):
        refit(lonely, TINY, Run(seed=1), 1)


def test_a_deadline_ends_a_training_after_an_epoch() -> None:
    fitted = fit(circles(40), TINY, Run(seed=1, deadline=0.0))
    assert len(fitted.curve) == 1
