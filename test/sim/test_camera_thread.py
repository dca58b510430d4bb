# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
import threading

import numpy as np
import pytest

from octo_ros.embodiment import load_embodiment
from octo_ros.sim.camera_thread import CameraThread
from octo_ros.sim.renderer import Renderer
from octo_ros.sim.simulation import Simulation


@pytest.fixture
def simulation():
    return Simulation(load_embodiment('widowx'), 1)


def test_picture_shows_the_moment_it_was_asked_for(simulation):
    with Renderer(simulation) as renderer:
        wanted = renderer.render('image_primary', 64, 64)
    received, done = [], threading.Event()

    def take(key, stamp_ns, image):
        received.append((key, stamp_ns, image))
        done.set()

    thread = CameraThread(simulation, 64, take)
    assert thread.request('image_primary', 5)
    simulation.command_joints(np.array(simulation.embodiment.home) + 0.3)
    simulation.step(0.5)
    assert done.wait(20.0)
    thread.close()
    key, stamp_ns, image = received[0]
    assert (key, stamp_ns) == ('image_primary', 5)
    np.testing.assert_array_equal(image, wanted)


def test_request_during_a_picture_is_left_out(simulation):
    started, release = threading.Event(), threading.Event()

    def hold(key, stamp_ns, image):
        del key, stamp_ns, image
        started.set()
        release.wait(20.0)

    thread = CameraThread(simulation, 32, hold)
    assert thread.request('image_primary', 1)
    assert started.wait(20.0)
    assert not thread.request('image_wrist', 2)
    release.set()
    thread.close()


def test_failure_of_the_thread_reaches_the_owner(simulation):
    failed = threading.Event()

    def fail(key, stamp_ns, image):
        del key, stamp_ns, image
        failed.set()
        raise ZeroDivisionError

    thread = CameraThread(simulation, 32, fail)
    thread.request('image_primary', 1)
    assert failed.wait(20.0)
    thread.close()
    with pytest.raises(ZeroDivisionError):
        thread.check()
