# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""Pictures and the geometry of the cameras."""

from __future__ import annotations

import numpy as np
import pytest

from octo_ros.embodiment import robot_names
from octo_ros.errors import ConfigError, UnknownNameError
from octo_ros.geometry import Pose
from octo_ros.sim.renderer import Renderer, camera_geometry

CHANNEL = {'red': 0, 'green': 1, 'blue': 2}


def pixels_of(image, color):
    """Where one channel stands out: shape (n, 2), x and y [px]."""
    channel = CHANNEL[color]
    others = np.delete(image, channel, axis=2).max(axis=2).astype(int)
    y, x = np.nonzero(image[:, :, channel] > 2 * others + 20)
    return np.column_stack([x, y])


def optical_pose(simulation, geometry):
    parent = simulation.link_poses().get(geometry.parent, Pose.from_xyz_rpy())
    return parent @ geometry.pose


@pytest.mark.parametrize('name', robot_names())
def test_every_block_is_seen_where_the_geometry_says(name, simulate):
    simulation = simulate(name, seed=4)
    geometry = camera_geometry(simulation, 'image_primary', 240, 320)
    assert geometry.parent == simulation.embodiment.base_frame
    camera = optical_pose(simulation, geometry).inverse()
    with Renderer(simulation) as renderer:
        image = renderer.render('image_primary', 240, 320)
    for block in simulation.scene(0).blocks:
        expected = geometry.project((camera @ block.pose).position)
        seen = pixels_of(image, block.color)
        assert len(seen) > 40, f'{block.name} is hidden'
        np.testing.assert_allclose(seen.mean(axis=0), expected, atol=2.0)


@pytest.mark.parametrize('name', robot_names())
def test_the_wrist_camera_looks_at_what_the_gripper_reaches(name, simulate):
    simulation = simulate(name)
    geometry = camera_geometry(simulation, 'image_wrist')
    assert geometry.parent in simulation.link_poses()
    camera = optical_pose(simulation, geometry).inverse()
    tcp = (camera @ simulation.tcp_pose).position
    assert tcp[2] > 0.05
    pixel = geometry.project(tcp)
    assert (pixel > 64).all()
    assert (pixel < 192).all()
    below = simulation.tcp_pose.position - [0, 0, 0.05]
    joint = simulation.data.joint('red block')
    joint.qpos[:3] = below
    simulation.step(0.0)
    with Renderer(simulation) as renderer:
        seen = pixels_of(renderer.render('image_wrist'), 'red')
    expected = geometry.project(camera.position + camera.rotation @ below)
    np.testing.assert_allclose(seen.mean(axis=0), expected, atol=12.0)  # the fingers hide a part


def test_cameras_differ_and_pictures_repeat(widowx, renderer):
    primary, wrist = renderer.render('image_primary'), renderer.render('image_wrist')
    assert primary.shape == wrist.shape == (256, 256, 3)
    assert primary.dtype == np.uint8
    assert np.abs(primary.astype(int) - wrist).mean() > 10
    np.testing.assert_array_equal(primary, renderer.render('image_primary'))


def test_pictures_follow_the_scene(widowx, renderer):
    before = renderer.render('image_primary')
    widowx.command_joints(np.array(widowx.embodiment.home) + 0.3)
    widowx.step(0.5)
    assert np.abs(renderer.render('image_primary').astype(int) - before).mean() > 2


def test_any_size_shows_the_same(widowx, renderer):
    small = renderer.render('image_primary', 120, 120)
    large = renderer.render('image_primary', 480, 480)
    assert large.shape == (480, 480, 3)
    shrunk = large.reshape(120, 4, 120, 4, 3).mean(axis=(1, 3))
    assert np.abs(shrunk - small).mean() < 3


def test_smoothed_edges_show_the_same(widowx, renderer):
    plain = renderer.render('image_primary').astype(int)
    with Renderer(widowx, samples=4) as smooth:
        difference = np.abs(smooth.render('image_primary') - plain).mean()
    assert 0.0 < difference < 3.0


def test_two_renderers_do_not_disturb_each_other(simulate, renderer):
    first = renderer.render('image_primary')
    with Renderer(simulate('franka')) as other:
        assert np.abs(other.render('image_primary').astype(int) - first).mean() > 5
        np.testing.assert_array_equal(renderer.render('image_primary'), first)


def test_an_unknown_camera_is_refused_with_the_known_ones(widowx, renderer):
    message = "Unknown camera 'image_wrst'. Did you mean 'image_wrist'"
    with pytest.raises(UnknownNameError, match=message):
        renderer.render('image_wrst')
    with pytest.raises(UnknownNameError, match=message):
        camera_geometry(widowx, 'image_wrst')


@pytest.mark.parametrize('size', [(0, 10), (961, 10), (10, 1281)])
def test_impossible_sizes_are_refused(size, widowx, renderer):
    with pytest.raises(ConfigError, match='draws 1 × 1 to 1280 × 960 px'):
        renderer.render('image_primary', *size)


def test_focal_length_follows_the_field_of_view(widowx):
    geometry = camera_geometry(widowx, 'image_primary', 100, 200)
    angle = np.deg2rad(widowx.layout.cameras['image_primary'].field_of_view)
    assert geometry.fx == geometry.fy == pytest.approx(50 / np.tan(angle / 2))
    assert (geometry.cx, geometry.cy) == (99.5, 49.5)
