"""Every half there is, made single."""

from __future__ import annotations

import numpy as np

from matcher.halves import widened


def test_every_finite_half_is_the_same_number() -> None:
    halves = np.arange(1 << 16, dtype=np.uint16).view(np.float16)
    halves = halves[np.isfinite(halves)]
    ours, numpys = widened(halves), halves.astype(np.float32)
    assert ours.dtype == np.float32
    np.testing.assert_array_equal(ours.view(np.uint32), numpys.view(np.uint32))


def test_any_shape_and_any_stride() -> None:
    cube = np.random.default_rng(3).normal(size=(5, 4, 7)).astype(np.float16)
    np.testing.assert_array_equal(widened(cube[:, 1:3]), cube[:, 1:3].astype(np.float32))
    np.testing.assert_array_equal(widened(cube[:0]), np.zeros((0, 4, 7), np.float32))
