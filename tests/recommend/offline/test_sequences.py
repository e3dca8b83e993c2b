"""Files of sequences, good and bad."""

from __future__ import annotations

from pathlib import Path

import pytest

from shelfwise.errors import InputError
from shelfwise.recommend.offline import read_sequences


def test_a_file(tmp_path: Path) -> None:
    path = tmp_path / "some.txt"
    path.write_bytes("ann 7 3 7\r\n\nben\t3 猫\n".encode())
    found = read_sequences(path)
    assert (found.shoppers, found.products) == (("ann", "ben"), ("7", "3", "猫"))
    assert (found.starts.tolist(), found.product.tolist()) == ([0, 3, 5], [0, 1, 0, 1, 2])


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "no sequence found"),
        (b"ann 1 2\nben\n", "line 2: shopper 'ben' has no product"),
        (b"ann 1\nann 2\n", "line 2: shopper 'ann' comes twice"),
        (b"ann 1\n\xff\xfe 2\n", "line 2: not UTF-8"),
    ],
)
def test_a_file_that_cannot_be_used(tmp_path: Path, content: bytes, words: str) -> None:
    path = tmp_path / "some.txt"
    path.write_bytes(content)
    with pytest.raises(InputError, match=words):
        read_sequences(path)


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="cannot be read"):
        read_sequences(tmp_path / "none.txt")


@pytest.mark.data("amazon_sequences")
def test_the_beauty_file(data: Path) -> None:
    found = read_sequences(data / "Beauty.txt")
    assert (len(found), len(found.products), len(found.product)) == (22_363, 12_101, 198_502)
    assert found.lengths.min() == 5
