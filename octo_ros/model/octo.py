# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""Octo: frames and a task → tokens → transformer → readout → diffusion head → action chunk."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import torch
from torch import Tensor, nn

from octo_ros.errors import PolicyError
from octo_ros.model.attention_mask import attention_mask
from octo_ros.model.batch import Observations, Tasks, TokenGroup
from octo_ros.model.config import OctoConfig
from octo_ros.model.diffusion import DiffusionHead, SamplingNoise
from octo_ros.model.tokenizers import ImageTokenizer, LanguageTokenizer
from octo_ros.model.transformer import Transformer


@dataclass(frozen=True)
class TransformerOutput:
    """The transformer's output, cut into the groups that went in.

    Attributes:
        prefix: Task groups, tokens (B, n, D).
        timesteps: Groups within the timesteps, tokens (B, W, n, D).
    """

    prefix: tuple[TokenGroup, ...]
    timesteps: tuple[TokenGroup, ...]

    def group(self, name: str) -> TokenGroup:
        """The group of that name, like `obs_primary` or `readout_action`."""
        return next(group for group in (*self.prefix, *self.timesteps) if group.name == name)


class Embedding(nn.Module):
    """Features → tokens: a projection to the transformer's width and a table of positions.

    Args:
        num_features: Width of the features.
        table: Shape of the positions, (1, n, D) or (1, max_horizon, n, D).
    """

    def __init__(self, num_features: int, table: tuple[int, ...]) -> None:
        super().__init__()
        self.projection = nn.Linear(num_features, table[-1])
        self.positions = nn.Parameter(0.02 * torch.randn(table))

    def forward(self, features: Tensor) -> Tensor:
        """(B, n, F) → (B, n, D), or (B, W, n, F) → (B, W, n, D) with the first W positions."""
        positions = self.positions
        if features.ndim == 4:
            positions = positions[:, : features.shape[1]]
        return self.projection(features) + positions


class OctoTransformer(nn.Module):
    """Tokenizers, embeddings and the transformer.

    Args:
        config: The network.
    """

    def __init__(self, config: OctoConfig) -> None:
        super().__init__()
        self.config = config
        width, horizon = config.token_embedding_size, config.max_horizon
        self.cameras = nn.ModuleList(ImageTokenizer(camera) for camera in config.cameras)
        self.camera_embeddings = nn.ModuleList(
            Embedding(camera.stem.num_features, (1, horizon, camera.num_tokens, width))
            for camera in config.cameras
        )
        if config.language is not None:
            self.language = LanguageTokenizer(config.language)
            self.language_embedding = Embedding(
                config.language.t5.d_model, (1, config.language.num_tokens, width)
            )
        self.readouts = nn.ParameterList(
            0.02 * torch.randn(1, horizon, size, width) for _, size in config.readouts
        )
        self.transformer = Transformer(config.transformer, width)

    def forward(self, observations: Observations, tasks: Tasks) -> TransformerOutput:
        """Run everything up to the readouts.

        Raises:
            PolicyError: No camera is given, the window is too long, or a shape does not fit.
        """
        batch, window = observations.timestep_pad_mask.shape
        if not 1 <= window <= self.config.max_horizon:
            limit = self.config.max_horizon
            msg = f'The window has {window} timesteps; this network takes 1 to {limit}.'
            raise PolicyError(msg)
        prefix = self._task_groups(tasks)
        timesteps = [
            *self._camera_groups(observations, tasks),
            *(self._repeated(group, window) for group in prefix if self.config.repeat_task_tokens),
            *self._readout_groups(batch, window),
        ]
        mask = attention_mask(prefix, timesteps, correct=self.config.use_correct_attention)
        steps = torch.cat([group.tokens for group in timesteps], dim=2)  # (B, W, n, D)
        x = torch.cat([*(group.tokens for group in prefix), steps.flatten(1, 2)], dim=1)
        return self._split(self.transformer(x, mask), prefix, timesteps)

    def _task_groups(self, tasks: Tasks) -> list[TokenGroup]:
        if self.config.language is None:
            return []
        group = self.language(tasks)
        if group is None:
            return []
        tokens = self.language_embedding(group.tokens)
        return [TokenGroup(f'task_{group.name}', tokens, group.mask)]

    def _camera_groups(self, observations: Observations, tasks: Tasks) -> list[TokenGroup]:
        groups = []
        for tokenizer, embedding in zip(self.cameras, self.camera_embeddings, strict=True):
            group = tokenizer(observations, tasks)
            if group is not None:
                mask = group.mask & observations.timestep_pad_mask[..., None]
                groups.append(TokenGroup(f'obs_{group.name}', embedding(group.tokens), mask))
        if not groups:
            known = ', '.join(key for camera in self.config.cameras for key in camera.image_keys)
            msg = f'None of the given images {list(observations.images)} is read; known: {known}.'
            raise PolicyError(msg)
        return groups

    def _repeated(self, group: TokenGroup, window: int) -> TokenGroup:
        """The same tokens in every timestep, position included; padding does not hide them."""
        return TokenGroup(
            f'obs_{group.name}',
            group.tokens[:, None].expand(-1, window, -1, -1),
            group.mask[:, None].expand(-1, window, -1),
        )

    def _readout_groups(self, batch: int, window: int) -> list[TokenGroup]:
        groups = []
        for (name, _), positions in zip(self.config.readouts, self.readouts, strict=True):
            tokens = positions[:, :window].expand(batch, -1, -1, -1)
            mask = torch.ones(tokens.shape[:-1], dtype=torch.bool, device=tokens.device)
            groups.append(TokenGroup(f'readout_{name}', tokens, mask))
        return groups

    def _split(
        self, x: Tensor, prefix: Sequence[TokenGroup], timesteps: Sequence[TokenGroup]
    ) -> TransformerOutput:
        window = timesteps[0].mask.shape[1]
        sizes = [group.mask.shape[1] for group in prefix]
        *heads, rest = x.split([*sizes, x.shape[1] - sum(sizes)], dim=1)
        steps = rest.unflatten(1, (window, -1)).split([g.mask.shape[2] for g in timesteps], dim=2)
        return TransformerOutput(
            tuple(replace(g, tokens=t) for g, t in zip(prefix, heads, strict=True)),
            tuple(replace(g, tokens=t) for g, t in zip(timesteps, steps, strict=True)),
        )


