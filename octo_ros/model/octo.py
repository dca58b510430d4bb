# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""Octo: observations and a task → tokens → transformer → readout → action head → action chunk."""

from __future__ import annotations

from dataclasses import replace
from typing import Literal

import torch
from torch import Tensor, nn

from octo_ros.errors import PolicyError
from octo_ros.model.batch import Observations, Tasks
from octo_ros.model.config import OctoConfig
from octo_ros.model.continuous import ContinuousHead
from octo_ros.model.diffusion import DiffusionHead
from octo_ros.model.discrete import DiscreteHead
from octo_ros.model.head_config import ContinuousHeadConfig, DiscreteHeadConfig, HeadConfig
from octo_ros.model.loss import ActionTargets
from octo_ros.model.octo_transformer import OctoTransformer
from octo_ros.model.sampling import Sampling, SamplingNoise

ActionHead = DiffusionHead | ContinuousHead | DiscreteHead


class Octo(nn.Module):
    """The whole network.

    Its parameters mean nothing yet: `load_octo` fills them, or `initialized_octo`.

    For half precision take `half_precision`, which is what `verify_checkpoint` verifies. A plain
    `.to(torch.bfloat16)` halves the language encoder and the action head too: it runs, but it
    costs accuracy where nearly no time is spent, and nothing verifies it.

    Args:
        config: The network.
    """

    def __init__(self, config: OctoConfig) -> None:
        super().__init__()
        self.config = config
        self.octo_transformer = OctoTransformer(config)
        self.head = _head(config.head, config.token_embedding_size)

    def forward(self, observations: Observations, tasks: Tasks) -> Tensor:
        """What the head reads: its readout's tokens, pooled.

        Returns:
            Shape (B, W, D); for the discrete head (B, W, num_tokens, D).
        """
        output = self.octo_transformer(observations, tasks)
        return self.head.pool(output.group(self.config.head.readout_key))

    def half_precision(self, dtype: torch.dtype) -> Octo:
        """Convert, in place, what nearly all time of an inference is spent on.

        That is everything between the language encoder, which runs once per task, and the action
        head, whose diffusion times give angles of up to 100 rad, of which half precision leaves
        nothing. Both stay float32, and so do the actions.

        Args:
            dtype: `torch.bfloat16` or `torch.float16`.

        Returns:
            This network.

        Raises:
            PolicyError: The type is another.
        """
        if dtype not in (torch.bfloat16, torch.float16):
            msg = f'Half precision is torch.bfloat16 or torch.float16, not {dtype}.'
            raise PolicyError(msg)
        for name, part in self.octo_transformer.named_children():
            if name != 'language':
                part.to(dtype)
        return self

    def encode_tasks(self, tasks: Tasks) -> Tasks:
        """The same tasks with the language encoder already run, which is exact: once per task.

        Raises:
            PolicyError: The instructions have another number of tokens, or unknown token ids.
        """
        language = self.config.language
        if language is None or language.t5 is None or tasks.language is None:
            return tasks
        features = self.octo_transformer.language.encode(tasks.language)
        return replace(tasks, language_features=features)

    def training_loss(
        self,
        observations: Observations,
        tasks: Tasks,
        targets: ActionTargets,
        generator: torch.Generator,
    ) -> Tensor:
        """The head's loss on all positions of the window, a float32 scalar.

        Args:
            observations: Batch of windows.
            tasks: One task per window.
            targets: One chunk per position.
            generator: Source of the diffusion head's times and noise.
        """
        return self.head.training_loss(self(observations, tasks), targets, generator)

    def sample_actions(
        self,
        observations: Observations,
        tasks: Tasks,
        *,
        noise: SamplingNoise | None = None,
        generator: torch.Generator | None = None,
        sample_shape: tuple[int, ...] = (),
        embodiment_action_dim: int | None = None,
        sampler: Literal['ddpm', 'ddim'] = 'ddpm',
        steps: int | None = None,
        argmax: bool = False,
        temperature: float = 1.0,
    ) -> Tensor:
        """Sample normalised action chunks for the last timestep of the window.

        Only that timestep is denoised; the original denoises all and drops the others.

        Args:
            observations: Batch of windows.
            tasks: One task per window.
            noise: Diffusion head: the randomness, leading axes (*sample_shape, B); or
            generator: Source of fresh randomness. The diffusion head needs exactly one of the two,
                the discrete head a generator (or argmax), the continuous head neither.
            sample_shape: Samples per window that share the transformer's work; with noise that is
                given, its shape or ().
            embodiment_action_dim: Action dimensions that the robot has, if fewer than the
                network's; those beyond have no meaning.
            sampler: Diffusion head: `ddpm`, exactly the original's, or `ddim`.
            steps: Diffusion head: network passes of `ddim`; None takes all there are.
            argmax: Discrete head: the most probable bins.
            temperature: Discrete head: divides the logits before drawing.

        Returns:
            Shape (*sample_shape, B, action_horizon, action_dim), in the units of the training
            statistics.

        Raises:
            PolicyError: An option is out of range or does not suit the head, or the inputs do not
                fit. Outside of a compiled or exported network that includes token ids beyond the
                vocabulary and numbers that are not finite.
        """
        sampling = Sampling(
            noise=noise,
            generator=generator,
            sample_shape=sample_shape,
            embodiment_action_dim=embodiment_action_dim,
            sampler=sampler,
            steps=steps,
            argmax=argmax,
            temperature=temperature,
        )
        return self.head.sample(self(observations, tasks)[:, -1], sampling)


def _head(config: HeadConfig, width: int) -> ActionHead:
    if isinstance(config, ContinuousHeadConfig):
        return ContinuousHead(config, width)
    if isinstance(config, DiscreteHeadConfig):
        return DiscreteHead(config, width)
    return DiffusionHead(config, width)
