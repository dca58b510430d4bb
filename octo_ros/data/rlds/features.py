# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""What a dataset holds: keys, shapes and types, named as in the Open X-Embodiment datasets."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from octo_ros.embodiment import ACTION_NAMES
from octo_ros.errors import DatasetError

if TYPE_CHECKING:
    import tensorflow_datasets as tfds

    from octo_ros.embodiment import Embodiment

STATE = 'state'
STATE_SIZE = 7


@dataclass(frozen=True)
class DatasetLayout:
    """The shape of a dataset's steps.

    Attributes:
        cameras: Image key to height and width [px]; stored as JPEG, RGB.
        depths: Depth key to height and width [px]; float32 [m], 0 for unknown. Octo takes
            depth as numbers only (see `octo_ros.data.rlds.encode`).
        observations: Key of a further float vector to its length.
        action_names: One name per action dimension.

    Raises:
        DatasetError: Two observations have the same key.
    """

    cameras: Mapping[str, tuple[int, int]]
    depths: Mapping[str, tuple[int, int]] = field(default_factory=dict)
    observations: Mapping[str, int] = field(default_factory=dict)
    action_names: tuple[str, ...] = ACTION_NAMES

    def __post_init__(self) -> None:
        keys = Counter([STATE, *self.cameras, *self.depths, *self.observations])
        twice = [key for key, count in keys.items() if count > 1]
        if twice:
            msg = f'Observation key {twice[0]!r} is used twice; every observation needs its own.'
            raise DatasetError(msg)

    @classmethod
    def of(cls, embodiment: Embodiment, action_names: Sequence[str]) -> DatasetLayout:
        """What an embodiment's observations and these actions need."""
        return cls(
            cameras={k: (c.height, c.width) for k, c in embodiment.cameras.items()},
            depths={k: (c.height, c.width) for k, c in embodiment.depth_cameras.items()},
            observations={k: len(source.labels) for k, source in embodiment.low_dim.items()},
            action_names=tuple(action_names),
        )

    @property
    def pictures(self) -> tuple[str, ...]:
        """Keys of everything that is too large to be held for a whole episode."""
        return (*self.cameras, *self.depths)

    def features(self) -> tfds.features.FeaturesDict:
        """The features of an episode for tensorflow-datasets."""
        import tensorflow_datasets as tfds

        features, scalar = tfds.features, tfds.features.Scalar

        def vector(size: int) -> tfds.features.Tensor:
            return features.Tensor(shape=(size,), dtype=np.float32)

        observation = {
            **{
                key: features.Image(shape=(*size, 3), encoding_format='jpeg')
                for key, size in self.cameras.items()
            },
            **{
                key: features.Tensor(shape=(*size, 1), dtype=np.float32)
                for key, size in self.depths.items()
            },
            STATE: vector(STATE_SIZE),
            **{key: vector(size) for key, size in self.observations.items()},
        }
        step = {
            'observation': features.FeaturesDict(observation),
            'action': vector(len(self.action_names)),
            'language_instruction': features.Text(),
            'is_first': scalar(dtype=np.bool_),
            'is_last': scalar(dtype=np.bool_),
            'is_terminal': scalar(dtype=np.bool_),
            'reward': scalar(dtype=np.float32),
            'discount': scalar(dtype=np.float32),
        }
        # Scalars only: loaders repeat them over the steps of an episode.
        metadata = {
            'file_path': features.Text(),
            'episode_id': scalar(dtype=np.int64),
            'episode_name': features.Text(),
            'success': scalar(dtype=np.bool_),
            'action_source': features.Text(),
            'embodiment': features.Text(),
            'hz': scalar(dtype=np.float32),
        }
        return features.FeaturesDict(
            {
                'steps': features.Dataset(step),
                'episode_metadata': features.FeaturesDict(metadata),
            }
        )
