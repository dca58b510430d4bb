# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
from xml.etree import ElementTree as ET

import numpy as np
import pytest

from octo_ros.demo import plots
from octo_ros.demo.reader import read_story
from octo_ros.embodiment import load_embodiment


@pytest.fixture(scope='module')
def story(demo_bag):
    return read_story(demo_bag, load_embodiment('widowx'))


@pytest.fixture
def figures(monkeypatch):
    """The figures that are drawn, caught before they become text."""
    caught = []
    monkeypatch.setattr(plots, '_svg', lambda figure: caught.append(figure) or '')
    return caught


def test_figures_are_whole_svgs(story):
    assert ET.fromstring(plots.joints_svg(story)).tag.endswith('svg')


def test_joints_show_what_was_visited_within_the_limits(story, figures):
    plots.joints_svg(story)
    (axes,) = figures[0].axes
    assert [label.get_text() for label in axes.get_yticklabels()] == list(story.embodiment.joints)
    visited = axes.containers[-1].patches[0]  # of the waist, which turned by 0.1 rad
    low, high = story.embodiment.limits.position_min[0], story.embodiment.limits.position_max[0]
    assert abs(visited.get_width() * (high - low) - 0.1) < 0.005


def test_path_shows_the_workspace_and_where_the_block_went(story, figures):
    plots.path_svg(story, story.episodes[0])
    top, side = figures[0].axes
    boxes = [np.array(patch.get_bbox()) for patch in top.patches]
    limits = story.embodiment.limits
    workspace = np.array([limits.workspace_min[:2], limits.workspace_max[:2]])
    assert any(np.allclose(box, workspace) for box in boxes)
    centers = [box.mean(axis=0) for box in boxes]
    for center in ([0.3, 0.0], [0.3, 0.2], [0.28, 0.18]):
        assert any(np.allclose(center, found, atol=1e-6) for found in centers)
    assert side.get_ylabel().startswith('z')


def test_commands_mark_what_was_refused(story, figures):
    plots.commands_svg(story, story.episodes[0])
    displacement, _, codes = figures[0].axes
    (refused,) = [line for line in displacement.lines if line.get_label() == 'refused']
    np.testing.assert_allclose(refused.get_xdata(), [1.0], atol=1e-6)
    labels = [label.get_text() for label in codes.get_yticklabels()]
    assert labels == ['OK', 'REJECTED_RATE', 'STOP_COMMAND_TIMEOUT']


def test_latency_tells_median(story, figures):
    plots.latency_svg(story)
    assert 'median 150 ms' in [line.get_label() for line in figures[0].axes[0].lines]
