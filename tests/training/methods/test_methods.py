"""What every method promises, on every kind of model."""

from __future__ import annotations

import copy
from pathlib import Path

import pytest
import torch
from torch import nn
from transformers import BertConfig, BertModel

from shelfwise.errors import InputError, SettingsError
from shelfwise.training.methods.additions import load_additions, save_additions
from shelfwise.training.methods.base import Method
from shelfwise.training.methods.registry import METHODS, method
from shelfwise.training.methods.weights import parameters, word_table
from tests.training.tiny import CLASSES, loss, out, tiny, train

# What may learn in an encoder besides a head.
PROMISED = {
    "full": "",
    "frozen": "nothing",
    "lora": "lora_",
    "adalora": "lora_",
    "prefix": "prefix.",
    "bottleneck": "dropout.|LayerNorm",
}
HEADS = ("classifier", "pooler", "cls.", "lm_head")


def still(name: str, seed: int = 0) -> Method:
    """The method without dropout of its own."""
    return method(name, seed=seed, **({"dropout": 0.0} if name in {"lora", "adalora"} else {}))


def learning(model: nn.Module) -> list[str]:
    return [name for name, weight in model.named_parameters() if weight.requires_grad]


def is_promised(name: str, of: str) -> bool:
    return any(part in name for part in (*PROMISED[of].split("|"), *HEADS))


@pytest.mark.parametrize("kind", CLASSES)
@pytest.mark.parametrize("name", METHODS)
def test_only_promised_weights_get_gradients(name: str, kind: str) -> None:
    model = method(name).apply(tiny(kind))
    if name == "frozen" and kind in {"encoder", "roberta"}:
        assert learning(model) == []
        return
    loss(model).backward()
    moved = [each for each, weight in model.named_parameters() if weight.grad is not None]
    assert moved
    assert all(is_promised(each, name) for each in moved)
    assert not any("word_embeddings" in each for each in moved)
    assert set(moved) == set(learning(model))


@pytest.mark.parametrize("kind", ["encoder", "roberta", "cross-encoder", "xlmr cross-encoder"])
@pytest.mark.parametrize("name", [each for each in METHODS if each != "frozen"])
def test_loss_goes_down(name: str, kind: str) -> None:
    losses = train(method(name).apply(tiny(kind)), steps=12)
    assert losses[-1] < losses[0]


def test_a_frozen_cross_encoder_learns_by_its_head() -> None:
    losses = train(method("frozen").apply(tiny("cross-encoder")), steps=12)
    assert losses[-1] < losses[0]


@pytest.mark.parametrize("kind", CLASSES)
@pytest.mark.parametrize("name", [each for each in METHODS if method(each).mergeable])
def test_merged_gives_the_same_outputs_from_a_plain_model(name: str, kind: str) -> None:
    way, plain = method(name), tiny(kind)
    names = [each for each, _ in plain.named_parameters()]
    model = way.apply(plain)
    if learning(model):
        train(model, steps=4)
    model.eval()
    before = out(model).detach()
    merged = way.merge(model)
    torch.testing.assert_close(out(merged), before, atol=1e-5, rtol=1e-5)
    assert [each for each, _ in merged.named_parameters()] == names
    assert type(merged) is CLASSES[kind][0]
    assert all(weight.requires_grad for weight in merged.parameters())
    tiny(kind).load_state_dict(merged.state_dict())  # as strict as can be


@pytest.mark.parametrize("kind", ["encoder", "roberta", "cross-encoder"])
@pytest.mark.parametrize("name", [each for each in METHODS if not method(each).mergeable])
def test_additions_survive_saving(name: str, kind: str, tmp_path: Path) -> None:
    way = method(name)
    model = way.apply(tiny(kind))
    train(model, steps=4)
    model.eval()
    expected = out(model).detach()
    assert way.merge(model) is model
    model.save_pretrained(tmp_path)
    save_additions(model, tmp_path)
    again = load_additions(type(model).from_pretrained(tmp_path), tmp_path).eval()  # type: ignore[attr-defined]
    torch.testing.assert_close(out(again), expected, atol=1e-6, rtol=1e-6)
    assert parameters(again).trained == 0


@pytest.mark.parametrize("name", METHODS)
def test_the_same_seed_gives_the_same_model(name: str) -> None:
    torch.manual_seed(5)
    first = train(still(name, seed=3).apply(tiny("cross-encoder")), steps=3)
    torch.manual_seed(99)
    assert train(still(name, seed=3).apply(tiny("cross-encoder")), steps=3) == first


@pytest.mark.parametrize("name", ["lora", "adalora", "prefix", "bottleneck"])
def test_another_seed_gives_another_and_nothing_outside_is_drawn(name: str) -> None:
    torch.manual_seed(5)
    expected = torch.rand(3)
    torch.manual_seed(5)
    first = method(name, seed=3).apply(tiny())
    assert torch.equal(torch.rand(3), expected)
    second = method(name, seed=4).apply(tiny())
    assert any(
        not torch.equal(a, b) for a, b in zip(first.state_dict().values(), second.state_dict().values(), strict=True)
    )


