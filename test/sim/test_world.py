# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""The compiled MuJoCo model."""

from __future__ import annotations

import numpy as np
import pytest

from octo_ros.embodiment import robot_names
from octo_ros.robots.kinematics import Kinematics
from octo_ros.sim.engine import mujoco
from octo_ros.sim.world import wood_texture


@pytest.mark.parametrize('name', robot_names())
def test_the_tcp_is_where_the_kinematics_say(name, simulate):
    simulation = simulate(name)
    kinematics = Kinematics.for_embodiment(simulation.embodiment)
    rng = np.random.default_rng(1)
    for _ in range(5):
        home = np.array(simulation.embodiment.home)
        positions = home + rng.uniform(-0.5, 0.5, len(home))
        for joint, position in zip(simulation.embodiment.joints, positions, strict=True):
            simulation.data.joint(joint).qpos[0] = position
        mujoco.mj_kinematics(simulation.model, simulation.data)
        expected = kinematics.tcp_pose(positions)
        np.testing.assert_allclose(simulation.tcp_pose.position, expected.position, atol=1e-9)
        np.testing.assert_allclose(simulation.tcp_pose.rotation, expected.rotation, atol=1e-9)


@pytest.mark.parametrize('name', robot_names())
def test_nothing_casts_shadows(name, simulate):
    assert not simulate(name).model.light_castshadow.any()


@pytest.mark.parametrize('name', robot_names())
def test_only_the_arm_is_weightless(name, simulate):
    simulation = simulate(name)
    model = simulation.model
    moving = {model.body(i).name for i in np.flatnonzero(model.body_weldid)}
    weightless = {model.body(i).name for i in np.flatnonzero(model.body_gravcomp)}
    massless = {model.body(i).name for i in np.flatnonzero(model.body_mass == 0.0)}
    assert moving - weightless - massless == {'red block', 'green block', 'blue block'}


def test_the_wood_is_always_the_same():
    np.testing.assert_array_equal(wood_texture(), wood_texture())
    assert wood_texture().std() > 5
