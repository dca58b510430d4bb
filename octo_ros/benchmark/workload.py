# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""Made-up frames, tasks and noise that fit a network."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import torch

from octo_ros.errors import PolicyError
from octo_ros.model.batch import LanguageTokens, Tasks
from octo_ros.model.config import LANGUAGE_VECTOR, LowdimTokenizerConfig
from octo_ros.model.head_config import DiffusionHeadConfig, DiscreteHeadConfig
from octo_ros.model.sampling import Sampling, SamplingNoise
from octo_ros.policy.engines.frame import Frame

if TYPE_CHECKING:
    from octo_ros.model.config import OctoConfig
    from octo_ros.policy.engines.frame import History
    from octo_ros.policy.engines.quantize import CalibrationTick


@dataclass(frozen=True)
class Tick:
    """One call whose result is compared: what is asked for, seen and drawn."""

    task: Tasks
    history: History
    newest: Frame
    sampling: Sampling


class Workload:
    """An endless supply, the same for the same seed.

    Every picture is new and of noise: nothing that an engine kept of an older one can be found by
    a new one's content.

    Args:
        config: The network.
        seed: Decides everything.

    Raises:
        PolicyError: The sizes of what the network reads are not known.
    """

    def __init__(self, config: OctoConfig, seed: int = 0) -> None:
        for camera in config.cameras:
            if len(camera.film_keys) > 1:
                keys = ', '.join(camera.film_keys)
                msg = f'This network reads the vectors {keys}, whose single sizes are not known.'
                raise PolicyError(msg)
        self._config = config
        self._rng = np.random.default_rng(seed)
        self._generator = torch.Generator().manual_seed(seed)

    def frame(self) -> Frame:
        """New pictures of all cameras, new numbers."""
        config = self._config
        images = {
            key: self._rng.integers(0, 256, (*camera.image_size, 3), dtype=np.uint8)
            for camera in config.cameras
            for key in camera.image_keys
        }
        numbers = {
            key: self._rng.normal(size=size).astype(np.float32)
            for tokenizer in config.observation_tokenizers
            if isinstance(tokenizer, LowdimTokenizerConfig)
            for key, size in tokenizer.inputs
        }
        return Frame(images, numbers)

    def history(self) -> History:
        """New frames for all slots in front of the newest one."""
        return tuple(self.frame() for _ in range(self._config.window_size - 1))

    def task(self) -> Tasks:
        """An instruction of random words; without words, by a vector or not at all."""
        config, language = self._config, None
        sizes = {c.film_keys[0]: c.film_size for c in config.cameras if c.film_keys}
        if config.language is not None and config.language.t5 is not None:
            shape = (1, config.language.num_tokens)
            ids = self._rng.integers(1, config.language.t5.vocab_size, shape)
            language = LanguageTokens(torch.from_numpy(ids), torch.ones(shape, dtype=torch.int64))
        elif config.language is not None:
            sizes[LANGUAGE_VECTOR] = config.language.vector_size
        vectors = {
            key: torch.randn(1, size, generator=self._generator) for key, size in sizes.items()
        }
        return Tasks(language, vectors=vectors)

    def sampling(self) -> Sampling:
        """All the randomness of a call, given and not drawn."""
        head = self._config.head
        if isinstance(head, DiscreteHeadConfig):
            return Sampling(argmax=True)
        if not isinstance(head, DiffusionHeadConfig):
            return Sampling()
        size = (1, head.action_horizon * head.action_dim)
        initial = torch.randn(size, generator=self._generator)
        steps = torch.randn((head.diffusion_steps, *size), generator=self._generator)
        return Sampling(noise=SamplingNoise(initial, steps))

    def compared(self, count: int, recorded: Sequence[CalibrationTick] = ()) -> list[Tick]:
        """Ticks for the comparison of engines.

        Args:
            count: How many, at most.
            recorded: Take these instead of made-up ones, if there are any.
        """
        seen = [(tick.task, tick.history, tick.newest) for tick in recorded[:count]]
        seen = seen or [(self.task(), self.history(), self.frame()) for _ in range(count)]
        return [Tick(*parts, self.sampling()) for parts in seen]
