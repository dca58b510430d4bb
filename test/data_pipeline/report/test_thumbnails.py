# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

from io import BytesIO

import numpy as np
import pytest
from PIL import Image

from octo_ros.data.report.thumbnails import thumbnail, thumbnails
from octo_ros.observation.encoding import encode_jpeg


def test_a_thumbnail_is_small_and_of_the_same_shape():
    noise = np.random.default_rng(0).integers(0, 256, (240, 320, 3), np.uint8)
    small = thumbnail(encode_jpeg(noise))
    with Image.open(BytesIO(small)) as image:
        assert image.size == (112, 84)
    assert len(small) < 8000


def test_it_shows_the_picture():
    picture = np.zeros((128, 128, 3), np.uint8)
    picture[:, 64:] = [250, 60, 20]
    with Image.open(BytesIO(thumbnail(encode_jpeg(picture)))) as image:
        pixels = np.asarray(image, np.int16)
    assert np.abs(pixels[50, 90] - [250, 60, 20]).max() < 12
    assert pixels[50, 20].max() < 12


@pytest.mark.parametrize(
    ('count', 'chosen'), [(1, [0]), (2, [0, 1]), (3, [0, 1, 2]), (9, [0, 4, 8])]
)
def test_first_middle_and_last(make, count, chosen):
    jpegs = [make.jpeg(shade=20 * i, size=(32, 32)) for i in range(count)]
    assert thumbnails(jpegs) == tuple(thumbnail(jpegs[i]) for i in chosen)
