"""A shop's folder: made new, and files handed out of it."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

import tomlkit

from shelfwise.errors import ShopError, StorageError
from shelfwise.settings import FILE, read_settings
from shelfwise.storage import replace_file, storage_errors

PICTURES: Final = "pictures"


def found(folder: Path, flags: Mapping[str, Any]) -> Path:
    """Make a shop's folder with its settings file, and say which file that is. `flags` are settings by dotted name.

    Raises ShopError when there is a shop already, SettingsError for settings that cannot be used, StorageError when
    the disk refuses.
    """
    file = folder / FILE
    try:
        if file.exists():
            raise ShopError(f"{folder} is a shop already.", hint="Choose another folder, or open this one.")
        read_settings(folder, {}, flags)
        (folder / PICTURES).mkdir(parents=True, exist_ok=True)
        replace_file(file, tomlkit.dumps(_document(folder.resolve().name, flags)).encode())
    except OSError as error:
        raise StorageError(f"{folder} cannot be made a shop: {error.strerror}.") from error
    return file


def set_settings(folder: Path, section: str, values: Mapping[str, Any]) -> None:
    """Put values into a section of a shop's settings file; comments and all else in it stay as they are.

    Raises StorageError when the disk refuses.
    """
    file = folder / FILE
    with storage_errors(str(file)):
        document = tomlkit.parse(file.read_text("utf-8"))
        table = document.setdefault(section, tomlkit.table())
        for name, value in values.items():
            table[name] = value
        replace_file(file, tomlkit.dumps(document).encode())


def file_in(folder: Path, path: str) -> Path | None:
    """A file of a folder; None for what is not there, would lie outside it, or is no name of a file."""
    try:
        root = folder.resolve()
        file = (root / path).resolve()
        return file if file.is_relative_to(root) and file.is_file() else None
    except (OSError, ValueError, RuntimeError):  # too long, NUL or half a character, links in a circle
        return None


def _document(name: str, flags: Mapping[str, Any]) -> dict[str, Any]:
    document: dict[str, Any] = {"shop": {"name": name}}
    for dotted, value in flags.items():
        *path, key = dotted.split(".")
        section = document
        for part in path:
            section = section.setdefault(part, {})
        if value is not None:
            section[key] = value
    return document
