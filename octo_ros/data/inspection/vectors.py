# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""Actions and states of a whole dataset, dimension by dimension."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from octo_ros.policy.statistics import FIELDS, FieldStatistics

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from octo_ros.data.rlds.episode import RecordedEpisode
    from octo_ros.data.rlds.schema import Schema
    from octo_ros.embodiment import Embodiment

ACTION = 'action'
STATE = 'observation/state'
POSE = ('x', 'y', 'z', 'roll', 'pitch', 'yaw', 'gripper')
WIDEST = 64  # numbers; wider ones are embeddings, not states


@dataclass(frozen=True)
class VectorSummary:
    """One vector feature over all steps.

    Attributes:
        key: Its key.
        names: Name of every dimension.
        statistics: Over every step of every episode, each episode once.
    """

    key: str
    names: tuple[str, ...]
    statistics: FieldStatistics

    def to_dict(self) -> dict[str, Any]:
        """For JSON."""
        values = {name: getattr(self.statistics, name).tolist() for name in FIELDS}
        return {'key': self.key, 'names': list(self.names), **values}


def vector_keys(schema: Schema) -> tuple[str, ...]:
    """Keys of actions and observations that are plain vectors, actions first."""
    keys = [
        key
        for key, feature in schema.steps.items()
        if key.startswith((ACTION, 'observation/'))
        and feature.is_numeric
        and feature.shape is not None
        and len(feature.shape) <= 1
        and feature.size <= WIDEST
    ]
    return tuple(sorted(keys, key=lambda key: (not key.startswith(ACTION), key)))


class VectorScan:
    """Gathers vectors episode by episode; they are small beside the pictures.

    Args:
        keys: Which.
    """

    def __init__(self, keys: tuple[str, ...]) -> None:
        self._keys = keys
        self._rows: defaultdict[str, list[NDArray[np.float32]]] = defaultdict(list)

    def add(self, episode: RecordedEpisode) -> None:
        """Take the next episode."""
        for key in self._keys:
            if episode.has(key):
                rows = episode.array(key).reshape(episode.steps, -1)
                self._rows[key].append(rows.astype(np.float32))

    def rows(self, key: str) -> NDArray[np.float32]:
        """All rows of a key, shape (N, D); none where no step has it."""
        found = self._rows.get(key)
        return np.concatenate(found) if found else np.zeros((0, 0), np.float32)

    def summaries(
        self, contract: Embodiment | None, action_source: str = ''
    ) -> tuple[VectorSummary, ...]:
        """Of every key that has finite rows.

        Args:
            contract: Names the joints of joint vectors.
            action_source: How the actions were made, as episodes say.
        """
        summaries = []
        for key in self._keys:
            rows = self.rows(key)
            finite = rows[np.isfinite(rows).all(axis=1)] if rows.size else rows
            if finite.size:
                statistics = FieldStatistics.of(finite)
                names = dimension_names(key, rows.shape[1], contract, action_source)
                summaries.append(VectorSummary(key, names, statistics))
        return tuple(summaries)


def dimension_names(
    key: str, size: int, contract: Embodiment | None, action_source: str = ''
) -> tuple[str, ...]:
    """What the dimensions of a vector are called, as far as is known.

    Args:
        key: Key of the vector.
        size: Its dimensions.
        contract: The robot that recorded it.
        action_source: How its actions were made; empty if that is not known.
    """
    joints = contract.joints if contract else ()
    source = contract.low_dim.get(key.removeprefix('observation/')) if contract else None
    if source is not None and len(source.labels) == size:
        return source.labels
    if key in {ACTION, STATE}:
        # An arm of six joints acts in seven numbers either way; poses are what Octo acts in.
        joint_actions = key == ACTION and action_source.startswith('joint')
        if size == len(POSE) and not joint_actions:
            return POSE
        if size == len(joints) + 1:
            return (*joints, POSE[-1])
    if size == len(joints) and 'joint' in key:
        return joints
    return tuple(map(str, range(size)))
