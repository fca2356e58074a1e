"""What a search server may answer instead of doing what it was asked."""

from __future__ import annotations

from archive.errors import KhoLuuTruError


class SearchIndexError(KhoLuuTruError):
    """The index did not, or could not, do what it was asked; the code says why."""

    @property
    def passing(self) -> bool:
        """Return whether it is the server or the whole index that is at fault, whatever it was asked to take."""
        return self.code in {"IDX-0001", "IDX-0002", "IDX-0005", "IDX-0007"}


class IndexMissing(SearchIndexError):  # noqa: N818 - says what is the case
    """``IDX-0001``: the server has no such index; building it anew mends that."""

    def __init__(self, index: str) -> None:
        super().__init__("IDX-0001", index=index)


class ServerSilent(SearchIndexError):  # noqa: N818 - says what is the case
    """``IDX-0002``: the server was not reached, or did not answer in time."""

    def __init__(self, server: str, reason: str) -> None:
        super().__init__("IDX-0002", server=server, reason=reason)


class ServerFailed(SearchIndexError):  # noqa: N818 - says what is the case
    """``IDX-0003``: the server answered with an error, or with what is no answer.

    Attributes:
        status: of the HTTP answer; 0 when the answer could not be read.
    """

    def __init__(self, server: str, status: int, reason: str) -> None:
        self.status = status
        super().__init__("IDX-0003", server=server, status=status, reason=reason)

    @property
    def passing(self) -> bool:
        """Return True unless the server says that what it was given is wrong."""
        return not 400 <= self.status < 500  # noqa: PLR2004 - HTTP's own ranges


class EntriesRefused(SearchIndexError):  # noqa: N818 - says what is the case
    """``IDX-0004``: the server took a batch, but not all entries in it."""

    def __init__(self, refused: int, reason: str) -> None:
        super().__init__("IDX-0004", refused=refused, reason=reason)


class ServerBusy(SearchIndexError):  # noqa: N818 - says what is the case
    """``IDX-0005``: the server asked to wait, again and again."""

    def __init__(self, server: str) -> None:
        super().__init__("IDX-0005", server=server)


class TooManyWords(SearchIndexError):  # noqa: N818 - says what is the case
    """``IDX-0006``: the question has more words than the engine takes."""

    def __init__(self, most: int) -> None:
        super().__init__("IDX-0006", most=most)


class IndexBlocked(SearchIndexError):  # noqa: N818 - says what is the case
    """``IDX-0007``: the index lets read and not write, as a server does by itself whose disk is nearly full."""

    def __init__(self, server: str, reason: str) -> None:
        super().__init__("IDX-0007", server=server, reason=reason)
