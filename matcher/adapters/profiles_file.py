"""Profiles on disk: read one by one when shown, so that 100 000 of them cost no memory."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt
import orjson

from matcher.adapters.arrays import broken, read_array, write_array
from matcher.model import Kind, Money, Profile


def packed(profile: Profile) -> bytes:
    """One profile as JSON. Holds no contact: a profile has none."""
    money = profile.money
    return orjson.dumps(
        {
            "id": profile.id,
            "kind": profile.kind.value,
            "fields": dict(profile.fields),
            "tags": sorted(profile.tags),
            "money": [money.low, money.high, money.currency, money.per, money.raw] if money else None,
        }
    )


def unpacked(raw: bytes) -> Profile:
    """The profile that `packed` wrote."""
    read = orjson.loads(raw)
    return Profile(
        read["id"],
        Kind(read["kind"]),
        read["fields"],
        frozenset(read["tags"]),
        Money(*read["money"]) if read["money"] else None,
    )


class ProfilesFile:
    """Row → profile, from one file of JSON values and their offsets, both memory-mapped."""

    def __init__(self, content: npt.NDArray[np.uint8], offsets: npt.NDArray[np.int64]) -> None:
        self._content, self._offsets = content, offsets

    def __len__(self) -> int:
        return len(self._offsets) - 1

    def __getitem__(self, row: int) -> Profile:
        return unpacked(self.raw(row))

    def raw(self, row: int) -> bytes:
        """The bytes of one profile, for copying into the next generation."""
        if not 0 <= row < len(self):
            raise IndexError(row)
        return self._content[self._offsets[row] : self._offsets[row + 1]].tobytes()

    @classmethod
    def of(cls, profiles: Iterable[bytes]) -> ProfilesFile:
        """In memory, from packed profiles."""
        parts = list(profiles)
        offsets = np.cumsum([0, *map(len, parts)], dtype=np.int64)
        return cls(np.frombuffer(b"".join(parts), np.uint8), offsets)

    def save(self, folder: Path) -> None:
        write_array(folder / "profiles.npy", self._content)
        write_array(folder / "profile_offsets.npy", self._offsets)

    @classmethod
    def load(cls, folder: Path) -> ProfilesFile:
        content = read_array(folder / "profiles.npy", np.uint8)
        offsets = read_array(folder / "profile_offsets.npy", np.int64)
        if not len(offsets) or offsets[-1] != len(content):
            raise broken("profiles.npy")
        return cls(content, offsets)


def amounts(money: Sequence[Money | None]) -> npt.NDArray[np.float32]:
    """(lowest, highest) in 万元 of each, NaN where unknown or not in CNY, shape (records, 2)."""
    nothing = (np.nan, np.nan)
    rows = [
        (m.low if m.low is not None else np.nan, m.high if m.high is not None else np.nan)
        if m is not None and m.currency == "CNY"
        else nothing
        for m in money
    ]
    return np.array(rows, np.float32).reshape(-1, 2)
