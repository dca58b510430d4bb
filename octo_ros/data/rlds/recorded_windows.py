# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""Windows of frames out of an RLDS dataset, as a policy sees them: for calibration."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from octo_ros.data.rlds.tfrecord import read_records
from octo_ros.errors import DatasetError

_STEPS = 'steps/'
_IMAGE = f'{_STEPS}observation/image_'


@dataclass(frozen=True)
class RecordedWindow:
    """Consecutive steps of one episode.

    Attributes:
        instruction: The task in words.
        frames: Per step, oldest first, image key to RGB uint8 (H, W, 3).
    """

    instruction: str
    frames: tuple[dict[str, NDArray[np.uint8]], ...]


def recorded_windows(dataset: Path, window: int, count: int) -> list[RecordedWindow]:
    """Windows spread evenly over all episodes.

    Args:
        dataset: Directory of the dataset, its version included, or a parent of it.
        window: Steps per window.
        count: Windows, at most.

    Raises:
        DatasetError: There is no dataset, no episode as long as a window, or a file is damaged.
    """
    paths = sorted(dataset.rglob('*.tfrecord-*'))
    episodes = [_Episode(data) for path in paths for data in read_records(path)]
    places = [(e, i) for e in episodes for i in range(e.length - window + 1)]
    if not places:
        msg = f'{dataset} has no RLDS episode of {window} steps or more; give the folder of one.'
        raise DatasetError(msg)
    chosen = np.linspace(0, len(places) - 1, min(count, len(places))).round().astype(int)
    return [places[i][0].window(places[i][1], window) for i in chosen]


class _Episode:
    def __init__(self, data: bytes) -> None:
        from tensorflow_datasets.proto import tf_example_pb2

        self._feature = tf_example_pb2.Example.FromString(data).features.feature
        self._words = self._feature[f'{_STEPS}language_instruction'].bytes_list.value
        self.length = len(self._words)

    def window(self, start: int, size: int) -> RecordedWindow:
        frames = tuple(dict(self._images(step)) for step in range(start, start + size))
        return RecordedWindow(self._words[start].decode(), frames)

    def _images(self, step: int) -> Iterator[tuple[str, NDArray[np.uint8]]]:
        for key in self._feature:
            if key.startswith(_IMAGE):
                data = np.frombuffer(self._feature[key].bytes_list.value[step], np.uint8)
                image = cv2.imdecode(data, cv2.IMREAD_COLOR)
                if image is None:
                    msg = f'Step {step} of an episode has a {key} that is no picture.'
                    raise DatasetError(msg)
                yield (
                    key.removeprefix(f'{_STEPS}observation/'),
                    cv2.cvtColor(image, cv2.COLOR_BGR2RGB),
                )
