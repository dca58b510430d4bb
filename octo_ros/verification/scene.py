# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""Input arrays → what the network takes; every shape and type is checked here."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from octo_ros.errors import VerificationError
from octo_ros.model.batch import LanguageTokens, Observations, Tasks
from octo_ros.model.config import LowdimTokenizerConfig, OctoConfig
from octo_ros.verification.reference import Arrays

_FRAME_AXES = 5  # batch, window, height, width, channels
_LANGUAGE = 'task/language_instruction'
_LANGUAGE_FLAG = 'task/pad_mask_dict/language_instruction'


@dataclass(frozen=True)
class Scene:
    """One case to compute.

    Attributes:
        arrays: Its inputs by name.
        correct_attention: Use the correct attention mask, whatever the checkpoint says.
        readout_key: Token group that the head reads; empty takes the checkpoint's.
        read: Names of the inputs that were looked at; filled by the methods.
    """

    arrays: Arrays
    correct_attention: bool = False
    readout_key: str = ''
    read: set[str] = field(default_factory=set, compare=False, repr=False)

    def observations(self, config: OctoConfig) -> Observations:
        """The observations that the network reads; others are left alone, as in the original.

        Raises:
            VerificationError: There is none, or one has another shape or type.
        """
        keys = [key for camera in config.cameras for key in camera.image_keys]
        sizes = _low_dim_sizes(config)
        images = self._images('observation', keys, _FRAME_AXES)
        low_dim = {
            key: self.numbers(f'observation/{key}', (-1, -1, size))
            for key, size in sizes.items()
            if f'observation/{key}' in self.arrays
        }
        present = {**images, **low_dim}
        if not present:
            known = ', '.join(f'observation/{key}' for key in (*keys, *sizes))
            msg = f'the inputs hold nothing that this network observes; it reads {known}'
            raise VerificationError(msg)
        lead = tuple(next(iter(present.values())).shape[:2])
        for key, tensor in present.items():
            _check_lead(f'observation/{key}', tensor, lead)
        masks = {
            key: self.mask(f'observation/pad_mask_dict/{key}', lead)
            for key in images
            if f'observation/pad_mask_dict/{key}' in self.arrays
        }
        steps = 'observation/timestep_pad_mask'
        shown = self.mask(steps, lead) if steps in self.arrays else torch.ones(lead).bool()
        return Observations(images, shown, masks, low_dim)

    def tasks(self, config: OctoConfig, batch: int) -> Tasks:
        """The tasks; what the network cannot take, and what is not there, is left out.

        Args:
            config: The network.
            batch: Their number B.

        Raises:
            VerificationError: One has another shape or type.
        """
        goals = self._images(
            'task', [key for camera in config.cameras for key in camera.goal_keys], _FRAME_AXES - 1
        )
        for key, tensor in goals.items():
            _check_lead(f'task/{key}', tensor, (batch,))
        vectors = {
            key: self.numbers(f'task/{key}', (batch, -1))
            for key in config.vector_keys
            if f'task/{key}' in self.arrays
        }
        flag = self.mask(_LANGUAGE_FLAG, (batch,)) if _LANGUAGE_FLAG in self.arrays else None
        tokens = self._language(config, batch)
        return Tasks(tokens, flag, goals, vectors=vectors)

    def _language(self, config: OctoConfig, batch: int) -> LanguageTokens | None:
        language, name = config.language, f'{_LANGUAGE}/input_ids'
        if language is None or language.t5 is None or name not in self.arrays:
            return None
        shape = (batch, language.num_tokens)
        ids = self.integers(name, shape, language.t5.vocab_size)
        shown = ids != 0  # T5 pads with 0
        if f'{_LANGUAGE}/attention_mask' in self.arrays:
            shown = self.mask(f'{_LANGUAGE}/attention_mask', shape)
        return LanguageTokens(ids, shown.long())

    def array(self, name: str) -> NDArray[Any]:
        """An input by name.

        Raises:
            VerificationError: It is not there.
        """
        if name not in self.arrays:
            msg = f'the inputs lack {name}'
            raise VerificationError(msg)
        self.read.add(name)
        return self.arrays[name]

    def mask(self, name: str, shape: tuple[int, ...]) -> Tensor:
        """A bool input of that shape; zeros and ones of any type will do.

        Raises:
            VerificationError: It is not there, of another shape, or holds other numbers.
        """
        array = self._shaped(name, shape)
        if array.dtype != np.bool_ and not np.isin(array, (0, 1)).all():
            msg = f'{name} must hold nothing but True and False; it is {array.dtype}'
            raise VerificationError(msg)
        return torch.from_numpy(array.astype(np.bool_))

    def integers(self, name: str, shape: tuple[int, ...], limit: int) -> Tensor:
        """An input of integers 0..limit-1 of that shape, as int64; whole floats will do.

        Raises:
            VerificationError: It is not there, of another shape or type, or out of range.
        """
        array = self._shaped(name, shape)
        ok = array.dtype.kind in 'iuf' and ((array >= 0) & (array < limit)).all()
        ok = ok and (array == np.floor(array)).all()
        if not ok:
            msg = f'{name} must hold integers from 0 to {limit - 1}'
            raise VerificationError(msg)
        return torch.from_numpy(array.astype(np.int64))

    def numbers(self, name: str, shape: tuple[int, ...]) -> Tensor:
        """An input of finite numbers of that shape, as float32; -1 allows any length.

        Raises:
            VerificationError: It is not there, of another shape or type, or not finite.
        """
        array = self._shaped(name, shape)
        if array.dtype.kind not in 'fiu' or not np.isfinite(array).all():
            msg = f'{name} must hold finite numbers; it is {array.dtype}'
            raise VerificationError(msg)
        return torch.from_numpy(array.astype(np.float32))

    def _images(self, kind: str, keys: Iterable[str], ndim: int) -> dict[str, Tensor]:
        images = {}
        for key in keys:
            name = f'{kind}/{key}'
            if name not in self.arrays:
                continue
            array = self.array(name)
            if array.dtype != np.uint8 or array.ndim != ndim:
                msg = f'{name} must be uint8 of {ndim} axes; it is {array.dtype}{array.shape}'
                raise VerificationError(msg)
            images[key] = torch.from_numpy(array)
        return images

    def _shaped(self, name: str, shape: tuple[int, ...]) -> NDArray[Any]:
        array = self.array(name)
        fits = array.ndim == len(shape) and all(
            wanted in (-1, found) for wanted, found in zip(shape, array.shape, strict=True)
        )
        if not fits:
            wanted_text = str(shape).replace('-1', 'any')
            msg = f'{name} has shape {array.shape}; it must have {wanted_text}'
            raise VerificationError(msg)
        return array


def _low_dim_sizes(config: OctoConfig) -> dict[str, int]:
    tokenizers = config.observation_tokenizers
    lowdims = (each for each in tokenizers if isinstance(each, LowdimTokenizerConfig))
    sizes = {key: size for each in lowdims for key, size in each.inputs}
    return {key: sizes[key] for key in config.low_dim_keys}


def _check_lead(name: str, tensor: Tensor, lead: tuple[int, ...]) -> None:
    """Batch and window must be the same everywhere."""
    found = tuple(tensor.shape[: len(lead)])
    if found != lead:
        msg = f'{name} begins with axes {found}, the other inputs with {lead}'
        raise VerificationError(msg)
