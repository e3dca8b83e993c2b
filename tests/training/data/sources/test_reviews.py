from __future__ import annotations

import zipfile
from pathlib import Path

import pytest

from shelfwise.errors import InputError
from shelfwise.retrieval.document import encoder_text
from shelfwise.training.data.sources.reviews import SAID, Reviews, Said, read_reviews
from shelfwise.types import Product

BOOTS = Product("p1", "Red boots", description="Boots of rubber.")


def test_a_review_leads_to_its_product_or_a_headline_to_its_review() -> None:
    reviews = [Said("p1", "they <b>keep</b> my feet dry", "Great"), Said("p2", "too small", "Tiny"), Said("p2", "bad")]
    source = Reviews(reviews, {"p1": BOOTS})
    assert [(each.query, each.texts, each.group) for each in source.examples()] == [
        ("they keep my feet dry", (encoder_text(BOOTS),), "p1"),
        ("Tiny", ("too small",), "p2"),
    ]
    assert source.notes() == ("1 reviews are of no known product and have no headline.",)


def test_long_reviews_are_cut() -> None:
    [example] = Reviews([Said("p1", "long " * 500)], {"p1": BOOTS}).examples()
    assert len(example.query) <= SAID


def test_none_that_can_be_used() -> None:
    with pytest.raises(InputError, match="no usable review in 1"):
        list(Reviews([Said("p2", "bad")]).examples())


@pytest.mark.parametrize("packed", [False, True])
def test_reads_a_file_plain_or_zipped(tmp_path: Path, packed: bool) -> None:
    path = tmp_path / "reviews.csv"
    path.write_text("Clothing ID,Title,Review Text\n7,Nice,Fits well\n7,,\n,Lost,No product\n8,,Torn\n", "utf-8")
    if packed:
        with zipfile.ZipFile(tmp_path / "reviews.csv.zip", "w") as archive:
            archive.write(path, "reviews.csv")
            archive.writestr("__MACOSX/._reviews.csv", "x")
        path = tmp_path / "reviews.csv.zip"
    assert read_reviews(path) == [Said("7", "Fits well", "Nice"), Said("8", "Torn", "")]


def test_an_archive_must_hold_one_table(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "two.zip", "w") as archive:
        archive.writestr("a.csv", "x")
        archive.writestr("b.csv", "x")
    with pytest.raises(InputError, match=r"two\.zip: found 2 files in it"):
        read_reviews(tmp_path / "two.zip")
    (tmp_path / "broken.zip").write_bytes(b"no archive")
    with pytest.raises(InputError, match=r"broken\.zip: cannot be read"):
        read_reviews(tmp_path / "broken.zip")


def test_missing_columns_and_bad_rows(tmp_path: Path) -> None:
    path = tmp_path / "reviews.csv"
    path.write_text("product,stars\np1,5\n", "utf-8")
    with pytest.raises(InputError, match="expected a column named text or review_text"):
        read_reviews(path)
    path.write_text("product,text\np1,good,extra\n", "utf-8")
    with pytest.raises(InputError, match="row 2"):
        read_reviews(path)


@pytest.mark.data("reviews_en")
def test_real_reviews(data: Path) -> None:
    examples = list(Reviews(read_reviews(data / "reviews.csv.zip")).examples())
    assert len(examples) > 19_000
