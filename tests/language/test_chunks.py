"""One run of Latin letters and digits."""

from __future__ import annotations

import pytest

from shelfwise.language.chunks import analyze_chunk


@pytest.mark.parametrize(
    ("text", "words", "codes", "flat"),
    [
        ("mouse", "mous", "", "mouse"),
        ("tn-2110", "tn 2110", "tn2110", "tn2110"),
        ("pgi-9g", "pgi 9g 9", "9g pgi9g", "pgi9g"),
        ("oppo-r9s-64g", "oppo r9s 64gb 64", "r9s 64gb oppor9s64g", "oppor9s64g"),
        ("802.11ac", "802 11ac", "11ac 80211ac", "80211ac"),
        ("usb3.0", "usb3 usb 3", "usb3", "usb3"),
        ("3.50", "3.5", "", "35"),
        ("all-in-one", "allinon all in one", "", "allinone"),
        ("a-b-c-1-2-3", "a b c 1 2 3", "", ""),
        ("2016-2017", "2016 2017", "", "20162017"),
        ("startech.com", "startech com", "", "startechcom"),
        ("x" * 100, "x" * 64, "", ""),
    ],
)
def test_chunks(text: str, words: str, codes: str, flat: str) -> None:
    chunk = analyze_chunk(text)
    assert [word for word, _, _ in chunk.words] == words.split()
    assert [code for code, _, _ in chunk.codes] == codes.split()
    assert chunk.flat == flat
    assert all(0 <= start < end <= len(text) for _, start, end in chunk.words + chunk.codes)
