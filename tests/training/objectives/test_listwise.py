import numpy as np
import pytest
import torch

from shelfwise.training.objectives.listwise import ListwiseLoss
from tests.training.encoders import cross_encoder

LISTS = [["w2 w1", "w7"], ["w3 w9 w8", "w8 w8 w8", "w6"]]
QUERIES = ["w1 w2", "w3"]
GRADES = [[1.0, 0.0], [0.5, 0.0, 1.0]]


@pytest.mark.parametrize("chunk", [1, 2, 32])
def test_by_hand(tmp_path, chunk):
    model = cross_encoder(tmp_path).eval()
    found = ListwiseLoss(model, chunk)([QUERIES, LISTS], [torch.tensor(each) for each in GRADES])
    expected = []
    for query, texts, grades in zip(QUERIES, LISTS, GRADES, strict=True):
        z = model.predict([(query, text) for text in texts], activation_fn=torch.nn.Identity(), convert_to_numpy=True)
        target = np.array(grades) / sum(grades)
        expected.append(-(target * (z - np.log(np.exp(z).sum()))).sum())
    assert found.item() == pytest.approx(np.mean(expected), abs=1e-5)
