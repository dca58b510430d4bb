# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""The dataset of a demo, and a few of its steps read back as a training job would."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from octo_ros.data.conversion.convert import convert
from octo_ros.data.conversion.request import ConversionRequest
from octo_ros.data.rlds.dataset import RldsDataset

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from octo_ros.data.conversion.tally import Progress
    from octo_ros.data.report.report import Report
    from octo_ros.data.rlds.episode import RecordedEpisode
    from octo_ros.embodiment import Embodiment
    from octo_ros.geometry import Array

IMAGE = 'observation/image_'


@dataclass(frozen=True)
class StepSample:
    """One step of the dataset, read back from its file.

    Attributes:
        instruction: Task in words.
        index: Number of the step in its episode.
        of: Steps of that episode.
        images: Camera name (primary, wrist) to JPEG.
        action: Shape (7,): translation [m], rpy [rad], gripper.
        state: Shape (7,): xyz [m], rpy [rad], gripper.
    """

    instruction: str
    index: int
    of: int
    images: dict[str, bytes]
    action: Array
    state: Array


def make_dataset(
    bag: Path,
    embodiment: Embodiment,
    output: Path,
    progress: Callable[[Progress], None] = lambda _: None,
) -> Report:
    """Convert the bag of a demo.

    Args:
        bag: The bag.
        embodiment: The robot.
        output: Directory that holds datasets.
        progress: Called after every episode.

    Raises:
        OctoRosError: As `octo_ros.data.conversion.convert.convert`.
    """
    name = f'octo_demo_{embodiment.name}'
    return convert(ConversionRequest((bag,), embodiment, output, name), progress)


def step_samples(dataset: Path) -> list[StepSample]:
    """The middle step of the longest episode of each instruction.

    Args:
        dataset: Directory of the dataset, including its version.

    Raises:
        DatasetError: A file is damaged.
    """
    samples = [_middle_step(episode) for episode in RldsDataset(dataset).episodes()]
    # Later entries win; a recorded episode may be several, and a single one is in both splits.
    longest = {s.instruction: s for s in sorted(samples, key=lambda sample: sample.of)}
    return [longest[words] for words in sorted(longest)]


def _middle_step(episode: RecordedEpisode) -> StepSample:
    index = episode.steps // 2
    return StepSample(
        instruction=episode.instruction,
        index=index,
        of=episode.steps,
        images={
            key.removeprefix(IMAGE): episode.encoded(key)[index]
            for key in episode.images
            if key.startswith(IMAGE)
        },
        action=episode.array('action')[index],
        state=episode.array('observation/state')[index],
    )
