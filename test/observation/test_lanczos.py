# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""The resize is TensorFlow's, checked against numbers that TensorFlow gave."""

from __future__ import annotations

import cv2
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from octo_ros.observation.lanczos import lanczos3, lanczos3_weights

SIZES = st.integers(1, 70)


def picture(height, width):
    """Hard edges in every channel, the same on every machine."""
    y, x = np.mgrid[:height, :width].astype(np.int64)
    return np.stack([(x * x + 7 * y) % 256, (x * y * 5) % 256, (255 * (x + y)) % 511 % 256], -1)


# tf.round, clip and cast of TensorFlow 2.15's tf.image.resize(picture, size, 'lanczos3',
# antialias=True), as Octo's training data was made; (height, width) before and after.
TENSORFLOW = {
    (48, 64, 3, 4): (
        '112 109 247 131 123 240 125 125 232 127 123 224 146 124 240 124 129 232 129 129 224 127 '
        '134 216 107 122 232 131 128 224 127 127 215 128 127 208'
    ),
    (9, 7, 5, 3): (
        '3 1 201 12 6 255 31 11 250 16 7 255 24 33 252 44 58 252 28 13 251 37 60 252 57 107 251 '
        '41 19 252 50 87 251 69 156 250 54 25 251 62 114 250 82 203 249'
    ),
    (5, 4, 8, 6): (
        '0 0 0 0 0 101 1 0 255 3 0 255 7 0 248 9 0 254 2 0 82 2 1 168 3 2 255 5 3 255 9 4 250 12 '
        '5 254 8 0 255 8 2 255 9 6 253 11 10 253 15 14 254 17 16 253 12 0 255 12 3 255 13 10 251 '
        '15 16 252 19 23 254 22 27 253 16 0 245 16 4 250 17 14 255 19 20 253 23 30 253 25 35 253 '
        '20 0 254 21 5 254 22 17 253 24 26 253 27 38 253 30 45 252 26 0 253 26 7 253 27 22 253 '
        '29 33 252 33 49 252 35 57 252 28 0 253 29 8 253 30 24 253 32 37 252 36 53 252 38 62 252'
    ),
}
# Of the result for 480 × 640 → 256 × 256: every 85th row and column, and sums of the channels.
TENSORFLOW_VGA = (
    '4 2 208 141 19 148 139 40 42 6 69 191 95 23 175 162 183 69 162 107 218 98 125 112 187 56 95 '
    '163 101 245 156 134 138 189 106 32 24 72 16 170 116 165 173 111 59 28 136 208'
)
TENSORFLOW_VGA_SUMS = (8347408, 8223618, 8279633)


@pytest.mark.parametrize('sizes', TENSORFLOW)
def test_resize_is_tensorflows(sizes):
    before, after = sizes[:2], sizes[2:]
    resized = lanczos3(picture(*before).astype(np.uint8), *after)
    assert resized.dtype == np.uint8
    expected = np.array(TENSORFLOW[sizes].split(), int).reshape(*after, 3)
    np.testing.assert_array_equal(resized, expected)


def test_a_camera_frame_is_tensorflows_to_one_level():
    resized = lanczos3(picture(480, 640).astype(np.uint8), 256, 256).astype(int)
    expected = np.array(TENSORFLOW_VGA.split(), int).reshape(4, 4, 3)
    np.testing.assert_array_equal(resized[::85, ::85], expected)
    # 1130 of TensorFlow's values lie within 0.004 of the middle between two levels.
    assert np.abs(resized.sum(axis=(0, 1)) - TENSORFLOW_VGA_SUMS).max() < 1130


@given(SIZES, SIZES, SIZES, SIZES, st.integers(0, 2**32 - 1))
def test_the_blocks_are_the_whole_product(rows, columns, height, width, seed):
    image = np.random.default_rng(seed).integers(0, 256, (rows, columns, 3), dtype=np.uint8)
    down, across = lanczos3_weights(rows, height), lanczos3_weights(columns, width)
    exact = np.einsum('yi,xj,ijc->yxc', down, across, image.astype(float))
    resized = lanczos3(image, height, width)
    assert resized.shape == (height, width, 3)
    assert np.abs(resized - np.clip(exact, 0, 255)).max() <= 0.501


@given(SIZES, SIZES)
def test_weights_sum_to_one(inputs, outputs):
    np.testing.assert_allclose(lanczos3_weights(inputs, outputs).sum(axis=1), 1.0)


@given(st.integers(0, 255), SIZES, SIZES)
def test_an_even_picture_stays_as_it_is(level, height, width):
    even = np.full((40, 50, 3), level, np.uint8)
    assert (lanczos3(even, height, width) == level).all()


def test_wide_images_are_not_handed_to_blas_in_one_piece():
    """A product above BLAS's limit would be spread over threads; its parts give the same."""
    image = np.random.default_rng(3).integers(0, 256, (90, 1200, 3), dtype=np.uint8)
    whole = lanczos3(image, 30, 1200)
    np.testing.assert_array_equal(whole[:, :400], lanczos3(image[:, :400], 30, 400))


def test_resize_is_antialiased():
    stripes = np.zeros((64, 64, 3), np.uint8)
    stripes[:, ::2] = 255
    small = lanczos3(stripes, 16, 16)
    assert np.abs(small[:, 2:-2].astype(int) - 127).max() < 12
    aliased = cv2.resize(stripes, (16, 16), interpolation=cv2.INTER_NEAREST)
    assert np.abs(aliased.astype(int) - 127).min() > 100


def scene(height=90, width=120):
    """Slopes, a hard edge, and the noise of a sensor."""
    y, x = np.mgrid[:height, :width]
    clean = np.stack([2 * x, 255 - 2 * y, np.where(x > y, 220, 30)], axis=-1)
    noisy = clean + np.random.default_rng(5).normal(0, 3, clean.shape)
    return np.clip(np.rint(noisy), 0, 255).astype(np.uint8)


def resampled(line, outputs):
    """One axis by the definition of the kernel, number by number in double precision."""
    scale = len(line) / outputs
    width = max(scale, 1.0)
    result = []
    for i in range(outputs):
        centre, total, weights = (i + 0.5) * scale, np.zeros(line.shape[1:]), 0.0
        for j, value in enumerate(line):
            distance = abs(j + 0.5 - centre) / width
            if distance < 3:
                weight = 1.0
                if distance:
                    turn = np.pi * distance
                    weight = 3 * np.sin(turn) * np.sin(turn / 3) / turn**2
                total, weights = total + weight * value, weights + weight
        result.append(total / weights)
    return np.array(result)


@pytest.mark.parametrize('size', [(40, 52), (128, 128), (30, 150)])
def test_a_picture_is_that_of_the_definition(size):
    image = scene()
    rows = resampled(image.astype(float), size[0])
    exact = resampled(rows.transpose(1, 0, 2), size[1]).transpose(1, 0, 2)
    error = np.abs(lanczos3(image, *size) - np.clip(exact, 0, 255))
    assert error.max() <= 0.501


@pytest.mark.parametrize('size', [(40, 52), (45, 45), (64, 96)])
def test_a_picture_is_pillows_within_what_its_two_roundings_cost(size):
    image = scene()
    pillow = Image.fromarray(image).resize(size[::-1], Image.Resampling.LANCZOS)
    error = np.abs(lanczos3(image, *size).astype(int) - np.asarray(pillow))
    assert error.mean() <= 0.2
    assert error.max() <= 4
