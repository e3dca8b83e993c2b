"""Bytes of a feed, plain or compressed, in bounded memory; and which encoding a text is in."""

from __future__ import annotations

import gzip
import io
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any, BinaryIO

import zstandard

from shelfwise.catalog.base import BadRow
from shelfwise.errors import FeedError

MAX_LINE = 16 * 2**20
SAMPLE = 2**16
_CHUNK = 2**18
# What reading a damaged or cut off compressed file raises.
DAMAGED = (EOFError, zlib.error, gzip.BadGzipFile, zstandard.ZstdError)


class _ZstdStream(io.RawIOBase):
    """A .zst file as a stream. Unlike the library's own it raises EOFError when a frame is cut off."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self._frame = zstandard.ZstdDecompressor().decompressobj()
        self._inside = False
        self._ready = memoryview(b"")

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        while not self._ready:
            data = self._frame.unused_data if self._frame.eof else b""
            if self._frame.eof:
                self._frame = zstandard.ZstdDecompressor().decompressobj()
                self._inside = False
            data = data or self._file.read(_CHUNK)
            if not data:
                if self._inside:
                    raise EOFError("the compressed file ends before its end marker")
                return 0
            self._inside = True
            self._ready = memoryview(self._frame.decompress(data))
        size = min(len(buffer), len(self._ready))
        buffer[:size] = self._ready[:size]
        self._ready = self._ready[size:]
        return size

    def close(self) -> None:
        self._file.close()
        super().close()


class _GzipStream(gzip.GzipFile):
    """A .gz file as a stream. Unlike the library's own it gives what comes before a cut, however little that is."""

    def readinto(self, buffer: Any) -> int:
        return self.readinto1(buffer)


def open_bytes(path: Path) -> BinaryIO:
    """The content of a file, decompressed when its name ends in .gz or .zst. Raises FeedError when it cannot be opened.

    Reading raises one of DAMAGED where a compressed file is cut off; everything before comes out first.
    """
    try:
        if path.suffix.lower() == ".gz":
            return io.BufferedReader(_GzipStream(path, "rb"), _CHUNK)
        file = path.open("rb", buffering=_CHUNK)
    except OSError as error:
        raise FeedError(f"{path}: cannot be read: {error.strerror}.") from error
    return io.BufferedReader(_ZstdStream(file), _CHUNK) if path.suffix.lower() == ".zst" else file


def lines(path: Path) -> Iterator[bytes | BadRow]:
    """The lines of a file, ends included. One that is longer than MAX_LINE is a BadRow; so is the place of a cut."""
    number = 0
    with open_bytes(path) as stream:
        try:
            while line := stream.readline(MAX_LINE):
                number += 1
                if len(line) == MAX_LINE and not line.endswith(b"\n"):
                    line = b""
                    while (rest := stream.readline(_CHUNK)) and not rest.endswith(b"\n"):
                        pass
                    yield BadRow(path.name, number, "", f"a line over {MAX_LINE} bytes", "shorter lines")
                else:
                    yield line
        except DAMAGED as error:
            yield damage(path, number + 1, error)


def damage(path: Path, number: int, error: Exception) -> BadRow:
    """The report of a compressed file that ends, or breaks, in the middle."""
    return BadRow(path.name, number, "", f"the file is cut off or damaged here: {error}", f"a whole {path.suffix} file")


def is_cut(bad: BadRow) -> bool:
    """Whether a BadRow says that nothing after it could be read."""
    return bad.found.startswith("the file is cut off")


def encoding(sample: bytes) -> str:
    """The encoding of a text that starts with `sample`: utf-8 (with or without mark) or gb18030.

    A text counts as UTF-8 when most of its lines beyond ASCII are; then odd lines are refused one by one. It counts
    as GB18030 when nearly all its characters are common Chinese ones. Raises FeedError for UTF-16.
    """
    if sample.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise FeedError("found UTF-16; expected UTF-8 or GB18030.", hint="Save the file as “CSV UTF-8”.")
    if sample.startswith(b"\xef\xbb\xbf"):
        return "utf-8-sig"
    whole = sample[: sample.rfind(b"\n") + 1] or sample  # the last line may be cut in the middle of a character
    beyond = [line for line in whole.split(b"\n") if not line.isascii()]
    if sum(_decodes(line) for line in beyond) * 2 >= len(beyond):
        return "utf-8"
    text = b"\n".join(beyond).decode("gb18030", "replace")
    foreign = [character for character in text if character > "\x7f"]
    common = sum(_decodes_to_gb2312(character) for character in foreign)
    return "gb18030" if foreign and common >= 0.9 * len(foreign) else "utf-8"


def _decodes(line: bytes) -> bool:
    try:
        line.decode()
    except UnicodeDecodeError:
        return False
    return True


def _decodes_to_gb2312(character: str) -> bool:
    try:
        character.encode("gb2312")
    except UnicodeEncodeError:
        return False
    return True
