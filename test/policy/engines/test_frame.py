# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
import numpy as np
import pytest

from octo_ros.policy.engines.frame import Frame

IMAGE = np.arange(48, dtype=np.uint8).reshape(4, 4, 3)
STATE = np.linspace(0, 1, 7, dtype=np.float32)
FRAME = Frame({'image_primary': IMAGE, 'image_wrist': IMAGE}, {'proprio': STATE})


def test_equal_content_has_one_digest_whatever_the_order_and_the_memory():
    other = Frame(
        {'image_wrist': np.asfortranarray(IMAGE), 'image_primary': IMAGE.copy()},
        {'proprio': STATE.copy()},
    )
    assert other.digest == FRAME.digest
    assert other != FRAME


def changed(array, index):
    result = array.copy()
    result.reshape(-1)[index] += 1
    return result


@pytest.mark.parametrize(
    'other',
    [
        Frame({'image_primary': IMAGE}, {'proprio': STATE}),
        Frame({'image_primary': IMAGE, 'image_wrist': IMAGE}),
        Frame({'image_primary': IMAGE, 'image_wrist': changed(IMAGE, 7)}, {'proprio': STATE}),
        Frame({'image_primary': IMAGE, 'image_wrist': IMAGE}, {'proprio': changed(STATE, 6)}),
        Frame({'image_primary': IMAGE, 'image_side': IMAGE}, {'proprio': STATE}),
        Frame(FRAME.images, FRAME.low_dim, frozenset({'image_wrist'})),
        Frame({'image_primary': IMAGE.reshape(2, 8, 3), 'image_wrist': IMAGE}, FRAME.low_dim),
    ],
    ids=['camera', 'state', 'pixel', 'number', 'name', 'hidden', 'shape'],
)
def test_every_change_of_content_changes_the_digest(other):
    assert other.digest != FRAME.digest
