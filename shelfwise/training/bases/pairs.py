"""A cross-encoder that begins as the encoder it is made of.

    s(q, t) = Σᵢ gᵢ · ûᵢ · v̂ᵢ / τ        u, v: the pooled states of the query's and the text's tokens, û = u / ‖u‖

Query and text go through the layers together, each with its own positions and what the encoder puts before it. A token
sees its own text as in the encoder, and the other one with `across` added to the logits of attention. With across = −∞
and g = 1 that is the encoder's cosine, so that training goes on from what the encoder knows; a head on top of the first
token, the usual way, begins at random and forgets it. At −2 multilingual-e5-small finds the right fact of a product as
often as by its vectors, before any training; at 0, as a plain BERT reads pairs, half as often (docs/benchmarks.md).

Relations: PARADE and ColBERT keep query and text apart to the end, MacAvaney et al. (PreTTR, SIGIR 2020) for the first
layers; here each layer mixes them a little.
"""

from __future__ import annotations

from typing import Any, Final

import torch
from torch import Tensor, nn
from torch.nn import functional
from transformers import (
    AutoConfig,
    AutoModelForSequenceClassification,
    BertConfig,
    BertModel,
    PreTrainedModel,
)
from transformers.modeling_outputs import SequenceClassifierOutput

ACROSS: Final = -2.0
TEMPERATURE: Final = 0.05


class PairBertConfig(BertConfig):  # type: ignore[no-untyped-call]
    """A BERT's, and: across, of the other text's logits of attention; temperature τ; pooling, "mean" or "first"."""

    model_type = "pair-bert"
    across: float = ACROSS
    temperature: float = TEMPERATURE
    pooling: str = "mean"


class PairScore(nn.Module):
    """s of two pooled states, Float32[n, hidden] each → Float32[n, 1]; the gains g learn."""

    def __init__(self, hidden: int, temperature: float) -> None:
        super().__init__()
        self.gains = nn.Parameter(torch.ones(hidden))
        self.temperature = temperature

    def forward(self, query: Tensor, text: Tensor) -> Tensor:
        """As the module says."""
        both = functional.normalize(query.float(), dim=-1) * functional.normalize(text.float(), dim=-1)
        return (both @ self.gains.float())[:, None] / self.temperature


class PairBertForSequenceClassification(PreTrainedModel):  # type: ignore[no-untyped-call]
    """Token ids of pairs, their mask, and types (0 the query, 1 the text), Int64[n, t] → logits, Float32[n, 1]."""

    config_class = PairBertConfig
    base_model_prefix = "bert"
    supports_gradient_checkpointing = True
    _supports_sdpa = True

    def __init__(self, config: PairBertConfig) -> None:
        super().__init__(config)
        self.bert = BertModel(config, add_pooling_layer=False)
        self.score = PairScore(config.hidden_size, config.temperature)
        self.post_init()  # type: ignore[no-untyped-call]

    def forward(
        self, input_ids: Tensor, attention_mask: Tensor, token_type_ids: Tensor, **_: Any
    ) -> SequenceClassifierOutput:
        """The scores, as logits."""
        text = token_type_ids * attention_mask
        query = attention_mask - text
        numbers = torch.where(text > 0, text.cumsum(1), query.cumsum(1))  # [n, t], from 1 in each of the two
        states = self.bert.embeddings(
            input_ids=input_ids,
            token_type_ids=torch.zeros_like(token_type_ids),
            position_ids=(numbers - 1).clamp(min=0),
        )
        seen = self._seen(attention_mask, token_type_ids, states.dtype)
        states = self.bert.encoder(states, attention_mask=seen).last_hidden_state
        if self.config.pooling == "first":
            query, text = query * (numbers == 1), text * (numbers == 1)
        return SequenceClassifierOutput(logits=self.score(_sum(states, query), _sum(states, text)))

    def _seen(self, mask: Tensor, types: Tensor, dtype: torch.dtype) -> Tensor:
        """What is added to the logits of attention, [n, 1, t, t]."""
        other = (types[:, :, None] != types[:, None, :]).to(dtype) * self.config.across
        seen: Tensor = other.masked_fill(mask[:, None, :] == 0, torch.finfo(dtype).min)[:, None]
        return seen


def _sum(states: Tensor, part: Tensor) -> Tensor:
    """Sum over the tokens of a part, Float32[n, hidden]; a mean, but for the length, which the score divides out."""
    found: Tensor = (states.float() * part[:, :, None]).sum(dim=1)
    return found


# Lets Transformers, and with it Sentence-Transformers, read folders of this architecture.
AutoConfig.register(PairBertConfig.model_type, PairBertConfig, exist_ok=True)
AutoModelForSequenceClassification.register(PairBertConfig, PairBertForSequenceClassification, exist_ok=True)


def pair_model(encoder: BertModel, pooling: str) -> PairBertForSequenceClassification:
    """The cross-encoder that begins as an encoder, with weights of its own. pooling: "mean" or "first"."""
    said = encoder.config.to_dict() | {"pooling": pooling, "architectures": None}
    made = PairBertForSequenceClassification(
        PairBertConfig(**{**said, "id2label": {0: "score"}, "label2id": {"score": 0}})
    )
    made.bert.load_state_dict({name: each for name, each in encoder.state_dict().items() if "pooler" not in name})
    return made
