"""Reading records whose headers have names that are not UTF-8: anyone may have written them.

The client's own reader raises on such a name: whoever reads the partition never gets past it.
"""

from collections.abc import Iterator
from typing import Any

from aiokafka.consumer import fetcher
from aiokafka.record.default_records import _DefaultRecordBatchPy
from aiokafka.record.memory_records import MemoryRecords
from typing_extensions import override

_SIZE = slice(8, 12)  # of what follows it, in every version of the format


def accept_any_header_name() -> None:
    """Have all consumers of this process read names as they come (`surrogateescape`)."""
    fetcher.MemoryRecords = Records


class Records:
    """What a fetch brought, batch by batch, as the client wants it."""

    def __init__(self, fetched: bytes) -> None:
        """Read nothing yet."""
        self._records = MemoryRecords(fetched)
        self._rest = memoryview(fetched)
        self.has_next = self._records.has_next
        self.size_in_bytes = self._records.size_in_bytes

    def next_batch(self) -> "Batch":
        """The next of them."""
        end = _SIZE.stop + int.from_bytes(self._rest[_SIZE], "big")
        raw, self._rest = self._rest[:end], self._rest[end:]
        return Batch(self._records.next_batch(), raw)


class Batch:
    """Records that were written together; the slow way is taken only where the fast one fails."""

    def __init__(self, batch: Any, raw: memoryview) -> None:  # noqa: ANN401  # the client is untyped
        """Read `batch`; `raw` is the same as bytes."""
        self._batch, self._raw = batch, raw

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401  # whatever the client asks a batch
        return getattr(self._batch, name)

    def __iter__(self) -> Iterator[Any]:
        try:
            return iter(list(self._batch))
        except UnicodeDecodeError:
            return iter(_AnyNames(self._raw))

    def __next__(self) -> Any:  # noqa: ANN401
        return next(self._batch)


class _AnyNames(_DefaultRecordBatchPy):  # type: ignore[misc]  # the client is untyped
    @override
    def __iter__(self) -> "_AnyNames":
        self._maybe_uncompress()
        self._buffer: bytearray = _Lenient(self._buffer)
        return self


class _Lenient(bytearray):
    """Bytes of which every part can be decoded."""

    @override
    def __getitem__(self, place: Any) -> Any:
        found = super().__getitem__(place)
        return found if isinstance(found, int) else _Lenient(found)

    @override
    def decode(self, encoding: str = "utf-8", errors: str = "surrogateescape") -> str:
        return super().decode(encoding, errors)
