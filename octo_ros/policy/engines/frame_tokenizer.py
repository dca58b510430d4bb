# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""One tokenizer of frames and its projection, as a function of plain tensors.

What it gives has no position yet, so it is the same in every slot of the window.
"""

from __future__ import annotations

import copy

import torch
from torch import Tensor, nn

from octo_ros.model.batch import Observations, Tasks
from octo_ros.model.config import ImageTokenizerConfig
from octo_ros.model.image_tokenizer import ImageTokenizer
from octo_ros.model.lowdim_tokenizer import LowdimTokenizer
from octo_ros.model.octo_transformer import Embedding
from octo_ros.model.stem import SmallStem
from octo_ros.policy.engines.frame_inputs import GOAL, FrameInputs


class FrameTokenizer(nn.Module):
    """A tokenizer of one frame, batch 1.

    Args:
        tokenizer: The network's; it is copied, because its kernels are standardised here once.
        embedding: Its projection, shared.
    """

    def __init__(self, tokenizer: ImageTokenizer | LowdimTokenizer, embedding: Embedding) -> None:
        super().__init__()
        self.inputs = FrameInputs(tokenizer.config)
        self.tokenizer = copy.deepcopy(tokenizer)
        self.projection = embedding.projection
        if isinstance(self.tokenizer, ImageTokenizer):
            _standardise(self.tokenizer.stem)

    def forward(self, *inputs: Tensor) -> Tensor:
        """What `FrameInputs.tensors` gives, to tokens (1, n, D).

        Raises:
            PolicyError: A vector has another size.
        """
        given = dict(zip(self.inputs.names, inputs, strict=True))
        shown = torch.ones(1, 1, dtype=torch.bool, device=inputs[0].device)
        config = self.inputs.config
        if isinstance(config, ImageTokenizerConfig):
            images = {key: given[key][:, None] for key in config.image_keys}
            observations = Observations(images, shown)
            goals = {key: given[f'{GOAL}{key}'] for key in config.goal_keys}
            tasks = Tasks(goal_images=goals, vectors={key: given[key] for key in config.film_keys})
        else:
            numbers = {key: array[:, None] for key, array in given.items()}
            observations, tasks = Observations({}, shown, low_dim=numbers), Tasks()
        features = self.tokenizer(observations, tasks).tokens[:, 0]
        return self.projection(features.to(self.projection.weight.dtype))


@torch.no_grad()
def _standardise(stem: SmallStem) -> None:
    """Plain convolutions in place of those that standardise their kernel in every call."""
    for number, conv in enumerate(stem.convs):
        stem.convs[number] = folded = nn.Conv2d(
            conv.in_channels,
            conv.out_channels,
            conv.kernel_size,
            conv.stride,
            conv.padding,
            device=conv.weight.device,
            dtype=conv.weight.dtype,
        )
        folded.weight.copy_(conv.standardised())
        folded.bias.copy_(conv.bias)
