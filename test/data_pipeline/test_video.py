# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

import av
import numpy as np
import pytest

from octo_ros.data.video import write_video
from octo_ros.errors import DatasetError


def frames(count, shape=(64, 48, 3)):
    for i in range(count):
        image = np.zeros(shape, np.uint8)
        image[..., 0] = 20 * i
        yield image


def test_a_video_plays_back_frame_by_frame(tmp_path):
    path = tmp_path / 'episode.mp4'
    assert write_video(path, frames(10), fps=5) == 10
    with av.open(str(path)) as container:
        stream = container.streams.video[0]
        assert stream.codec_context.name == 'h264'
        assert stream.average_rate == 5
        shown = [frame.to_ndarray(format='rgb24') for frame in container.decode(stream)]
    assert len(shown) == 10
    np.testing.assert_allclose(
        [image[..., 0].mean() for image in shown], 20 * np.arange(10), atol=5
    )
    assert max(image[..., 2].mean() for image in shown) < 8


def test_odd_sizes_lose_a_row_or_column(tmp_path):
    path = tmp_path / 'odd.mp4'
    write_video(path, frames(2, (33, 47, 3)), fps=10)
    with av.open(str(path)) as container:
        assert (container.streams.video[0].height, container.streams.video[0].width) == (32, 46)


def test_no_frame_and_changing_sizes_are_refused(tmp_path):
    with pytest.raises(DatasetError, match='no frame'):
        write_video(tmp_path / 'none.mp4', [], fps=10)
    mixed = [*frames(1), *frames(1, (32, 32, 3))]
    with pytest.raises(DatasetError, match=r'Frame 1 of .*\(32, 32, 3\); expected \(64, 48, 3\)'):
        write_video(tmp_path / 'mixed.mp4', mixed, fps=10)
