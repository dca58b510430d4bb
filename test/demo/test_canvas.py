# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
import numpy as np
import pytest

from octo_ros.demo.canvas import BOTTOM, GAP, PICTURE, TOP, Canvas, Caption
from octo_ros.safety_codes import SafetyCode, SafetyState

CAMERAS = ('image_primary', 'image_wrist')
GREEN = np.full((32, 32, 3), (0, 200, 0), np.uint8)
BLUE = np.full((48, 64, 3), (0, 0, 200), np.uint8)
CAPTION = Caption('reach the red block', 1.25, SafetyState.RUN, 'OK')


@pytest.fixture(scope='module')
def canvas():
    return Canvas(CAMERAS)


def test_pictures_lie_side_by_side_in_the_order_of_the_cameras(canvas):
    frame = canvas.frame({'image_wrist': BLUE, 'image_primary': GREEN}, CAPTION)
    assert frame.shape == (TOP + PICTURE + BOTTOM, 2 * PICTURE + 3 * GAP, 3)
    middle = TOP + PICTURE // 2
    assert tuple(frame[middle, GAP + PICTURE // 2]) == (0, 200, 0)
    assert tuple(frame[middle, 2 * GAP + PICTURE + PICTURE // 2]) == (0, 0, 200)


def test_all_frames_have_one_even_size(canvas):
    full = canvas.frame({'image_primary': GREEN, 'image_wrist': BLUE}, CAPTION)
    missing = canvas.frame({'image_primary': GREEN}, CAPTION)
    title = canvas.title('1 of 3', 'reach the red block', 'WidowX')
    assert full.shape == missing.shape == title.shape
    assert full.shape[0] % 2 == full.shape[1] % 2 == 0


@pytest.mark.parametrize(
    'changed',
    [
        Caption('reach the blue block', 1.25, SafetyState.RUN, 'OK'),
        Caption('reach the red block', 2.25, SafetyState.RUN, 'OK'),
        Caption('reach the red block', 1.25, SafetyState.HOLD, 'OK'),
        Caption('reach the red block', 1.25, SafetyState.RUN, 'STOP_TRACKING'),
        Caption('reach the red block', 1.25, SafetyState.RUN, 'OK', 'failed'),
    ],
)
def test_every_part_of_the_caption_is_seen(canvas, changed):
    images = {'image_primary': GREEN, 'image_wrist': BLUE}
    assert (canvas.frame(images, CAPTION) != canvas.frame(images, changed)).any()


@pytest.mark.parametrize('code', [*SafetyCode.__members__, 'A_CODE_OF_TOMORROW'])
def test_no_text_runs_off_the_frame(canvas, code):
    words = 'put the ' + 'very ' * 40 + 'long instruction in the bin'
    caption = Caption(words, 123.4, SafetyState.STOPPING, code, 'not judged')
    frame = canvas.frame({'image_primary': GREEN, 'image_wrist': BLUE}, caption)
    background = frame[0, 0]
    for margin in (frame[:, -2:], frame[:, :2]):
        assert (margin == background).all()
