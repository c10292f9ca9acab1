"""A picture seen through a kernel, in a time that does not depend on its size."""

from __future__ import annotations

import math

import numpy as np

from pytest_ptm.perturbations.pictures.arrays import Floats


def convolved(planes: Floats, kernel: Floats) -> Floats:
    """The planes, float32[n, height, width], each convolved with the kernel.

    The kernel has odd sides and is taken to sum to 1. Beyond its edges a plane is
    mirrored.
    """
    # scipy.fft costs 0.1 s to import, and most runs change no pictures.
    from scipy import fft

    up, left = kernel.shape[0] // 2, kernel.shape[1] // 2
    padded = np.pad(planes, ((0, 0), (up, up), (left, left)), mode="symmetric")
    height, width = planes.shape[1:]
    shape = [fft.next_fast_len(side, real=True) for side in padded.shape[1:]]
    spectrum = fft.rfft2(padded, shape) * fft.rfft2(kernel.astype(np.float32), shape)
    # The first rows and columns are those that the end of the picture runs into.
    whole = fft.irfft2(spectrum, shape)
    rows, columns = slice(2 * up, 2 * up + height), slice(2 * left, 2 * left + width)
    return np.asarray(whole[:, rows, columns], dtype=np.float32)


def bell(sigma: float) -> Floats:
    """A Gaussian of this deviation, cut off at four of them."""
    reach = math.ceil(4 * sigma)
    along = np.exp(-0.5 * (np.arange(-reach, reach + 1) / sigma) ** 2)
    return _of_sum_one(along[:, None] * along)


def disk(radius: float) -> Floats:
    """A disk, as a lens out of focus makes of a point; its edge is smooth."""
    reach = math.ceil(radius)
    along = np.arange(-reach, reach + 1)
    away = np.hypot(along[:, None], along)
    return _of_sum_one(np.clip(radius + 0.5 - away, 0, 1))


def streak(length: float, sigma: float, angle: float) -> Floats:
    """A line from the centre that fades; ``angle`` in degrees from the x axis down."""
    reach = math.ceil(length) + 1
    # Four steps a pixel, each shared among the pixels around it.
    steps = np.arange(0, length + 1e-9, 0.25)
    weights = np.exp(-0.5 * (steps / sigma) ** 2)
    x = reach + steps * math.cos(math.radians(angle))
    y = reach + steps * math.sin(math.radians(angle))
    kernel = np.zeros((2 * reach + 1, 2 * reach + 1))
    column, row = np.floor(x).astype(np.intp), np.floor(y).astype(np.intp)
    for down in (0, 1):
        for right in (0, 1):
            near = (1 - abs(x - column - right)) * (1 - abs(y - row - down))
            np.add.at(kernel, (row + down, column + right), weights * near)
    return _of_sum_one(kernel)


def _of_sum_one(kernel: np.ndarray[tuple[int, ...], np.dtype[np.float64]]) -> Floats:
    return (kernel / kernel.sum()).astype(np.float32)
