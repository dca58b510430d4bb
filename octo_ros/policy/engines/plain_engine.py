# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""The whole window through the plain network, every time: for networks that cannot be split."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from octo_ros.errors import PolicyError
from octo_ros.model.batch import Observations
from octo_ros.policy.base import CacheCounts
from octo_ros.policy.engines.base import never
from octo_ros.policy.engines.placement import tasks_on

if TYPE_CHECKING:
    from octo_ros.model.batch import Tasks
    from octo_ros.model.octo import Octo
    from octo_ros.model.sampling import Sampling
    from octo_ros.policy.engines.frame import Frame, History


class PlainEngine:
    """Runs the plain network; see `octo_ros.policy.engines.base.Engine`.

    Args:
        octo: The network, on its device; the head float32 (or float64), the rest in any type.
        window_size: Slots per window.
    """

    def __init__(self, octo: Octo, window_size: int) -> None:
        self._octo = octo
        self._window_size = window_size
        self._device = next(octo.parameters()).device
        self._head_type = next(octo.head.parameters()).dtype
        self._task: Tasks | None = None
        self._counts = CacheCounts()

    @property
    def window_size(self) -> int:
        """Slots per window, at most."""
        return self._window_size

    @property
    def encodes_beside(self) -> bool:
        """Not on CUDA."""
        return self._device.type == 'cpu'

    @property
    def counts(self) -> CacheCounts:
        """Every call misses."""
        return self._counts

    @torch.inference_mode()
    def encode(self, tasks: Tasks) -> Tasks:
        """The instruction through the language encoder."""
        return self._octo.encode_tasks(tasks_on(self._device, tasks))

    def set_task(self, task: Tasks) -> None:
        """Serve this task from now on."""
        self._task = task

    def prepare(self, history: History, abandoned: Callable[[], bool] = never) -> bool:
        """There is nothing to prepare, so everything is ready."""
        del history, abandoned
        return True

    def begin(self, history: History, newest: Frame) -> None:
        """Every window is run alone."""
        del history, newest

    def for_another_robot(self) -> PlainEngine:
        """An engine of its own on the same network."""
        return PlainEngine(self._octo, self._window_size)

    @contextlib.contextmanager
    def rehearsal(self) -> Iterator[None]:
        """Whatever is run within is not counted."""
        counts = self._counts
        try:
            yield
        finally:
            self._counts = counts

    @torch.inference_mode()
    def act(self, history: History, newest: Frame, sampling: Sampling) -> NDArray[np.float32]:
        """See `Engine.act`."""
        if self._task is None:
            msg = 'The engine has no task; call set_task first.'
            raise PolicyError(msg)
        observations = window_observations((*history, newest), self._device)
        output = self._octo.octo_transformer(observations, self._task)
        group = output.group(self._octo.config.head.readout_key)
        embedding = self._octo.head.pool(replace(group, tokens=group.tokens.to(self._head_type)))
        chunk = self._octo.head.sample(embedding[:, -1], sampling)
        self._counts = replace(self._counts, misses=self._counts.misses + 1)
        return chunk.squeeze(-3).cpu().numpy()


def window_observations(frames: History, device: torch.device) -> Observations:
    """A batch of one window; what a frame does not have is filled with zeros and hidden.

    Raises:
        PolicyError: Only some frames have a low-dimensional input, which no mask can hide.
    """
    real = [frame for frame in frames if frame is not None]
    images = {key: image for frame in real for key, image in frame.images.items()}
    low_dim = {key: numbers for frame in real for key, numbers in frame.low_dim.items()}
    for key in low_dim:
        if any(key not in frame.low_dim for frame in real):
            msg = f'{key} must be given in every frame of a window or in none.'
            raise PolicyError(msg)

    def stacked(example: NDArray[np.generic], arrays: list[NDArray[np.generic] | None]) -> Tensor:
        filled = [np.zeros_like(example) if array is None else array for array in arrays]
        return torch.from_numpy(np.stack(filled))[None].to(device)

    def mask(shown: list[bool]) -> Tensor:
        return torch.tensor([shown], device=device)

    return Observations(
        images={
            key: stacked(image, [f.images.get(key) if f else None for f in frames])
            for key, image in images.items()
        },
        timestep_pad_mask=mask([frame is not None for frame in frames]),
        pad_masks={
            key: mask([f is not None and key in f.images and key not in f.hidden for f in frames])
            for key in images
        },
        low_dim={
            key: stacked(numbers, [f.low_dim.get(key) if f else None for f in frames])
            for key, numbers in low_dim.items()
        },
    )
