# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""PNG loses nothing; JPEG keeps its colours and as much quality as fits."""

from __future__ import annotations

from functools import lru_cache
from io import BytesIO
from types import SimpleNamespace

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from octo_ros.observation.encoding import (
    STEPS,
    Encoded,
    encode_jpeg,
    encode_png,
    fit_jpeg,
    own_jpeg,
)
from octo_ros.observation.images import decode


def decoded(data):
    return decode(SimpleNamespace(format='any', data=data))


@lru_cache
def picture(seed=0, noise=6.0, size=96):
    """Smooth colours and the noise of a sensor."""
    rng = np.random.default_rng(seed)
    coarse = rng.integers(0, 256, (6, 6, 3)).astype(np.float32)
    smooth = cv2.resize(coarse, (size, size), interpolation=cv2.INTER_CUBIC)
    return np.clip(smooth + rng.normal(0, noise, smooth.shape), 0, 255).astype(np.uint8)


@given(st.integers(1, 40), st.integers(1, 40), st.integers(0, 2**32 - 1))
def test_png_is_exact(height, width, seed):
    image = np.random.default_rng(seed).integers(0, 256, (height, width, 3), dtype=np.uint8)
    np.testing.assert_array_equal(decoded(encode_png(image)), image)


def test_png_is_smaller_than_the_picture():
    assert len(encode_png(picture(noise=3.0, size=256))) < 0.6 * picture(size=256).size


def test_jpegs_keep_colour_order_and_detail():
    stripes = np.zeros((32, 32, 3), np.uint8)
    stripes[:, ::2, 0] = 255  # would be smeared by chroma subsampling
    stripes[:, 1::2, 2] = 255
    error = np.abs(decoded(encode_jpeg(stripes)).astype(int) - stripes)
    assert error.mean() < 3


@pytest.mark.parametrize('quality', [95, 50])
def test_jpegs_are_quantised_like_pillows(quality):
    buffer = BytesIO()
    Image.fromarray(picture()).save(buffer, 'JPEG', quality=quality, subsampling=0)
    tables = [
        Image.open(BytesIO(data)).quantization
        for data in (encode_jpeg(picture(), quality), buffer.getvalue())
    ]
    assert tables[0] == tables[1]


def test_what_fits_keeps_its_quality():
    encoded = fit_jpeg(picture(), 95, 1_000_000)
    assert encoded.quality == 95
    assert encoded.data == encode_jpeg(picture())


@settings(max_examples=40)
@given(st.integers(0, 5), st.integers(51, 100), st.integers(0, 20_000))
def test_the_best_step_that_fits_is_taken(seed, quality, size):
    image = picture(seed)
    steps = [quality, *(step for step in STEPS if step < quality)]
    fitting = [step for step in steps if len(encode_jpeg(image, step)) <= size]
    encoded = fit_jpeg(image, quality, size)
    assert encoded.quality == (fitting or steps[-1:])[0]
    assert encoded.data == encode_jpeg(image, encoded.quality)


@pytest.mark.parametrize('quality', [1, 30, 50])
def test_a_quality_below_the_steps_is_not_changed(quality):
    assert fit_jpeg(picture(), quality, 10).quality == quality


@given(st.integers(0, 5), st.integers(100, 20_000))
def test_the_same_picture_gives_the_same_bytes_whatever_came_before(seed, size):
    first = fit_jpeg(picture(seed), 95, size)
    fit_jpeg(picture(seed + 1, noise=30.0), 95, size)
    assert fit_jpeg(picture(seed), 95, size) == first


def message(data):
    return SimpleNamespace(format='jpeg', data=np.frombuffer(data, np.uint8))


def test_a_jpeg_of_the_wanted_size_is_the_cameras_own():
    data = encode_jpeg(picture(size=96), 40)
    assert own_jpeg(message(data), 96, 96) == data


def broken_header(data):
    """Its size is said to be nothing."""
    at = data.index(b'\xff\xc0') + 5
    return data[:at] + bytes(4) + data[at + 4 :]


@pytest.mark.parametrize(
    'other',
    [
        message(encode_jpeg(picture(size=64))),
        message(encode_png(picture(size=96))),
        message(cv2.imencode('.jpg', picture(size=96)[..., 0])[1].tobytes()),
        message(broken_header(encode_jpeg(picture(size=96)))),
        message(b'\xff\xd8\xff'),
        SimpleNamespace(encoding='rgb8', height=96, width=96, data=picture(size=96)),
    ],
    ids=['size', 'png', 'grey', 'broken', 'empty', 'raw'],
)
def test_nothing_else_is(other):
    assert own_jpeg(other, 96, 96) is None


def test_a_file_says_what_it_is():
    assert Encoded(encode_png(picture()), None).kind == 'png'
    assert Encoded(encode_jpeg(picture()), None).kind == 'jpeg'
