# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

import numpy as np

from octo_ros.observation.decoded_frames import KEPT, DecodedFrames
from octo_ros.types import Sample


def test_frames_are_decoded_once_as_long_as_they_are_kept():
    asked = []

    def decode(value):
        asked.append(value)
        return np.full(3, value)

    frames = DecodedFrames(decode)
    samples = [Sample(0, 0, value) for value in range(KEPT + 1)]
    first = frames.get(samples[0])
    assert frames.get(samples[0]) is first
    for sample in samples[1:]:
        frames.get(sample)
    assert frames.get(samples[0]) is not first
    assert asked == [*range(KEPT + 1), 0]
    frames.clear()
    frames.get(samples[0])
    assert len(asked) == KEPT + 3
