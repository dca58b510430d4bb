# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

from dataclasses import replace
from io import BytesIO

import numpy as np
import pytest
from PIL import Image

from octo_ros.data.rlds.picture import decode_picture
from octo_ros.data.rlds.schema import Feature, FeatureKind
from octo_ros.errors import DatasetError

RAMP = np.arange(4 * 6 * 3, dtype=np.uint8).reshape(4, 6, 3)
COLOR = Feature('image', FeatureKind.IMAGE, (4, 6, 3), 'uint8', 'png', True, 'Image')


def png(array):
    buffer = BytesIO()
    Image.fromarray(array).save(buffer, 'PNG')
    return buffer.getvalue()


@pytest.mark.parametrize('shape', [(4, 6, 3), (-1, -1, 3)])
def test_color_is_rgb(shape):
    np.testing.assert_array_equal(decode_picture(png(RAMP), replace(COLOR, shape=shape)), RAMP)


def test_depth_in_millimetres():
    depth = (1000 * np.arange(24, dtype=np.uint16)).reshape(4, 6)
    feature = replace(COLOR, shape=(4, 6, 1), dtype='uint16')
    np.testing.assert_array_equal(decode_picture(png(depth), feature)[:, :, 0], depth)


def test_depth_in_metres_is_stored_bit_by_bit():
    depth = np.linspace(0.1, 3.0, 24, dtype=np.float32).reshape(4, 6, 1)
    feature = replace(COLOR, shape=(4, 6, 1), dtype='float32')
    np.testing.assert_array_equal(decode_picture(png(depth.view(np.uint8)), feature), depth)


@pytest.mark.parametrize(
    ('data', 'changes', 'words'),
    [
        (b'', {}, 'no picture .0 bytes'),
        (b'abc', {}, '3 bytes that are no picture'),
        (png(RAMP), {'shape': (4, 8, 3)}, r'\(4, 6, 3\) uint8; declared is \(4, 8, 3\) uint8'),
        (png(RAMP), {'dtype': 'uint16'}, 'declared is .* uint16'),
        (png(RAMP), {'dtype': 'bool'}, 'cannot be shown'),
    ],
)
def test_what_was_not_declared_is_refused(data, changes, words):
    with pytest.raises(DatasetError, match=words):
        decode_picture(data, replace(COLOR, **changes))