@pytest.mark.parametrize("name", [each for each in METHODS if each != "frozen"])
def test_gradient_checkpointing_changes_no_gradient(name: str) -> None:
    model = still(name).apply(tiny())
    again = copy.deepcopy(model)
    again.activation_checkpointing_enable()  # type: ignore[operator]
    for each in (model, again):
        loss(each).backward()
    for (where, weight), other in zip(model.named_parameters(), again.parameters(), strict=True):
        assert (weight.grad is None) == (other.grad is None), where
        if weight.grad is not None and other.grad is not None:
            torch.testing.assert_close(other.grad, weight.grad, msg=where)


@pytest.mark.parametrize("name", [each for each in METHODS if each != "frozen"])
def test_bfloat16(name: str) -> None:
    model = method(name).apply(tiny())
    expected = loss(model).item()
    with torch.autocast("cpu", torch.bfloat16):
        found = loss(model)
    found.backward()
    assert abs(found.item() - expected) < 0.05 * expected
    assert all(weight.grad.dtype == torch.float32 for weight in model.parameters() if weight.grad is not None)


@pytest.mark.parametrize("name", ["lora", "bottleneck", "adalora"])
def test_an_untrained_model_is_the_base(name: str) -> None:
    expected = out(tiny().eval()).detach()
    found = out(method(name).apply(tiny()).eval())
    torch.testing.assert_close(found, expected, atol=0.02, rtol=0.02)


def test_the_word_table_learns_on_request() -> None:
    model = method("full", words=True).apply(tiny())
    assert word_table(model).requires_grad  # type: ignore[union-attr]
    assert parameters(model).share == 1


def test_a_pooler_that_nothing_reads_does_not_learn() -> None:
    model = method("full").apply(BertModel(tiny().config))  # type: ignore[arg-type]
    assert not any(weight.requires_grad for name, weight in model.named_parameters() if "pooler" in name)
    cross = method("full").apply(tiny("cross-encoder"))
    assert all(weight.requires_grad for name, weight in cross.named_parameters() if "pooler" in name)


def test_a_lora_of_the_default_size_is_small_beside_a_usual_model() -> None:
    with torch.device("meta"):
        settings = BertConfig(
            vocab_size=250_002, hidden_size=384, num_hidden_layers=12, num_attention_heads=12, intermediate_size=1536
        )
        base = BertModel(settings, add_pooling_layer=False)
    per_layer = 16 * (4 * 2 * 384 + 2 * (384 + 1536))
    assert 12 * per_layer / parameters(base).total < 0.03
    assert parameters(method("lora", rank=2).apply(tiny())).trained == 2 * 2 * (4 * 2 * 32 + 2 * (32 + 64))


@pytest.mark.parametrize(
    ("name", "settings", "said"),
    [
        ("lorra", {}, "No method of training 'lorra'. Did you mean 'lora'?"),
        ("bottlenecks", {}, "Did you mean 'bottleneck'?"),
        ("xyz", {}, "Known: full, lora, adalora, prefix, bottleneck, frozen."),
        ("lora", {"ranks": 4}, "The method lora has no setting 'ranks'. Did you mean 'rank'?"),
        ("frozen", {"rank": 4}, "The method frozen has no setting 'rank'."),
    ],
)
def test_unknown_names(name: str, settings: dict[str, int], said: str) -> None:
    with pytest.raises(SettingsError) as error:
        method(name, **settings)
    assert said in str(error.value)


@pytest.mark.parametrize("name", ["lora", "adalora", "prefix", "bottleneck"])
def test_a_model_of_another_build_is_refused(name: str) -> None:
    with pytest.raises(InputError, match="Sequential has no layers named"):
        method(name).apply(nn.Sequential(nn.Linear(2, 2)))


def test_a_target_that_is_not_there() -> None:
    with pytest.raises(InputError, match="has q_proj; it has dense, key, query, value"):
        method("lora", targets=("query", "q_proj")).apply(tiny())


def test_broken_additions(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no additions to save"):
        save_additions(method("lora").apply(tiny()), tmp_path)
    with pytest.raises(InputError, match="cannot be read"):
        load_additions(tiny(), tmp_path)
    save_additions(method("prefix", tokens=3).apply(tiny()), tmp_path)
    (tmp_path / "additions.json").write_text('{"method": "prefix", "settings": {"tokens": 4}}')
    with pytest.raises(InputError, match="additions of another model"):
        load_additions(tiny(), tmp_path)
    (tmp_path / "additions.safetensors").write_bytes(b"broken")
    with pytest.raises(InputError, match="cannot be read"):
        load_additions(tiny(), tmp_path)
