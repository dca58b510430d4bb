# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""What is shown of an episode."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import cv2
import numpy as np

from octo_ros.data.inspection.agreement import normalised_gripper, read_contract
from octo_ros.data.inspection.vectors import ACTION, POSE, dimension_names
from octo_ros.data.rlds.schema import FeatureKind
from octo_ros.errors import DatasetError

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from octo_ros.data.rlds.dataset import RldsDataset
    from octo_ros.data.rlds.episode import RecordedEpisode
    from octo_ros.geometry import Array

OBSERVATION = 'observation/'
NAMES = 5  # episodes that are listed when one is not found


@dataclass(frozen=True)
class Trace:
    """Dimensions of an action that are drawn on one scale.

    Attributes:
        title: What they are, with their unit.
        names: D names.
        values: Shape (T, D), in that unit.
        low: Lower end of the scale.
        high: Upper end.
        digits: Decimals that are shown.
    """

    title: str
    names: tuple[str, ...]
    values: Array
    low: float
    high: float
    digits: int


class EpisodeView:
    """One episode with everything that is shown of it.

    Args:
        dataset: Where it lies.
        episode: The episode.
        rate: Steps per second; None: as the dataset or the contract beside it says.

    Attributes:
        steps: T.
        rate: Steps per second; None if nobody says.
        title: The task in words.
        subtitle: Dataset, split and episode.
        outcome: success, failure, or empty if it is not recorded.
        cameras: Keys of its pictures, depth included.
        traces: Its actions; none if it has no plain vector of them.
        note: Why the contract beside the dataset cannot be read; empty if it can.

    Raises:
        DatasetError: It has no steps, or its statistics are damaged.
    """

    def __init__(
        self, dataset: RldsDataset, episode: RecordedEpisode, rate: float | None = None
    ) -> None:
        if not episode.steps:
            msg = f'{episode.place} has no steps to show.'
            raise DatasetError(msg)
        self._episode = episode
        self.steps = episode.steps
        contract, self.note = read_contract(dataset.directory)
        if rate is None:
            rate = episode.rate or (1 / contract.action_dt if contract else None)
        self.rate = rate
        self.title = episode.instruction or '(no instruction)'
        name = f' “{episode.name}”' if episode.name != str(episode.place.index) else ''
        self.subtitle = f'{dataset.name} · {episode.place.split} · {episode.place.index}{name}'
        self.outcome = {True: 'success', False: 'failure', None: ''}[episode.success]
        self._depths = tuple(
            key
            for key, feature in dataset.schema.steps.items()
            if key.startswith(f'{OBSERVATION}depth')
            and feature.kind is FeatureKind.TENSOR
            and len(feature.shape or ()) in {2, 3}
            and episode.has(key)
        )
        self.cameras = (*episode.images, *self._depths)
        names = dimension_names(ACTION, _size(dataset), contract, episode.action_source)
        gripper = normalised_gripper(dataset.directory, len(names))
        if gripper is None and names == POSE:
            gripper = len(POSE) - 1
        self.traces = _traces(episode, names, gripper)

    def pictures(self, step: int) -> dict[str, NDArray[np.uint8] | None]:
        """Camera name to RGB uint8 (H, W, 3) of one step; None where the picture is padding.

        Raises:
            DatasetError: A picture cannot be decoded.
        """
        return {key.removeprefix(OBSERVATION): self._picture(key, step) for key in self.cameras}

    def time(self, step: int) -> str:
        """The moment of a step, for people."""
        return f'step {step}' if self.rate is None else f'{step / self.rate:.1f} s'

    def _picture(self, key: str, step: int) -> NDArray[np.uint8] | None:
        if key in self._depths:
            return depth_colors(self._episode.array(key)[step])
        if not self._episode.encoded(key)[step]:
            return None
        image = self._episode.picture(key, step)
        if image.shape[2] != 3:
            return depth_colors(image[:, :, :1])
        return np.asarray(image, np.uint8)


def find_episode(dataset: RldsDataset, split: str, wanted: str) -> RecordedEpisode:
    """The episode of that number; only if no episode has it, the first one of that name.

    Names are often numbers too, and then say in which order episodes were recorded, not where they
    stand in a split; a number always means the place in the split, counted from 0.

    Raises:
        UnknownNameError: There is no such split.
        DatasetError: There is no such episode, or a file is damaged.
    """
    is_number = wanted in map(str, range(dataset.split(split).episodes))
    names = []
    for episode in dataset.episodes(split):
        if wanted == (str(episode.place.index) if is_number else episode.name):
            return episode
        names.append(episode.name)
    shown = ', '.join(names[:NAMES]) + (', …' if len(names) > NAMES else '')
    msg = (
        f'{dataset.directory} has no episode {wanted!r} in {split}; it has numbers 0 to '
        f'{len(names) - 1}, and the names {shown}.'
    )
    raise DatasetError(msg)


def depth_colors(depth: NDArray[np.generic]) -> NDArray[np.uint8]:
    """Depth as colours from its nearest to its farthest value; black where it is not known.

    Args:
        depth: Shape (H, W) or (H, W, 1); 0 or not finite where it is not known.
    """
    values = np.asarray(depth, np.float64).reshape(depth.shape[:2])
    known = np.isfinite(values) & (values > 0)
    if not known.any():
        return np.zeros((*values.shape, 3), np.uint8)
    low, high = np.quantile(values[known], [0.02, 0.98])
    share = np.clip((values - low) / max(high - low, 1e-9), 0, 1)
    level = np.where(known, 255 * (1 - share), 0).astype(np.uint8)
    colors = cv2.cvtColor(cv2.applyColorMap(level, cv2.COLORMAP_VIRIDIS), cv2.COLOR_BGR2RGB)
    return np.where(known[:, :, np.newaxis], colors, 0).astype(np.uint8)


def _size(dataset: RldsDataset) -> int:
    feature = dataset.schema.steps.get(ACTION)
    return feature.size if feature is not None and feature.is_numeric else 0


def _traces(
    episode: RecordedEpisode, names: tuple[str, ...], gripper: int | None
) -> tuple[Trace, ...]:
    if not names or not episode.has(ACTION):
        return ()
    values = np.nan_to_num(episode.array(ACTION).reshape(episode.steps, -1).astype(np.float64))
    parts = [('action', [i for i in range(len(names)) if i != gripper], 1.0, 3)]
    if names == POSE:
        degrees = float(np.degrees(1))
        parts = [
            ('translation, mm', [0, 1, 2], 1e3, 1),
            ('rotation, °', [3, 4, 5], degrees, 1),
        ]
    traces = []
    for title, columns, factor, digits in parts:
        rows = values[:, columns] * factor
        reach = max(float(np.abs(rows).max(initial=0)), 1e-6)
        traces.append(Trace(title, tuple(names[i] for i in columns), rows, -reach, reach, digits))
    if gripper is not None:
        name, opening = (names[gripper],), values[:, [gripper]]
        traces.append(Trace('gripper, 1 = open', name, opening, 0.0, 1.0, 2))
    return tuple(traces)
