# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""Frames and instructions → features, before they are projected to the transformer's width."""

from __future__ import annotations

from typing import TYPE_CHECKING

import torch
from torch import Tensor, nn

from octo_ros.errors import PolicyError
from octo_ros.model.batch import LanguageTokens, Observations, Tasks, TokenGroup
from octo_ros.model.stem import SmallStem
from octo_ros.model.t5 import T5Encoder

if TYPE_CHECKING:
    from octo_ros.model.config import ImageTokenizerConfig, LanguageTokenizerConfig


class ImageTokenizer(nn.Module):
    """One camera: frame and goal image, stacked on the channel axis, through a stem of its own.

    Args:
        config: Keys and sizes.
    """

    def __init__(self, config: ImageTokenizerConfig) -> None:
        super().__init__()
        self.config = config
        self.stem = SmallStem(config.stem, config.channels)

    def forward(self, observations: Observations, tasks: Tasks) -> TokenGroup | None:
        """Features (B, W, n, num_features) with their mask, or None if the camera is left out.

        Raises:
            PolicyError: Only some of the stacked images are there, or an image has another size.
        """
        keys = self.config.image_keys
        present = [key for key in keys if key in observations.images]
        if not present:
            return None
        if len(present) != len(keys):
            msg = f'Tokenizer {self.config.name!r} stacks {keys}; only {present} given.'
            raise PolicyError(msg)
        frames = [self._checked(key, observations.images[key]) for key in keys]
        goals = [self._goal(key, tasks, frames[0]) for key in self.config.goal_keys]
        # Stacked as uint8, so that a goal that is not given becomes -1 everywhere, as in training.
        stack = torch.cat([*frames, *goals], dim=-1)  # (B, W, height, width, channels)
        pixels = stack.flatten(0, 1).permute(0, 3, 1, 2).float() / 127.5 - 1
        features = self.stem(pixels.to(self.stem.embedding.weight))  # (B·W, F, rows, columns)
        tokens = features.flatten(2).mT.unflatten(0, stack.shape[:2])
        return TokenGroup(self.config.name, tokens, self._mask(observations, tokens))

    def _goal(self, key: str, tasks: Tasks, frames: Tensor) -> Tensor:
        """The goal image repeated over the window, zeros if it is not given."""
        if key not in tasks.goal_images:
            return torch.zeros_like(frames)
        goal = self._checked(key, tasks.goal_images[key])
        return goal[:, None].expand(-1, frames.shape[1], -1, -1, -1)

    def _checked(self, key: str, image: Tensor) -> Tensor:
        expected = (*self.config.image_size, 3)
        if tuple(image.shape[-3:]) != expected or image.dtype != torch.uint8:
            found = f'{image.dtype} {tuple(image.shape)}'
            msg = f'{key} must be uint8 images of shape {expected}, got {found}.'
            raise PolicyError(msg)
        return image

    def _mask(self, observations: Observations, tokens: Tensor) -> Tensor:
        """A stack counts as there if any of its images is."""
        mask = torch.zeros_like(observations.timestep_pad_mask)
        for key in self.config.image_keys:
            mask = mask | observations.pad_masks.get(key, torch.ones_like(mask))
        return mask[..., None].expand(tokens.shape[:-1])


class LanguageTokenizer(nn.Module):
    """Instructions through the frozen T5 encoder.

    Args:
        config: Sizes.
    """

    def __init__(self, config: LanguageTokenizerConfig) -> None:
        super().__init__()
        self.config = config
        self.t5 = T5Encoder(config.t5)

    @torch.no_grad()
    def encode(self, language: LanguageTokens) -> Tensor:
        """Features of the instructions, shape (B, n, d_model); no gradient flows into the encoder.

        Raises:
            PolicyError: The instructions have another number of tokens.
        """
        if language.input_ids.shape[1] != self.config.num_tokens:
            given = language.input_ids.shape[1]
            msg = f'Instructions take {self.config.num_tokens} token ids, got {given}.'
            raise PolicyError(msg)
        return self.t5(language.input_ids, language.attention_mask)

    def forward(self, tasks: Tasks) -> TokenGroup | None:
        """Features (B, n, d_model) with their mask (B, n), or None if there is no instruction.

        The mask hides all tokens or none: Octo attends to the padding of an instruction too.
        """
        if tasks.language is None:
            return None
        tokens = tasks.language_features
        if tokens is None:
            tokens = self.encode(tasks.language)
        mask = tasks.language_mask
        if mask is None:
            mask = torch.ones(tokens.shape[0], dtype=torch.bool, device=tokens.device)
        return TokenGroup(self.config.name, tokens, mask[:, None].expand(tokens.shape[:-1]))
