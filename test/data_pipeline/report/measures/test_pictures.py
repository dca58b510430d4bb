# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

from octo_ros.data.report.measures.pictures import camera_pictures, is_faster_than_ticks


def test_cameras_are_summed_over_episodes(make):
    episodes = [
        make.episode('0', pictures={'image_primary': make.pictures(100, 5, 0.2)}),
        make.episode('1', pictures={'image_primary': make.pictures(60, 3, 0.7)}),
        make.episode('2', pictures={'image_wrist': make.pictures(40)}),
    ]
    primary, wrist = camera_pictures(make.facts(episodes))
    assert (primary.frames, primary.repeated, primary.share) == (160, 8, 0.05)
    assert (primary.longest_repeat_s, primary.longest_place) == (0.7, 'run_7 1')
    assert (wrist.frames, wrist.longest_place) == (40, '')


def test_dropped_ticks_count_for_the_rate(make):
    pictures = {'image_wrist': make.pictures(37)}
    assert is_faster_than_ticks(make.episode(pictures=pictures), 'image_wrist')
    slow = make.episode(pictures=pictures, dropped_ticks={'too old': 1})
    assert not is_faster_than_ticks(slow, 'image_wrist')
