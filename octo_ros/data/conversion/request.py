# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""What is to be converted, and how."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

from octo_ros.data.labels.source import ACTION_SOURCES, COMMANDED, ActionSource
from octo_ros.embodiment import Embodiment
from octo_ros.errors import ConfigError


@dataclass(frozen=True)
class Topics:
    """Topics that are not part of the embodiment.

    A topic that was named must be in every bag, so that a misspelt name is found. None leaves the
    choice to this package, which looks on its own topics and does without those that a bag lacks.

    Attributes:
        events: EpisodeEvent or String marks; a bag without marks is one episode.
        instruction: String with the task in words.
        commands: Commanded motion, for the action sources that are made of it; others take the
            gripper's commands from it.
        pose: PoseStamped of the TCP in the base frame, or transforms; None: forward kinematics of
            the joint states.
        gripper: Commands of the gripper; None: those that come with the commands of the motion,
            else the measured opening.
        namespace: Of the robot, as `/left`, before this package's own topics; empty for none.
    """

    events: str | None = None
    instruction: str | None = None
    commands: str | None = None
    pose: str | None = None
    gripper: str | None = None
    namespace: str = ''

    def own(self, topic: str) -> str:
        """A topic of this package, as `/octo/action`, in the robot's namespace."""
        return self.namespace + topic


@dataclass(frozen=True)
class ConversionRequest:
    """A conversion.

    Attributes:
        bags: ROS 2 bags, at least one.
        embodiment: The robot's contract, its topics as in the bags.
        output: Directory that holds datasets; on this machine.
        remote_output: URL of the directory that is to hold the dataset, gs://bucket/folder; then
            it is put together below `output` and sent there.
        name: Name of the dataset.
        hz: Steps per second; None: 1 / action_dt of the embodiment.
        action_source: Where actions come from.
        val_fraction: Share of episodes for validation, above 0 and at most 0.5; one at least.
        instruction: Words for episodes that have none.
        topics: Further topics.
        workers: Processes that convert episodes at the same time.
        salvage: Read what can be read of damaged bags.
        append: Add to a dataset that exists.
        skip_failed: Leave out episodes that were marked as failures.
        runner: Apache Beam runner that converts the episodes; None: this machine, without Beam.
        beam_options: Passed on to Apache Beam.
    """

    bags: tuple[Path, ...]
    embodiment: Embodiment
    output: Path
    name: str
    hz: float | None = None
    action_source: ActionSource = 'achieved_pose'
    val_fraction: float = 0.1
    instruction: str = ''
    topics: Topics = field(default_factory=Topics)
    workers: int = 1
    salvage: bool = False
    append: bool = False
    skip_failed: bool = False
    runner: str | None = None
    beam_options: tuple[str, ...] = ()
    remote_output: str | None = None

    def __post_init__(self) -> None:
        if not self.bags:
            msg = 'Give at least one bag.'
            raise ConfigError(msg)
        self._check_that_bags_differ()
        if self.hz is not None and not 0.5 <= self.hz <= 50:
            msg = f'--hz is {self.hz:g}; it must lie in 0.5 .. 50.'
            raise ConfigError(msg)
        if not 0 < self.val_fraction <= 0.5:
            msg = f'--val is {self.val_fraction:g}; it must lie above 0 and be at most 0.5.'
            raise ConfigError(msg)
        if not 1 <= self.workers <= 256:
            msg = f'--workers is {self.workers}; it must lie in 1 .. 256.'
            raise ConfigError(msg)
        if self.append and self.remote_output is not None:
            msg = (
                f'--append adds to a dataset on this machine, not to one in {self.remote_output}.'
            )
            raise ConfigError(msg)
        if self.beam_options and self.runner is None:
            msg = f'{" ".join(self.beam_options)}: options of Apache Beam need a --runner.'
            raise ConfigError(msg)
        if self.action_source not in ACTION_SOURCES:
            allowed = ', '.join(ACTION_SOURCES)
            msg = f'--action is {self.action_source!r}; it must be one of {allowed}.'
            raise ConfigError(msg)
        topics = self.topics
        if topics.commands and topics.gripper and self.action_source not in COMMANDED:
            msg = (
                f'--command-topic {topics.commands} has no use: --action {self.action_source} '
                f'takes the motion from measurements, and --gripper-topic {topics.gripper} has '
                "the gripper's commands. Leave it out, or choose an --action that is made of "
                f'commands: {", ".join(COMMANDED)}.'
            )
            raise ConfigError(msg)

    def _check_that_bags_differ(self) -> None:
        given: dict[Path, Path] = {}
        for bag in sorted(self.bags, key=lambda path: len(path.resolve().parts)):
            place = bag.resolve()
            same = next((given[p] for p in (place, *place.parents) if p in given), None)
            if same is not None:
                msg = (
                    f'{same} and {bag} are the same bag, which would bring its episodes into both '
                    'train and val. Give it once.'
                )
                raise ConfigError(msg)
            given[place] = bag

    @property
    def rate(self) -> float:
        """Steps per second."""
        return self.hz or 1.0 / self.embodiment.action_dt

    @property
    def period_ns(self) -> int:
        """Distance of the ticks [ns]."""
        return round(1e9 / self.rate)

    @property
    def contract(self) -> Embodiment:
        """The embodiment as it holds for the dataset: its actions last one tick."""
        return replace(self.embodiment, action_dt=1.0 / self.rate)


def with_topics(
    embodiment: Embodiment, camera_topics: Mapping[str, str], joint_states_topic: str | None
) -> Embodiment:
    """The same robot with other topics.

    Args:
        embodiment: The robot's contract.
        camera_topics: Camera key to topic, for those that differ.
        joint_states_topic: Topic of the joint states if it differs, else None.

    Raises:
        ConfigError: The robot has no such camera.
    """
    cameras = dict(embodiment.cameras)
    for key, topic in camera_topics.items():
        if key not in cameras:
            msg = f'{embodiment.name} has no camera {key}; it has {", ".join(cameras)}.'
            raise ConfigError(msg)
        cameras[key] = replace(cameras[key], topic=topic)
    joint_states = embodiment.joint_states
    if joint_states_topic:
        joint_states = replace(joint_states, topic=joint_states_topic)
    return replace(embodiment, cameras=cameras, joint_states=joint_states)
