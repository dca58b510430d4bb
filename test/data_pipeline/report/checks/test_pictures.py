# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

import pytest

from octo_ros.data.report.checks.pictures import check_frozen_pictures, check_repeated_pictures


@pytest.mark.parametrize(('repeated', 'told'), [(20, False), (21, True)])
def test_share_of_a_hundred_frames(make, found, repeated, told):
    episode = make.episode(pictures={'image_wrist': make.pictures(100, repeated, 0.1)})
    expected = [('repeated_pictures', 'warning')] if told else []
    assert found(check_repeated_pictures, [episode]) == expected


def test_a_camera_no_faster_than_the_ticks_may_repeat(make, found):
    for frames, told in ((36, False), (37, True)):
        pictures = {'image_wrist': make.pictures(frames, 20, 0.1)}
        episode = make.episode(pictures=pictures)  # 30 ticks
        assert bool(found(check_repeated_pictures, [episode])) is told


@pytest.mark.parametrize(('seconds', 'told'), [(0.5, False), (0.51, True)])
def test_a_frozen_picture(make, found, seconds, told):
    episode = make.episode(pictures={'image_primary': make.pictures(100, 3, seconds)})
    expected = [('frozen_camera', 'warning')] if told else []
    assert found(check_frozen_pictures, [episode]) == expected
