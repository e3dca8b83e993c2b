"""Contrastive learning with grades: the loss of the bi-encoder.

For a query q with its own texts t₁…t_K of grades g₁…g_K, and B the texts that count as others' (empty without in-batch
negatives), with cosine similarities s and temperature τ:

    p_k = g_k / Σ g            L = −Σ_k p_k · log( exp(s(q,t_k)/τ) / Σ_{t ∈ own ∪ B} exp(s(q,t)/τ) )

One text of grade 1 and B the other queries' best texts: the usual in-batch loss (InfoNCE). Own texts of grade 0: hard
negatives. Several grades: ListNet. Grades from a cross-encoder: distillation. A text of B that lies nearer to the query
than its own best text by `margin` or more is taken for a false negative and left out.

With `sizes` (Matryoshka) the loss is the mean over the first 64, 128, … components of the vectors as well.

Sources: van den Oord et al. 2018 (InfoNCE); Cao et al., ICML 2007 (ListNet); Gao et al. 2021 (cached gradients);
Kusupati et al., NeurIPS 2022 (Matryoshka).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, Final

import torch
from sentence_transformers import SentenceTransformer
from sentence_transformers.base.losses.gradcache import CachedLossMixin
from torch import Tensor, nn
from torch.nn import functional

from shelfwise.training.objectives.chunks import chunked

ABSENT: Final = -1.0  # the grade of a text that fills up a row
CHUNK: Final = 32  # texts of like length that are encoded together
_NEVER: Final = -1e4


class GradedLoss(CachedLossMixin, nn.Module):
    """The loss above, over columns query, text_1 … text_K and labels Float[n, K] (ABSENT fills up).

    Each text of a batch is encoded once, however often it occurs, among texts of its length: padding would cost more
    than the texts themselves. Parameters: `mini_batch` texts are encoded at a time, their gradients cached and worked
    out in a second pass (the memory of so many texts, however large the batch, for a third more time); 0: all at once.
    """

    def __init__(
        self,
        model: SentenceTransformer,
        *,
        temperature: float = 0.05,
        in_batch: bool = True,
        margin: float = 0.1,
        sizes: Sequence[int] = (),
        mini_batch: int = 0,
    ) -> None:
        super().__init__()
        self.model = model
        self.temperature = temperature
        self.in_batch = in_batch
        self.margin = margin
        self.sizes = tuple(sizes)
        self.mini_batch_size = mini_batch or CHUNK
        self.mini_batch_num_tokens = None
        self.show_progress_bar = False
        self._cached = mini_batch > 0
        self._places: list[list[int]] = []

    def forward(self, sentence_features: Iterable[dict[str, Any]], labels: Tensor) -> Tensor:
        """The loss of a batch."""
        chunks, self._places = chunked(list(sentence_features), self.mini_batch_size)
        if self._cached:
            cached: Tensor = self.forward_cached(chunks, labels)
            return cached
        return self.calculate_loss([[self.model(chunk)["sentence_embedding"]] for chunk in chunks], labels)

    def calculate_loss(
        self, reps: list[list[Tensor]], labels: Tensor | None = None, *, with_backward: bool = False
    ) -> Tensor:
        """The loss from the vectors of the chunks, Float[n′, d] each."""
        if labels is None:
            raise ValueError("labels: grades are needed")
        vectors = torch.cat([each for chunk in reps for each in chunk]).float()  # [distinct, d]
        queries, *texts = [vectors[torch.tensor(rows, device=vectors.device)] for rows in self._places]  # [n, d]
        stacked = torch.stack(texts, dim=1)  # [n, K, d]
        losses = [self._loss(_cut(queries, size), _cut(stacked, size), labels) for size in (0, *self.sizes)]
        loss = torch.stack(losses).mean()
        if with_backward:
            loss.backward()  # type: ignore[no-untyped-call]
            loss = loss.detach()
        return loss

    def _loss(self, queries: Tensor, texts: Tensor, grades: Tensor) -> Tensor:
        own = torch.einsum("nd,nkd->nk", queries, texts)  # [n, K]
        present = grades > ABSENT / 2
        target = grades.clamp(min=0)
        target = target / target.sum(dim=1, keepdim=True).clamp(min=1e-6)
        scores = (own / self.temperature).masked_fill(~present, _NEVER)
        if self.in_batch and len(queries) > 1:
            others = queries @ _best(texts, grades).T  # [n, n]
            scores = torch.cat([scores, self._others(others, own, texts, grades)], dim=1)
        log = functional.log_softmax(scores, dim=1)[:, : own.shape[1]]
        return -(target * log.masked_fill(~present, 0.0)).sum(dim=1).mean()

    def _others(self, others: Tensor, own: Tensor, texts: Tensor, grades: Tensor) -> Tensor:
        """Scores of the other queries' best texts, without what is likely to fit too."""
        best = own.gather(1, grades.argmax(dim=1, keepdim=True))  # [n, 1]
        likely = others.detach() > best.detach() + self.margin
        return (others / self.temperature).masked_fill(
            likely | torch.eye(len(own), dtype=torch.bool, device=own.device), _NEVER
        )


def _best(texts: Tensor, grades: Tensor) -> Tensor:
    """The text of the highest grade in each row, Float[n, d]."""
    return texts[torch.arange(len(texts), device=texts.device), grades.argmax(dim=1)]


def _cut(vectors: Tensor, size: int) -> Tensor:
    return functional.normalize(vectors[..., :size], dim=-1) if size else vectors
