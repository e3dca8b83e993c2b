"""What a student learns of its teacher."""

from __future__ import annotations

import numpy as np
import torch

from shelfwise.training.shrink.teaching import vector_loss


def unit(rows: int, seed: int) -> torch.Tensor:
    drawn = np.random.default_rng(seed).normal(size=(rows, 5)).astype(np.float32)
    return torch.tensor(drawn / np.linalg.norm(drawn, axis=1, keepdims=True))


def test_the_teachers_own_vectors_cost_nothing() -> None:
    t = unit(6, 1)
    assert vector_loss(t, t, 10.0).item() == 0.0


def test_the_formula() -> None:
    v, t = unit(3, 1).numpy(), unit(3, 2).numpy()
    apart = np.mean([np.sum((a - b) ** 2) for a, b in zip(v, t, strict=True)])
    between = np.mean([(v[i] @ v[j] - t[i] @ t[j]) ** 2 for i in range(3) for j in range(3)])
    found = vector_loss(torch.tensor(v), torch.tensor(t), 7.0).item()
    np.testing.assert_allclose(found, apart + 7 * between, rtol=1e-5)


def test_turning_all_vectors_leaves_how_they_stand_to_each_other() -> None:
    t = unit(6, 1)
    turned = t @ torch.linalg.qr(torch.randn(5, 5, generator=torch.Generator().manual_seed(0)))[0]
    with_relations, without = vector_loss(turned, t, 100.0), vector_loss(turned, t, 0.0)
    torch.testing.assert_close(with_relations, without, atol=1e-4, rtol=0)
