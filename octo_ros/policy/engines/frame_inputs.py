# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""What a tokenizer reads of a frame and a task, as tensors in a fixed order."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import torch
from torch import Tensor

from octo_ros.errors import PolicyError
from octo_ros.model.config import ImageTokenizerConfig, LowdimTokenizerConfig
from octo_ros.model.value_checks import check_finite

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from octo_ros.model.batch import Tasks
    from octo_ros.model.config import OctoConfig
    from octo_ros.policy.engines.frame import Frame

GOAL = 'goal_'


@dataclass(frozen=True)
class FrameInputs:
    """The inputs of one observation tokenizer."""

    config: ImageTokenizerConfig | LowdimTokenizerConfig

    @property
    def names(self) -> tuple[str, ...]:
        """Images or numbers, goal images (`goal_<key>`), vectors that FiLM reads."""
        config = self.config
        if isinstance(config, ImageTokenizerConfig):
            goals = (f'{GOAL}{key}' for key in config.goal_keys)
            return (*config.image_keys, *goals, *config.film_keys)
        return tuple(key for key, _ in config.inputs)

    def seen(self, frame: Frame) -> bool:
        """Whether any of them is given and not hidden."""
        if isinstance(self.config, ImageTokenizerConfig):
            return bool((frame.images.keys() - frame.hidden).intersection(self.config.image_keys))
        return bool(frame.low_dim.keys() & set(self.names))

    def tensors(self, frame: Frame, tasks: Tasks) -> tuple[Tensor, ...]:
        """In the order of `names`, batch axis 1; goal images that are not given are zeros.

        Raises:
            PolicyError: Something is missing or has another shape or type.
        """
        config = self.config
        if not isinstance(config, ImageTokenizerConfig):
            return tuple(
                _batch(key, frame.low_dim.get(key), np.float32, (size,))
                for key, size in config.inputs
            )
        shape = (*config.image_size, 3)
        images = [_batch(key, frame.images.get(key), np.uint8, shape) for key in config.image_keys]
        blank = torch.zeros(1, *shape, dtype=torch.uint8)
        goals = [
            _checked(f'goal image {key}', tasks.goal_images.get(key, blank), (1, *shape))
            for key in config.goal_keys
        ]
        missing = [key for key in config.film_keys if key not in tasks.vectors]
        if missing:
            given = ', '.join(tasks.vectors) or 'none'
            msg = f'Tokenizer {config.name!r} reads the task vectors {missing}; given: {given}.'
            raise PolicyError(msg)
        vectors = [tasks.vectors[key] for key in config.film_keys]
        for key, vector in zip(config.film_keys, vectors, strict=True):
            check_finite(key, vector)
        return (*images, *goals, *vectors)


def check_read(frame: Frame, config: OctoConfig) -> None:
    """Refuse a frame of which the network reads nothing.

    Raises:
        PolicyError: It is so.
    """
    given = [*frame.images, *frame.low_dim]
    known = config.observation_keys
    if not set(given) & set(known):
        msg = f'None of the given observations {given} is read; known: {", ".join(known)}.'
        raise PolicyError(msg)


def _batch(
    key: str, array: NDArray[np.generic] | None, dtype: type[np.generic], shape: tuple[int, ...]
) -> Tensor:
    """The array as a batch of one."""
    if array is None:
        msg = f'{key} is not given, but inputs that are read together with it are.'
        raise PolicyError(msg)
    if array.dtype != dtype or array.shape != shape:
        msg = f'{key} must be {dtype.__name__} {shape}, got {array.dtype} {array.shape}.'
        raise PolicyError(msg)
    tensor = torch.from_numpy(np.array(array, order='C'))[None]
    if array.dtype.kind == 'f':
        check_finite(key, tensor)
    return tensor


def _checked(what: str, image: Tensor, shape: tuple[int, ...]) -> Tensor:
    if tuple(image.shape) != shape or image.dtype != torch.uint8:
        msg = f'The {what} must be torch.uint8 {shape}, got {image.dtype} {tuple(image.shape)}.'
        raise PolicyError(msg)
    return image
