# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

import numpy as np
import pytest

from octo_ros.data.drawing import BACKGROUND, INK
from octo_ros.data.replay.canvas import PICTURE, TOP, ReplayCanvas
from octo_ros.data.replay.traces import GRIPPER, LEFT, TracePanel
from octo_ros.data.replay.view import EpisodeView, find_episode


@pytest.fixture
def view(dataset):
    return EpisodeView(dataset, find_episode(dataset, 'train', '0'), 5.0)


def test_frames_show_the_step_of_their_time(view):
    frames = list(ReplayCanvas(view).frames())
    assert len(frames) == 6
    assert len({frame.shape for frame in frames}) == 1
    width = frames[0].shape[1]
    inner = round(PICTURE * 64 / 48) + 12 + PICTURE
    assert width == inner + 24
    for step, frame in enumerate(frames):
        np.testing.assert_allclose(frame[TOP + 200, 40], (30 * step, 200, 0), atol=5)
        np.testing.assert_allclose(frame[TOP + 200, -40], (30 * step, 200, 0), atol=5)


def test_the_cursor_walks_over_the_traces(view):
    panel = TracePanel(view, 900)
    for step in (0, 3, 5):
        column = panel.frame(step)[:, round(panel.x(step))]
        assert (column == INK).all(axis=1).mean() > 0.5
    assert panel.x(0) == LEFT
    assert panel.x(5) == 900 - 16


def test_the_gripper_is_drawn_low_then_high(view):
    still = TracePanel(view, 900).sheet([])
    rows, columns = np.nonzero((still[:, LEFT:] == GRIPPER).all(axis=2))
    assert rows[columns < 200].mean() > rows[columns > 400].mean() + 20


def test_a_sheet_has_a_picture_per_moment_and_camera(view):
    sheet = ReplayCanvas(view).sheet(3)
    row = sheet[TOP + 100].astype(int)
    edges = np.flatnonzero(np.abs(np.diff(row, axis=0)).max(axis=1) > 60)
    assert len(edges) == 6  # three pictures begin and end
    assert ReplayCanvas(view).sheet(40).shape[1] > sheet.shape[1]


def test_padding_and_other_actions_are_shown_too(dataset):
    padded = EpisodeView(dataset, find_episode(dataset, 'val', '0'))
    frame = next(ReplayCanvas(padded).frames())
    assert tuple(frame[TOP + 20, 300]) == BACKGROUND
    padded.traces = ()
    assert ReplayCanvas(padded).sheet(4).shape[0] < frame.shape[0]
