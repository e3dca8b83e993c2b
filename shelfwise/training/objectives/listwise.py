"""The loss of the cross-encoder: the grades of a query's texts against the softmax of its scores.

    L = −Σ_k p_k · log softmax(z)_k        p_k = g_k / Σ g,  z: the model's scores of the query's own texts

Sentence-Transformers has ListNetLoss, whose target is softmax(g): a text of grade 1 then gets only e times the share of
one of grade 0, and little is learned. Here the target is the one of the bi-encoder's loss (graded.py), and pairs are
read among pairs of like length: padding would cost more than the texts themselves.

Source: Cao et al., ICML 2007 (ListNet).
"""

from __future__ import annotations

from collections.abc import Sequence

import torch
from sentence_transformers import CrossEncoder
from torch import Tensor, nn
from torch.nn import functional
from torch.nn.utils.rnn import pad_sequence

from shelfwise.training.objectives.chunks import chunked

_NEVER = -1e4


class ListwiseLoss(nn.Module):
    """The loss above, over columns query and texts (a list each) and labels (grades, a list each)."""

    def __init__(self, model: CrossEncoder, chunk: int = 32) -> None:
        super().__init__()
        self.model = model
        self.chunk = chunk

    def forward(
        self,
        inputs: Sequence[Sequence[str] | Sequence[Sequence[str]]],
        labels: Sequence[Tensor],
        prompt: str | None = None,
        task: str | None = None,
    ) -> Tensor:
        """The mean loss of a batch of queries."""
        queries, lists = inputs
        pairs = [(str(query), text) for query, texts in zip(queries, lists, strict=True) for text in texts]
        scores = torch.split(self._scores(pairs, prompt, task), [len(texts) for texts in lists])
        z = pad_sequence(list(scores), batch_first=True, padding_value=_NEVER)  # [n, K]
        grades = pad_sequence([each.float() for each in labels], batch_first=True).to(z.device)  # [n, K]
        target = grades / grades.sum(dim=1, keepdim=True).clamp(min=1e-6)
        return -(target * functional.log_softmax(z, dim=1)).sum(dim=1).mean()

    def _scores(self, pairs: Sequence[tuple[str, str]], prompt: str | None, task: str | None) -> Tensor:
        tokens = self.model.preprocess(list(pairs), prompt=prompt, task=task)
        chunks, (places,) = chunked([dict(tokens)], self.chunk)
        device = self.model.device
        found = [
            self.model({name: each.to(device) for name, each in chunk.items()})["scores"].reshape(-1)
            for chunk in chunks
        ]
        return torch.cat(found).float()[torch.tensor(places, device=device)]
