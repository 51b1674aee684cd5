"""A map of a few entries that takes little room."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, TypeVar

V = TypeVar("V")


class Small(Mapping[str, V], tuple[Any, ...]):  # a map, as far as anybody sees
    """A map of a few entries in little room: (key, value, key, value). No value is itself a text.

    As a dict, one entry takes three times as much, and every instance has three such maps.
    """

    __slots__ = ()

    @classmethod
    def of(cls, entries: Mapping[str, V]) -> Small[V]:
        """The same entries in the same order."""
        return cls([part for entry in entries.items() for part in entry])

    def put(self, key: str, value: V) -> Small[V]:
        """These entries with one more, or another value in the place of an earlier one."""
        if _holds(self, key):
            at = _index(self, key) + 1
            return Small((*_part(self, slice(None, at)), value, *_part(self, slice(at + 1, None))))
        return Small(_joined(self, (key, value)))

    def get(self, key: str, default: Any = None) -> Any:
        """The value of a key, or the default."""
        return _part(self, _index(self, key) + 1) if _holds(self, key) else default

    def __contains__(self, key: object) -> bool:
        return _holds(self, key)

    def __getitem__(self, key: str) -> V:  # type: ignore[override]
        if not _holds(self, key):
            raise KeyError(key)
        return _part(self, _index(self, key) + 1)  # type: ignore[no-any-return]

    def __iter__(self) -> Iterator[str]:
        return iter(_part(self, slice(None, None, 2)))

    def __len__(self) -> int:
        return _length(self) // 2

    def __eq__(self, other: object) -> bool:
        if isinstance(other, Small):
            return bool(_same(self, other))
        return isinstance(other, Mapping) and dict(self) == dict(other)

    def __ne__(self, other: object) -> bool:
        return not self == other

    __hash__ = None  # type: ignore[assignment]

    def __repr__(self) -> str:
        return repr(dict(self))


#: what a tuple does, which a map does otherwise
_holds, _index, _part, _joined = tuple.__contains__, tuple.index, tuple.__getitem__, tuple.__add__
_length, _same = tuple.__len__, tuple.__eq__
EMPTY: Small[Any] = Small()
