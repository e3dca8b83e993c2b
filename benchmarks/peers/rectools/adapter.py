"""RecTools' SASRec on a file of histories: python adapter.py FILE --held valid --seconds 900 --seed 1

The protocol of `shelfwise evaluate recommend`: the last product (or the second last) of each history is asked for, all
products are ranked, those of the history are left out. The budget is the processor's seconds of training (the wall's
depend on what else runs). Prints JSON: epochs begun, seconds, NDCG@10 and HR@10 after the budget.
"""

from __future__ import annotations

import argparse
import json
import math
import time
import warnings
from pathlib import Path

import pandas as pd
import pytorch_lightning as lightning
import rectools
from rectools import Columns
from rectools.dataset import Dataset
from rectools.models import SASRecModel


class Budget(lightning.Callback):
    """Ends a training when so many seconds of the processor are used."""

    def __init__(self, seconds: float) -> None:
        self.ends = time.process_time() + seconds

    def on_train_batch_end(self, trainer: lightning.Trainer, *given: object) -> None:
        """Looks at the clock."""
        if time.process_time() > self.ends:
            trainer.should_stop = True


def histories(path: Path, back: int) -> tuple[pd.DataFrame, dict[str, str]]:
    """What comes before the product asked for, and that product by shopper."""
    rows, asked = [], {}
    for line in path.read_text(encoding="utf-8").splitlines():
        shopper, *items = line.split()
        known, target = items[:-back], items[-back]
        asked[shopper] = target
        rows += [(shopper, item, 1.0, pd.Timestamp(place, unit="s")) for place, item in enumerate(known)]
    return pd.DataFrame(rows, columns=[Columns.User, Columns.Item, Columns.Weight, Columns.Datetime]), asked


def main() -> None:
    """Train within the budget, rank, print."""
    warnings.simplefilter("ignore")
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("file", type=Path)
    parser.add_argument("--held", choices=("valid", "test"), default="valid")
    parser.add_argument("--seconds", type=float, default=900)
    parser.add_argument("--epochs", type=int, default=30)
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args()
    lightning.seed_everything(given.seed)
    frame, asked = histories(given.file, 2 if given.held == "valid" else 1)
    trainer = lightning.Trainer(
        max_epochs=given.epochs,
        accelerator="cpu",
        precision="bf16-mixed",
        callbacks=[Budget(given.seconds)],
        logger=False,
        enable_checkpointing=False,
        enable_progress_bar=False,
        enable_model_summary=False,
    )
    model = SASRecModel(
        n_factors=256,
        n_blocks=2,
        n_heads=4,
        session_max_len=50,
        dropout_rate=0.5,
        loss="softmax",
        lr=1e-3,
        batch_size=128,
        get_trainer_func=lambda: trainer,
    )
    began = time.process_time()
    data = Dataset.construct(frame)
    model.fit(data)
    took = time.process_time() - began
    found = model.recommend(frame[Columns.User].unique(), data, k=10, filter_viewed=True)
    hit = found[found[Columns.Item] == found[Columns.User].map(asked)]
    shoppers = frame[Columns.User].nunique()
    figures = {
        "version": rectools.__version__,
        "held": given.held,
        "seed": given.seed,
        "epochs": trainer.current_epoch,
        "processor_s": took,
        "ndcg@10": sum(1 / math.log2(rank + 1) for rank in hit[Columns.Rank]) / shoppers,
        "hr@10": len(hit) / shoppers,
    }
    print(json.dumps(figures))


if __name__ == "__main__":
    main()
