# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""The numbers of a dataset, read back from its records without touching the pictures."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from octo_ros.data.rlds.features import STATE_SIZE
from octo_ros.data.rlds.tfrecord import record_spans
from octo_ros.data.rlds.wire import features_in
from octo_ros.errors import DatasetError

if TYPE_CHECKING:
    from numpy.typing import NDArray

METADATA = 'episode_metadata/'
ACTION = 'steps/action'
STATE = 'steps/observation/state'
LENGTH = 'steps/is_first'  # one number per step


@dataclass(frozen=True)
class StoredEpisode:
    """What is known of one record.

    Attributes:
        actions: float32, shape (T, A).
        proprio: float32, shape (T, 7).
        metadata: Key to a number or text.
    """

    actions: NDArray[np.float32]
    proprio: NDArray[np.float32]
    metadata: dict[str, Any]


def stored_episodes(paths: Iterable[Path]) -> Iterator[StoredEpisode]:
    """The records of some shards, in their order.

    Raises:
        DatasetError: A file is damaged, or its records are not episodes.
    """
    for path in paths:
        for begin, size in record_spans(path):
            yield _episode(path, begin, size)


def _episode(path: Path, begin: int, size: int) -> StoredEpisode:
    from tensorflow_datasets.proto import tf_feature_pb2

    values: dict[str, list[Any]] = {}
    with path.open('rb') as file:
        file.seek(begin)
        for name, feature_size in features_in(file, size):
            if name in (ACTION, STATE, LENGTH) or name.startswith(METADATA):
                feature = tf_feature_pb2.Feature.FromString(file.read(feature_size))
                values[name] = getattr(feature, feature.WhichOneof('kind')).value
    missing = {ACTION, STATE, LENGTH} - set(values)
    if missing:
        msg = f'A record of {path} has no {", ".join(sorted(missing))}; it is no episode of Octo.'
        raise DatasetError(msg)
    steps = len(values[LENGTH])
    return StoredEpisode(
        actions=np.array(values[ACTION], np.float32).reshape(steps, -1),
        proprio=np.array(values[STATE], np.float32).reshape(steps, STATE_SIZE),
        metadata={
            name.removeprefix(METADATA): _plain(value[0])
            for name, value in values.items()
            if name.startswith(METADATA)
        },
    )


def _plain(value: object) -> object:
    return value.decode() if isinstance(value, bytes) else value
