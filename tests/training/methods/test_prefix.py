"""A prefix is what the formula says: attention over its keys and values and those of the text."""

from __future__ import annotations

import pytest
import torch

from shelfwise.training.methods.prefix import Prefix
from tests.training.tiny import WIDTH, batch, out, tiny

HEADS, TOKENS = 4, 3
WAY = Prefix(tokens=TOKENS, spread=1.0, seed=2)


@pytest.mark.parametrize("layer", [0, 1])
def test_attention_by_hand(layer: int) -> None:
    model = WAY.apply(tiny()).eval()
    attention = model.get_submodule(f"encoder.layer.{layer}.attention.self")
    hidden = torch.randn(1, 5, WIDTH, generator=torch.Generator().manual_seed(0))
    weight = model.get_parameter("prefix.embedding.weight")  # [tokens, layers · 2 · hidden]
    keys, values = weight.view(TOKENS, 2, 2, WIDTH)[:, layer].unbind(1)  # [tokens, hidden] each
    text = hidden[0]
    k = torch.cat((keys, attention.get_submodule("key")(text)))
    v = torch.cat((values, attention.get_submodule("value")(text)))
    q = attention.get_submodule("query")(text)
    wide = WIDTH // HEADS
    expected = [
        torch.softmax(q[:, part] @ k[:, part].T / wide**0.5, dim=-1) @ v[:, part]
        for part in (slice(head * wide, (head + 1) * wide) for head in range(HEADS))
    ]
    torch.testing.assert_close(attention(hidden)[0][0], torch.cat(expected, dim=1))


def test_padding_stays_out_and_the_prefix_in() -> None:
    model = WAY.apply(tiny()).eval()
    inputs = batch()
    short = {name: value[3:4, :6] for name, value in inputs.items()}  # a row of six tokens and padding
    assert short["attention_mask"].all()
    torch.testing.assert_close(out(model, short)[0], out(model, inputs)[3], atol=1e-5, rtol=1e-5)


def test_every_kind_of_attention_gives_the_same() -> None:
    model = WAY.apply(tiny()).eval()
    expected = out(model)
    model.set_attn_implementation("eager")  # type: ignore[operator]
    torch.testing.assert_close(out(model), expected, atol=1e-5, rtol=1e-5)
