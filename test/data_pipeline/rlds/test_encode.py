# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

from io import BytesIO
from types import SimpleNamespace

import numpy as np
import pytest
from PIL import Image

from octo_ros.data.rlds.encode import stored_depth, stored_image
from octo_ros.observation.encoding import encode_jpeg

RAMP = np.linspace(0, 255, 32 * 48 * 3).reshape(32, 48, 3).astype(np.uint8)


def decoded(data):
    return np.asarray(Image.open(BytesIO(data)))


def saved(image, kind, **options):
    buffer = BytesIO()
    image.save(buffer, kind, **options)
    return SimpleNamespace(format=kind.lower(), data=np.frombuffer(buffer.getvalue(), np.uint8))


def test_a_jpeg_of_the_right_size_is_stored_untouched():
    message = saved(Image.fromarray(RAMP), 'JPEG', quality=40)
    assert stored_image(message, decoded(message.data.tobytes())) == message.data.tobytes()


@pytest.mark.parametrize(
    'message',
    [
        saved(Image.fromarray(RAMP).resize((50, 32)), 'JPEG'),
        saved(Image.fromarray(RAMP).convert('L'), 'JPEG'),
        saved(Image.fromarray(RAMP), 'PNG'),
        SimpleNamespace(encoding='rgb8', data=RAMP.tobytes()),
    ],
)
def test_everything_else_is_encoded_anew(message):
    data = stored_image(message, RAMP)
    assert data == encode_jpeg(RAMP)
    assert decoded(data).shape == RAMP.shape


@pytest.mark.parametrize('order', ['<', '>'])
def test_depths_are_stored_row_by_row_in_one_byte_order(order):
    depth = np.arange(6, dtype=order + 'f4').reshape(2, 3, 1) / 7
    stored = np.frombuffer(stored_depth(depth), '<f4')
    np.testing.assert_array_equal(stored, depth.reshape(-1))
