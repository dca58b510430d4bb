# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""From frames, states and a task to the transformer's output, group by group."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import torch
from torch import Tensor, nn

from octo_ros.errors import PolicyError
from octo_ros.model.attention_mask import attention_mask
from octo_ros.model.batch import Observations, Tasks, TokenGroup
from octo_ros.model.config import ImageTokenizerConfig, LowdimTokenizerConfig, OctoConfig
from octo_ros.model.image_tokenizer import ImageTokenizer
from octo_ros.model.language_tokenizer import LanguageTokenizer
from octo_ros.model.lowdim_tokenizer import LowdimTokenizer
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
        """The group of that name, like `obs_primary` or `readout_action`.

        `obs` is all observation groups of a timestep as one, repeated task groups included.

        Raises:
            PolicyError: There is none in this pass.
        """
        groups = [group for group in (*self.prefix, *self.timesteps) if group.name == name]
        if name == 'obs':
            groups = [group for group in self.timesteps if group.name.startswith('obs_')]
        if not groups:
            there = ', '.join(group.name for group in (*self.prefix, *self.timesteps))
            msg = f'There are no tokens {name!r} in this pass; there are {there}.'
            raise PolicyError(msg)
        return TokenGroup(
            name,
            torch.cat([group.tokens for group in groups], dim=-2),
            torch.cat([group.mask for group in groups], dim=-1),
        )


class Embedding(nn.Module):
    """Features → tokens: a projection to the transformer's width and a table of positions.

    Args:
        num_features: Width of the features.
        table: Shape of the positions, (1, n, D) or (1, max_horizon, n, D).
    """

    def __init__(self, num_features: int, table: tuple[int, ...]) -> None:
        super().__init__()
        self.projection = nn.Linear(num_features, table[-1])
        self.positions = nn.Parameter(torch.zeros(table))

    def forward(self, features: Tensor) -> Tensor:
        """(B, n, F) → (B, n, D), or (B, W, n, F) → (B, W, n, D) with the first W positions."""
        positions = self.positions
        if features.ndim == 4:
            positions = positions[:, : features.shape[1]]
        return self.projection(features.to(positions.dtype)) + positions


class OctoTransformer(nn.Module):
    """Tokenizers, embeddings and the transformer.

    Args:
        config: The network.
    """

    def __init__(self, config: OctoConfig) -> None:
        super().__init__()
        self.config = config
        width, horizon = config.token_embedding_size, config.max_horizon
        self.observation_tokenizers = nn.ModuleList(
            _observation_tokenizer(tokenizer) for tokenizer in config.observation_tokenizers
        )
        self.observation_embeddings = nn.ModuleList(
            Embedding(tokenizer.num_features, (1, horizon, tokenizer.num_tokens, width))
            for tokenizer in config.observation_tokenizers
        )
        if config.language is not None:
            self.language = LanguageTokenizer(config.language)
            self.language_embedding = Embedding(
                config.language.num_features, (1, config.language.num_tokens, width)
            )
        self.readouts = nn.ParameterList(
            torch.zeros(1, horizon, size, width) for _, size in config.readouts
        )
        self.transformer = Transformer(config.transformer, width)

    def forward(self, observations: Observations, tasks: Tasks) -> TransformerOutput:
        """Run everything up to the readouts.

        Raises:
            PolicyError: Nothing that the network reads is given, the window is too long, or a
                shape does not fit.
        """
        batch, window = observations.timestep_pad_mask.shape
        if not 1 <= window <= self.config.max_horizon:
            limit = self.config.max_horizon
            msg = f'The window has {window} timesteps; this network takes 1 to {limit}.'
            raise PolicyError(msg)
        prefix = self._task_groups(tasks, batch)
        timesteps = [
            *self._observation_groups(observations, tasks),
            *(self._repeated(group, window) for group in prefix if self.config.repeat_task_tokens),
            *self._readout_groups(batch, window),
        ]
        mask = attention_mask(prefix, timesteps, correct=self.config.use_correct_attention)
        steps = torch.cat([group.tokens for group in timesteps], dim=2)  # (B, W, n, D)
        x = torch.cat([*(group.tokens for group in prefix), steps.flatten(1, 2)], dim=1)
        return self._split(self.transformer(x, mask), prefix, timesteps)

    def _task_groups(self, tasks: Tasks, batch: int) -> list[TokenGroup]:
        if self.config.language is None:
            return []
        group = self.language(tasks)
        if group is None:
            return []
        if group.tokens.shape[0] != batch:
            given = group.tokens.shape[0]
            msg = f'There are {given} instructions for {batch} windows; give one for each.'
            raise PolicyError(msg)
        tokens = self.language_embedding(group.tokens)
        return [TokenGroup(f'task_{group.name}', tokens, group.mask)]

    def _observation_groups(self, observations: Observations, tasks: Tasks) -> list[TokenGroup]:
        groups = []
        for tokenizer, embedding in zip(
            self.observation_tokenizers, self.observation_embeddings, strict=True
        ):
            group = tokenizer(observations, tasks)
            if group is not None:
                mask = group.mask & observations.timestep_pad_mask[..., None]
                groups.append(TokenGroup(f'obs_{group.name}', embedding(group.tokens), mask))
        if not groups:
            given = [*observations.images, *observations.low_dim]
            known = ', '.join(self.config.observation_keys)
            msg = f'None of the given observations {given} is read; known: {known}.'
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


def _observation_tokenizer(
    config: ImageTokenizerConfig | LowdimTokenizerConfig,
) -> ImageTokenizer | LowdimTokenizer:
    if isinstance(config, LowdimTokenizerConfig):
        return LowdimTokenizer(config)
    return ImageTokenizer(config)
