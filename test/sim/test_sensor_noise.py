# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
import numpy as np
import pytest

from octo_ros.sim.sensor_noise import SensorNoise

GREY = np.full((64, 80, 3), 120, np.uint8)


def test_noise_has_the_wanted_spread_and_no_bias():
    noise = SensorNoise(1.5, 3, 64, 80).added(GREY, 0, 0).astype(float) - 120
    # Rounding to whole levels adds a variance of 1/12.
    assert noise.std() == pytest.approx(np.sqrt(1.5**2 + 1 / 12), abs=0.05)
    assert abs(noise.mean()) < 0.05


def test_every_frame_of_every_camera_differs():
    noise = SensorNoise(1.5, 3, 64, 80)
    seen = {noise.added(GREY, camera, frame).tobytes() for camera in (0, 1) for frame in range(50)}
    assert len(seen) == 100


def test_the_same_seed_camera_and_frame_give_the_same_noise():
    first, second = (SensorNoise(1.5, 3, 64, 80).added(GREY, 1, 7) for _ in range(2))
    np.testing.assert_array_equal(first, second)
    other = SensorNoise(1.5, 4, 64, 80).added(GREY, 1, 7)
    assert (first != other).any()


@pytest.mark.parametrize('level', [0, 255])
def test_levels_end_at_black_and_white(level):
    even = np.full_like(GREY, level)
    noisy = SensorNoise(3.0, 0, 64, 80).added(even, 0, 0)
    assert np.abs(noisy.astype(int) - level).max() < 20
    assert (noisy != level).any()


def test_without_noise_the_picture_stays():
    np.testing.assert_array_equal(SensorNoise(0.0, 0, 64, 80).added(GREY, 0, 5), GREY)


def test_the_picture_itself_is_not_changed():
    SensorNoise(2.0, 0, 64, 80).added(GREY, 0, 0)
    assert (GREY == 120).all()
