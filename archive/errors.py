"""The root of every error that the product raises on purpose."""

from __future__ import annotations


class KhoLuuTruError(Exception):
    """Something the caller can act on; carries a code of the message catalogue.

    Never raised directly: each subject has its own subclass in its `errors.py`.

    Args:
        code: a code of `archive.messages`, e.g. ``TRF-0003``.
        parameters: values for the placeholders of the message's texts.
    """

    def __init__(self, code: str, **parameters: str | int) -> None:
        self.code = code
        self.parameters = parameters
        super().__init__(code, parameters)

    @property
    def passing(self) -> bool:
        """Return whether the fault lies in a server that may come back: then waiting mends it, and nobody need act."""
        return False

    def __str__(self) -> str:
        """Return the Vietnamese message, for logs and the command line."""
        from archive.messages.catalogue import catalogue

        return f"{self.code}: {catalogue().text(self.code, 'vi', self.parameters)}"
