# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""Windows of frames out of an RLDS dataset, as a policy sees them: for calibration."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from octo_ros.data.rlds.dataset import RldsDataset
from octo_ros.errors import DatasetError

if TYPE_CHECKING:
    from octo_ros.data.rlds.episode import RecordedEpisode

_OBSERVATION = 'observation/'
_IMAGE = f'{_OBSERVATION}image_'


@dataclass(frozen=True)
class RecordedWindow:
    """Consecutive steps of one episode.

    Attributes:
        instruction: The task in words.
        frames: Per step, oldest first, image key to RGB uint8 (H, W, 3).
    """

    instruction: str
    frames: tuple[dict[str, NDArray[np.uint8]], ...]


def recorded_windows(path: Path, window: int, count: int) -> list[RecordedWindow]:
    """Windows spread evenly over all episodes; one episode at a time is in memory.

    Args:
        path: Directory of the dataset, its version included, or a parent of it.
        window: Steps per window.
        count: Windows, at most.

    Raises:
        DatasetError: There is no dataset, no episode as long as a window, or a file is damaged.
    """
    dataset = RldsDataset(path)
    lengths = [episode.steps for episode in dataset.episodes()]
    places = [(e, i) for e, length in enumerate(lengths) for i in range(length - window + 1)]
    if not places:
        msg = f'{path} has no RLDS episode of {window} steps or more; give the folder of one.'
        raise DatasetError(msg)
    starts = defaultdict[int, list[int]](list)
    for index in np.linspace(0, len(places) - 1, min(count, len(places))).round().astype(int):
        starts[places[index][0]].append(places[index][1])
    return [
        _window(episode, start, window)
        for number, episode in enumerate(dataset.episodes())
        for start in starts.get(number, ())
    ]


def _window(episode: RecordedEpisode, start: int, size: int) -> RecordedWindow:
    keys = [key for key in episode.images if key.startswith(_IMAGE)]
    frames = tuple(
        {key.removeprefix(_OBSERVATION): episode.picture(key, step) for key in keys}
        for step in range(start, start + size)
    )
    return RecordedWindow(episode.instruction, frames)
