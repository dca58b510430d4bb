# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""Frames → features, before they are projected to the transformer's width."""

from __future__ import annotations

from typing import TYPE_CHECKING

import torch
from torch import Tensor, nn

from octo_ros.errors import PolicyError
from octo_ros.model.batch import Observations, Tasks, TokenGroup
from octo_ros.model.precision import at_least_float32
from octo_ros.model.stem import SmallStem
from octo_ros.model.token_learner import TokenLearner
from octo_ros.model.value_checks import check_finite

if TYPE_CHECKING:
    from octo_ros.model.config import ImageTokenizerConfig

# Mean and standard deviation of ImageNet's red, green and blue, of pixels in 0..1.
_IMAGENET_MEAN = (0.485, 0.456, 0.406)
_IMAGENET_STD = (0.229, 0.224, 0.225)


class ImageTokenizer(nn.Module):
    """One camera: frame and goal image, stacked on the channel axis, through a stem of its own.

    Args:
        config: Keys and sizes.
    """

    def __init__(self, config: ImageTokenizerConfig) -> None:
        super().__init__()
        self.config = config
        self.stem = SmallStem(config.stem, config.channels, config.film_size)
        self.token_learner = (
            TokenLearner(config.num_patches, config.num_features, config.learned_tokens)
            if config.learned_tokens
            else None
        )

    def forward(self, observations: Observations, tasks: Tasks) -> TokenGroup | None:
        """Features (B, W, n, num_features) with their mask, or None if the camera is left out.

        Raises:
            PolicyError: Only some of the stacked images are there, an image has another size, or a
                task vector that FiLM reads is missing.
        """
        keys = self.config.image_keys
        present = [key for key in keys if key in observations.images]
        if not present:
            return None
        if len(present) != len(keys):
            msg = f'Tokenizer {self.config.name!r} stacks {keys}; only {present} given.'
            raise PolicyError(msg)
        lead = tuple(observations.timestep_pad_mask.shape)
        frames = [self._checked(key, observations.images[key], lead) for key in keys]
        goals = [self._goal(key, tasks, frames[0]) for key in self.config.goal_keys]
        # Stacked as uint8, so that a goal that is not given becomes -1 everywhere, as in training.
        stack = torch.cat([*frames, *goals], dim=-1)  # (B, W, height, width, channels)
        # In the frames' own order of axes torch's GroupNorm is ten times less exact on the CPU.
        pixels = self._normalized(stack.flatten(0, 1)).permute(0, 3, 1, 2).contiguous()
        vector = self._film_vector(tasks, *lead)
        # (B·W, F, rows, columns)
        features = self.stem(pixels.to(self.stem.embedding.weight.dtype), vector)
        tokens = features.flatten(2).mT.unflatten(0, lead)
        if self.token_learner is not None:
            tokens = self.token_learner(tokens)
        return TokenGroup(self.config.name, tokens, self._mask(observations, tokens))

    def _normalized(self, pixels: Tensor) -> Tensor:
        """uint8 (..., channels) → at least float32."""
        pixels = pixels.to(at_least_float32(self.stem.embedding.weight.dtype))
        if self.config.stem.img_norm_type == 'default':
            return pixels / 127.5 - 1
        mean, std = (
            torch.tensor(values * (self.config.channels // 3)).to(pixels)
            for values in (_IMAGENET_MEAN, _IMAGENET_STD)
        )
        return (pixels / 255 - mean) / std

    def _goal(self, key: str, tasks: Tasks, frames: Tensor) -> Tensor:
        """The goal image repeated over the window, zeros if it is not given."""
        if key not in tasks.goal_images:
            return torch.zeros_like(frames)
        goal = self._checked(f'goal {key}', tasks.goal_images[key], (frames.shape[0],))
        return goal[:, None].expand(-1, frames.shape[1], -1, -1, -1)

    def _checked(self, what: str, image: Tensor, lead: tuple[int, ...]) -> Tensor:
        expected = (*lead, *self.config.image_size, 3)
        if tuple(image.shape) != expected or image.dtype != torch.uint8:
            found = f'{image.dtype} {tuple(image.shape)}'
            msg = f'{what} must be torch.uint8 {expected}, got {found}.'
            raise PolicyError(msg)
        return image

    def _film_vector(self, tasks: Tasks, batch: int, window: int) -> Tensor | None:
        """The task's vectors side by side, repeated over the window: (B·W, film_size)."""
        keys = self.config.film_keys
        if not keys:
            return None
        missing = [key for key in keys if key not in tasks.vectors]
        if missing:
            given = ', '.join(tasks.vectors) or 'none'
            msg = f'Tokenizer {self.config.name!r} reads the task vectors {keys}; given: {given}.'
            raise PolicyError(msg)
        shapes = [tuple(tasks.vectors[key].shape) for key in keys]
        sizes = [shape[-1] for shape in shapes]
        if shapes != [(batch, size) for size in sizes] or sum(sizes) != self.config.film_size:
            msg = (
                f'The task vectors {keys} must be flat, ({batch}, n) each, and hold '
                f'{self.config.film_size} numbers together; got {shapes}.'
            )
            raise PolicyError(msg)
        vector = torch.cat([tasks.vectors[key] for key in keys], dim=-1)
        check_finite(f'The task vectors {keys}', vector)
        return vector.to(self.stem.embedding.weight.dtype).repeat_interleave(window, dim=0)

    def _mask(self, observations: Observations, tokens: Tensor) -> Tensor:
        """A stack counts as there if any of its images is."""
        shown = observations.timestep_pad_mask
        mask = torch.zeros_like(shown)
        for key in self.config.image_keys:
            given = observations.pad_masks.get(key, torch.ones_like(shown))
            if given.shape != shown.shape or given.dtype != torch.bool:
                found = f'{given.dtype} {tuple(given.shape)}'
                msg = (
                    f'The pad mask of {key} must be torch.bool {tuple(shown.shape)}, got {found}.'
                )
                raise PolicyError(msg)
            mask = mask | given
        return mask[..., None].expand(tokens.shape[:-1])