class Octo(nn.Module):
    """The whole network.

    Args:
        config: The network.
    """

    def __init__(self, config: OctoConfig) -> None:
        super().__init__()
        self.config = config
        self.octo_transformer = OctoTransformer(config)
        self.head = DiffusionHead(config.head, config.token_embedding_size)

    def forward(self, observations: Observations, tasks: Tasks) -> Tensor:
        """What the head reads: the mean of its readout's tokens, shape (B, W, D)."""
        output = self.octo_transformer(observations, tasks)
        return output.group(self.config.head.readout_key).tokens.mean(dim=2)

    def encode_tasks(self, tasks: Tasks) -> Tasks:
        """The same tasks with the language encoder already run, which is exact: once per task."""
        if self.config.language is None or tasks.language is None:
            return tasks
        features = self.octo_transformer.language.encode(tasks.language)
        return replace(tasks, language_features=features)

    def sample_actions(
        self,
        observations: Observations,
        tasks: Tasks,
        *,
        noise: SamplingNoise | None = None,
        generator: torch.Generator | None = None,
        sample_shape: tuple[int, ...] = (),
        embodiment_action_dim: int | None = None,
    ) -> Tensor:
        """Sample normalised action chunks for the last timestep of the window.

        Only that timestep is denoised; the original denoises all and drops the others.

        Args:
            observations: Batch of windows.
            tasks: One task per window.
            noise: The randomness, leading axes (*sample_shape, B); or
            generator: Source of fresh randomness. Exactly one of the two.
            sample_shape: Independent samples per window that share the transformer's work; with
                `generator` only.
            embodiment_action_dim: Action dimensions that the robot has, if fewer than the
                network's.

        Returns:
            Shape (*sample_shape, B, action_horizon, action_dim), in the units of the training
            statistics.

        Raises:
            PolicyError: Both or none of `noise` and `generator` are given, or the inputs do not
                fit.
        """
        if (noise is None) == (generator is None):
            msg = 'sample_actions needs either noise or generator, and not both.'
            raise PolicyError(msg)
        embedding = self(observations, tasks)[:, -1]  # (B, D)
        if noise is None:
            noise = self.head.draw_noise((*sample_shape, embedding.shape[0]), generator)
        return self.head.denoise(embedding, noise, embodiment_action_dim)
