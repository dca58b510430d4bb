# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""What a relayed camera sends is what the policy would have made of it, within the budget."""

from __future__ import annotations

from itertools import pairwise
from types import SimpleNamespace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from octo_ros.config import parse
from octo_ros.data.rlds.encode import stored_image
from octo_ros.embodiment import Camera, load_embodiment
from octo_ros.errors import ConfigError, ObservationError
from octo_ros.geometry import Pose
from octo_ros.observation.encoding import Encoded, encode_jpeg
from octo_ros.observation.images import decode, resize
from octo_ros.observation.relay import CameraRelay, Fate, RelayOptions
from octo_ros.observation.sync import ObservationBuilder
from octo_ros.types import JointState, Sample

SECOND = 1_000_000_000
CAMERA = Camera(topic='/cam', height=64, width=48, max_age=0.25, max_skew=0.1)


def raw(seed=0, height=120, width=160):
    rng = np.random.default_rng(seed)
    image = rng.integers(0, 256, (height, width, 3), dtype=np.uint8)
    return SimpleNamespace(
        encoding='rgb8',
        height=height,
        width=width,
        step=3 * width,
        is_bigendian=0,
        data=image.reshape(-1),
    )


def compressed(encoded):
    return SimpleNamespace(format='rgb8; png compressed bgr8', data=encoded.data)


def test_png_carries_the_very_pixels_that_the_policy_sees():
    encoded = CameraRelay(CAMERA, RelayOptions(format='png')).encode(raw())
    np.testing.assert_array_equal(
        decode(compressed(encoded)), resize(decode(raw()), CAMERA.height, CAMERA.width)
    )
    assert encoded.quality is None


def test_jpeg_carries_the_very_bytes_that_datasets_hold():
    encoded = CameraRelay(CAMERA, RelayOptions()).encode(raw())
    assert encoded.data == stored_image(raw(), resize(decode(raw()), 64, 48))
    # And a bag of the relayed topic is converted without encoding again.
    assert stored_image(compressed(encoded), decode(compressed(encoded))) == encoded.data


@pytest.mark.parametrize('kind', ['jpeg', 'png'])
def test_a_jpeg_made_in_the_right_size_goes_on_untouched(kind):
    image = np.random.default_rng(0).integers(0, 256, (64, 48, 3), dtype=np.uint8)
    own = SimpleNamespace(format='jpeg', data=encode_jpeg(image, 60))
    encoded = CameraRelay(CAMERA, RelayOptions(format=kind)).encode(own)
    assert (encoded.data, encoded.kind, encoded.quality) == (own.data, 'jpeg', None)


def test_a_jpeg_of_the_right_size_that_does_not_fit_is_made_smaller():
    image = np.random.default_rng(0).integers(0, 256, (64, 48, 3), dtype=np.uint8)
    own = SimpleNamespace(format='jpeg', data=encode_jpeg(image, 100))
    relay = CameraRelay(CAMERA, RelayOptions(max_bytes_per_second=40_000))
    encoded = relay.encode(own)
    assert encoded.quality < 95
    assert len(encoded.data) < len(own.data) / 2


def test_observation_through_the_relay_equals_the_direct_one():
    robot = load_embodiment('widowx')
    made = []
    for embodiment, relayed in ((robot, False), (robot.relayed(), True)):
        builder = ObservationBuilder(embodiment, lambda _: Pose.from_xyz_rpy())
        builder.add_joints(Sample(SECOND, SECOND, JointState(SECOND, np.zeros(6), np.zeros(6), 1)))
        for seed, (key, camera) in enumerate(robot.cameras.items()):
            message = raw(seed, 480, 640)
            if relayed:
                relay = CameraRelay(camera, RelayOptions(format='png'))
                message = compressed(relay.encode(message))
            builder.add_image(key, Sample(SECOND, SECOND, message))
        made.append(builder.observe(SECOND))
    direct, through = made
    assert direct.stamp_ns == through.stamp_ns
    for key in robot.cameras:
        np.testing.assert_array_equal(direct.images[key], through.images[key])


def test_a_frozen_camera_gives_frozen_bytes_though_quality_goes_down():
    relay = CameraRelay(CAMERA, RelayOptions(max_bytes_per_second=20_000, max_rate=5.0))
    first = relay.encode(raw(1))
    relay.encode(raw(2))
    assert first.quality < 95
    assert relay.encode(raw(1)) == first


def test_an_unreadable_frame_is_refused_by_name():
    with pytest.raises(ObservationError, match='/cam'):
        CameraRelay(CAMERA, RelayOptions()).encode(SimpleNamespace(format='jpeg', data=b'x'))


steps = st.lists(
    st.tuples(st.integers(1, 100_000_000), st.integers(1000, 400_000)), min_size=1, max_size=150
)


def drive(relay, offered):
    """Frames of (gap, size), each worked on at once; returns (stamp, size) of those sent."""
    now, sent = 0, []
    for gap, size in offered:
        now += gap
        if relay.offer(now, now) and relay.finish(Encoded(bytes(size), 90), now):
            sent.append((now, size))
    return sent


@given(steps)
def test_every_frame_has_one_fate_and_every_byte_is_counted(offered):
    relay = CameraRelay(CAMERA, RelayOptions())
    sent = drive(relay, offered)
    assert relay.fates.total() == len(offered)
    assert relay.fates[Fate.SENT] == len(sent)
    assert relay.bytes_sent == sum(size for _, size in sent)


@given(steps, st.sampled_from([10_000, 300_000, 1_000_000]), st.sampled_from([1.0, 15.0]))
def test_neither_budget_nor_rate_is_exceeded(offered, limit, rate):
    options = RelayOptions(max_bytes_per_second=limit, max_rate=rate)
    sent = drive(CameraRelay(CAMERA, options), offered)
    for start, _ in sent:
        inside = [size for t, size in sent if start <= t < start + SECOND]
        assert sum(inside) <= limit
        assert len(inside) <= rate + 3


def test_a_frame_held_back_leaves_its_turn_to_the_next():
    """PNGs of 160 kB: 6 of 30 frames go, evenly, not every second of the ten that are due."""
    relay = CameraRelay(CAMERA, RelayOptions(max_rate=10.0))
    sent = drive(relay, [(SECOND // 30, 160_000)] * 300)
    assert len(sent) >= 55
    gaps = [b[0] - a[0] for a, b in pairwise(sent)]
    assert max(gaps) <= SECOND // 4
    assert relay.fates[Fate.HELD_BACK] > 0


def test_the_worst_quality_is_remembered():
    relay = CameraRelay(CAMERA, RelayOptions())
    for now, quality in enumerate([80, 60, 70]):
        relay.finish(Encoded(b'x', quality), now)
    assert relay.lowest_quality == 60


@pytest.mark.parametrize(
    'values',
    [
        {'format': 'webp'},
        {'quality': 0},
        {'max_rate': 0.0},
        {'max_rate': float('nan')},
        {'max_bytes_per_second': 100},
    ],
)
def test_options_out_of_range_are_refused(values):
    with pytest.raises(ConfigError, match=next(iter(values))):
        parse(RelayOptions, values, 'test')
