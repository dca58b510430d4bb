# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""A bag of three episodes, to be converted in more than one way."""

from __future__ import annotations

import pytest

from octo_ros.data.conversion.request import ConversionRequest
from octo_ros.embodiment import load_embodiment
from octo_ros.types import EpisodeEventKind as Kind


@pytest.fixture
def three_episodes(bag, tmp_path, moving_pose):
    """Output and options → a request for a bag with poses in a frame of the camera's, too."""
    bag.robot(0, 1500)
    for ms in range(0, 1500, 20):
        bag.pose(ms, moving_pose(ms), frame='camera')
    for i in range(3):
        bag.event(i * 500, Kind.START, str(i), 'wave')
    path, robot = bag.write(tmp_path / 'bag'), load_embodiment('widowx')

    def make(output, **options):
        return ConversionRequest((path,), robot, tmp_path / output, 'robot', hz=10.0, **options)

    return make


@pytest.fixture
def files():
    """A dataset → name to content of its files, which may tell where it was meant to lie."""

    def read(target, place=None):
        return {
            path.name: path.read_bytes().replace(str(place or target).encode(), b'TARGET')
            for path in target.iterdir()
        }

    return read
