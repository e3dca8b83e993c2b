"""The model looks back only, the loss is cross-entropy, training is repeatable and learns what comes next."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import torch

from shelfwise.errors import TrainingError
from shelfwise.training.sequences.config import SequenceConfig
from shelfwise.training.sequences.dropout import Dropout
from shelfwise.training.sequences.fit import Run, fit, refit
from shelfwise.training.sequences.histories import Histories
from shelfwise.training.sequences.loss import full_loss, sampled_loss
from shelfwise.training.sequences.model import SequenceModel
from shelfwise.training.sequences.ranking import Hits, ranks_of, shopper_vectors

TINY = SequenceConfig(width=16, blocks=2, heads=2, length=8, dropout=0.0, epochs=3, batch=16)
COUNT = 12


def model_of(config: SequenceConfig = TINY) -> SequenceModel:
    torch.manual_seed(0)
    model = SequenceModel(COUNT, config, [[], *([place % 3] for place in range(COUNT))])
    for parameter in model.parameters():
        if parameter.ndim > 1:
            torch.nn.init.normal_(parameter, std=0.3)
    return model.eval()


def test_later_items_change_nothing_before() -> None:
    model = model_of()
    short, long = torch.tensor([[3, 1, 4]]), torch.tensor([[3, 1, 4, 5, 9]])
    torch.testing.assert_close(model(short), model(long)[:, :3])
    assert not torch.allclose(model(torch.tensor([[2, 1, 4]]))[:, 2], model(short)[:, 2])


def test_padding_changes_nothing() -> None:
    model = model_of()
    torch.testing.assert_close(model(torch.tensor([[3, 1, 4, 0, 0]]))[:, :3], model(torch.tensor([[3, 1, 4]])))


def test_attributes_are_added_as_a_mean() -> None:
    torch.manual_seed(0)
    model = SequenceModel(2, TINY, [[], [0, 1], [1]])
    assert model.attributes is not None
    first, second = model.attributes.weight
    expected = model.items.weight + torch.stack([torch.zeros(16), (first + second) / 2, second])
    torch.testing.assert_close(model.table(), expected)


def places() -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
    generator = torch.Generator().manual_seed(1)
    vectors, table = (torch.randn(n, 16, generator=generator) for n in (5, COUNT + 1))
    return vectors, table, torch.tensor([1, 2, 3, 4, 5])


def test_the_loss_is_cross_entropy_over_all_items() -> None:
    vectors, table, targets = places()
    logs = np.log(np.exp(vectors.numpy() @ table[1:].numpy().T).sum(axis=1))
    expected = np.mean(logs - (vectors * table[targets]).sum(dim=1).numpy())
    assert float(full_loss(vectors, table, targets)) == pytest.approx(expected, rel=1e-5)


def test_many_draws_come_near_the_full_loss() -> None:
    vectors, table, targets = places()
    table = table * 0.3
    share = torch.arange(COUNT + 1).float() / sum(range(COUNT + 1))
    drawn = torch.multinomial(share, 200_000, replacement=True, generator=torch.Generator().manual_seed(2))
    found = sampled_loss(vectors, table, targets, drawn=drawn, log_q=share[drawn].log())
    torch.testing.assert_close(found, full_loss(vectors, table, targets), rtol=0.01, atol=0.01)


def circles(count: int) -> Histories:
    """Shoppers who take the items in a circle: what comes next is certain."""
    rng = np.random.default_rng(3)
    starts = rng.integers(0, COUNT, count)
    return Histories.of([[(int(start) + step) % COUNT + 1 for step in range(6)] for start in starts], COUNT)


@pytest.mark.parametrize("negatives", [0, 8])
def test_it_learns_what_comes_next(negatives: int) -> None:
    config = replace(TINY, epochs=25, rate=0.01, average=0.9, negatives=negatives)
    told: list[int] = []
    fitted = fit(circles(150), config, Run(seed=1, report=lambda epoch, hits: told.append(epoch)))
    known, targets = circles(150).before(1), circles(150).last(1)
    assert (ranks_of(fitted.model, known, targets) == 0).mean() > 0.9
    assert fitted.curve[fitted.epochs - 1].ndcg == max(hits.ndcg for hits in fitted.curve)
    assert told == list(range(1, len(fitted.curve) + 1))


def test_the_same_seed_gives_the_same_model() -> None:
    config = replace(TINY, dropout=0.3, average=0.9)
    first, second, other = (refit(circles(60), config, Run(seed=seed), 2) for seed in (1, 1, 2))
    vectors = [shopper_vectors(model, circles(60)) for model in (first, second, other) if model is not None]
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
    with pytest.raises(TrainingError, match="no history of two items"):
        fit(lonely, TINY, Run(seed=1))
    with pytest.raises(TrainingError, match="no history of two items"):
        refit(lonely, TINY, Run(seed=1), 1)


def test_one_shopper_is_enough_when_the_history_is_long_enough() -> None:
    fitted = fit(Histories.of([[1, 2, 3]], 3), TINY, Run(seed=1))
    assert np.isfinite(shopper_vectors(fitted.model, Histories.of([[1, 2]], 3))).all()


def test_a_loss_that_is_no_number_is_an_error() -> None:
    with pytest.raises(TrainingError, match="no longer finite"):
        refit(circles(40), replace(TINY, rate=float("inf")), Run(seed=1), 3)


def test_a_deadline_or_a_stop_ends_a_training_after_an_epoch() -> None:
    for run in (Run(seed=1, deadline=0.0), Run(seed=1, stop=lambda: True)):
        assert len(fit(circles(40), TINY, run).curve) == 1
        assert refit(circles(40), TINY, run, 2) is None


def test_slopes_of_the_loss_are_those_of_autograd() -> None:
    generator = torch.Generator().manual_seed(3)
    vectors, table = (torch.randn(n, 16, generator=generator, requires_grad=True) for n in (150, COUNT + 1))
    targets = torch.randint(1, COUNT + 1, (150,), generator=generator)
    found = torch.autograd.grad(3 * full_loss(vectors, table, targets), (vectors, table))
    plain = torch.nn.functional.cross_entropy(vectors @ table[1:].T, targets - 1)
    for own, expected in zip(found, torch.autograd.grad(3 * plain, (vectors, table)), strict=True):
        torch.testing.assert_close(own, expected)


def test_in_16_bits_the_loss_is_nearly_the_same() -> None:
    vectors, table, targets = places()
    vectors.requires_grad_()
    exact = full_loss(vectors, table, targets)
    (slope,) = torch.autograd.grad(exact, vectors)
    with torch.autocast("cpu", torch.bfloat16):
        near = full_loss(vectors, table, targets)
    torch.testing.assert_close(near, exact, rtol=0.02, atol=0.02)
    torch.testing.assert_close(torch.autograd.grad(near, vectors)[0], slope, rtol=0.1, atol=0.02)


def test_dropout_keeps_the_mean_and_follows_the_seed() -> None:
    layer, x = Dropout(0.25), torch.ones(200, 500)
    torch.manual_seed(0)
    first, second = layer(x), layer(x)
    torch.manual_seed(0)
    torch.testing.assert_close(layer(x), first)
    assert not torch.equal(first, second)
    assert sorted(first.unique().tolist()) == pytest.approx([0, 4 / 3])
    assert float(first.mean()) == pytest.approx(1, abs=0.01)
    torch.testing.assert_close(layer.eval()(x), x)
