# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""Conversions made to measure."""

from __future__ import annotations

from dataclasses import replace
from io import BytesIO

import numpy as np
import pytest
from PIL import Image

from octo_ros.data.bags.losses import BagLosses
from octo_ros.data.report.episode_report import EpisodeReport, Skew
from octo_ros.data.report.facts import BagFacts, ConversionFacts, EpisodeFacts, PartFacts
from octo_ros.data.report.measured import measure
from octo_ros.data.report.measures.motion import achieved_motion
from octo_ros.data.timing.clock import Clock
from octo_ros.data.timing.clock_jump import ClockJump
from octo_ros.data.timing.topic_timing import TopicTiming
from octo_ros.observation.repeats import PictureCounts

NAMES = ('x', 'y', 'z', 'roll', 'pitch', 'yaw', 'gripper')


TOPIC = TopicTiming(
    topic='/cam/image_raw',
    type='sensor_msgs/msg/Image',
    messages=600,
    duration_s=20.0,
    rate_hz=30.0,
    period_median_ms=33.3,
    period_p95_ms=36.0,
    period_max_ms=48.0,
    gaps=0,
    latency_median_ms=22.0,
    latency_p95_ms=25.0,
    latency_max_ms=40.0,
    drift_ms_per_min=0.1,
    duplicates=0,
    out_of_order=0,
    jumps=(),
    clock=Clock('header', 'Its stamps ascend and are near the arrivals.'),
)


class FactsMaker:
    """Makes facts; everything is fine in them unless told otherwise."""

    topic = TOPIC
    jump = ClockJump
    clock = Clock
    losses = BagLosses

    def pictures(self, frames, repeated=0, longest_repeat_s=0.0):
        return PictureCounts(frames, repeated, longest_repeat_s)

    def proprio(self, steps=30, seed=0):
        """A smooth path with a gripper that closes and opens."""
        time = np.linspace(0.0, 2.0 * np.pi, steps)
        phase = np.random.default_rng(seed).uniform(0.0, np.pi, 6)
        position = [0.3, 0.0, 0.15] + 0.1 * np.sin(time[:, None] + phase[:3])
        angles = 0.3 * np.sin(time[:, None] + phase[3:])
        gripper = (np.abs(time - np.pi) > 1.0).astype(float)
        return np.column_stack([position, angles, gripper]).astype(np.float32)

    def part(self, proprio=None, actions=None, thumbnails=0):
        proprio = self.proprio() if proprio is None else proprio
        if actions is None:
            actions = np.zeros_like(proprio)
            actions[:-1, :6] = achieved_motion(proprio)[:, :6]
            actions[:, 6] = np.append(proprio[1:, 6], proprio[-1:, 6])
        stamps = tuple(i * 200_000_000 for i in range(len(proprio)))
        return PartFacts(stamps, actions, proprio, (self.jpeg(),) * thumbnails)

    def jpeg(self, shade=120, size=(112, 84)):
        buffer = BytesIO()
        Image.new('RGB', size, (shade, 90, 60)).save(buffer, 'JPEG')
        return buffer.getvalue()

    def episode(self, name='0', parts=None, pictures=None, bag='bags/run_7', **changes):
        parts = (self.part(),) if parts is None else parts
        report = EpisodeReport(
            bag=bag,
            episode=name,
            splits=('train',),
            steps=tuple(len(part.actions) for part in parts),
            instruction='pick up the red block',
            success=True,
            dropped_ticks={},
            details={},
            unusable_messages={},
            skews={'image_wrist': Skew(4.0, 9.0, 12.0)},
            path_error_mm=0.01,
            path_error_deg=0.001,
        )
        counts = {'image_primary': self.pictures(180)} if pictures is None else pictures
        return EpisodeFacts(replace(report, **changes), tuple(parts), counts)

    def facts(self, episodes=None, topics=None, losses=None, remarks=(), **changes):
        facts = ConversionFacts(
            dataset='/data/robot/1.0.0',
            embodiment='widowx',
            hz=5.0,
            action_source='achieved_pose',
            action_names=NAMES,
            gripper_index=6,
            split_episodes={'train': 11, 'val': 1},
            bags=(
                BagFacts(
                    path='bags/run_7',
                    duration_s=20.0,
                    topics=(self.topic,) if topics is None else tuple(topics),
                    losses=losses or BagLosses(),
                    remarks=tuple(remarks),
                ),
            ),
            episodes=(self.episode(),) if episodes is None else tuple(episodes),
        )
        return replace(facts, **changes)

    def measured(self, episodes=None, **changes):
        return measure(self.facts(episodes, **changes))


@pytest.fixture(scope='session')
def make():
    """Makes facts of conversions."""
    return FactsMaker()


@pytest.fixture
def found(make):
    """Runs one check on a conversion: code and severity of each finding."""

    def run(check, episodes=None, **changes):
        return [(f.code, f.severity.value) for f in check(make.measured(episodes, **changes))]

    return run
