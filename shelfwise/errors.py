"""Every public exception. A message names the place, says what was found and what was expected."""

from __future__ import annotations


class ShelfwiseError(Exception):
    """Base of all errors that a user can mend; `hint` says how."""

    def __init__(self, message: str, *, hint: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint

    def __str__(self) -> str:
        return f"{self.message} {self.hint}".strip()


class SettingsError(ShelfwiseError):
    """A setting is unknown, of the wrong type, or out of bounds."""


class InputError(ShelfwiseError):
    """What a caller gave (a query, a filter, a parameter) cannot be used."""


class FeedError(ShelfwiseError):
    """A feed as a whole cannot be read (single bad rows are reported, not raised)."""


class MassDeletionError(ShelfwiseError):
    """A full replace would remove more of the catalogue than allowed."""


class ShopError(ShelfwiseError):
    """A shop folder is missing, of another version, or in use."""


class NoIndexError(ShopError):
    """The shop has no index yet."""


class CorruptIndexError(ShopError):
    """A generation's files do not match its manifest."""


class NotFoundError(ShelfwiseError):
    """No product, generation or file of that name."""


class EncoderError(ShelfwiseError):
    """An encoder could not be loaded or did not answer."""


class GeneratorError(ShelfwiseError):
    """A generator could not be loaded, did not answer, or has spent its budget. Messages hold no shopper's words."""


class TrainingError(ShelfwiseError):
    """A training had to stop (no loss, no memory, a checkpoint that was changed), or could not be recorded."""


class StorageError(ShelfwiseError):
    """The disk or database refused a write; nothing was acknowledged."""


class BusyError(ShelfwiseError):
    """Too much is waiting already; nothing of this was taken. `seconds` says when to try again."""

    def __init__(self, message: str, *, seconds: float, hint: str = "") -> None:
        super().__init__(message, hint=hint)
        self.seconds = seconds


class MissingExtraError(ShelfwiseError):
    """An optional part is not installed.

    >>> str(MissingExtraError.of("sentence-transformers", "train"))
    "sentence-transformers is not installed. Install it with: pip install 'shelfwise[train]'"
    """

    @classmethod
    def of(cls, package: str, extra: str) -> MissingExtraError:
        """The error for a package that comes with an extra."""
        return cls(f"{package} is not installed.", hint=f"Install it with: pip install 'shelfwise[{extra}]'")
