# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""Checkpoints of the released networks' sizes with weights that nobody trained.

They are as large and as fast as the released ones; what they predict means nothing. They bring a
tokenizer for any words, and statistics that leave actions as they are, so that everything that
takes a checkpoint takes them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

import numpy as np
import torch
from tokenizers import Tokenizer, models, pre_tokenizers, processors

from octo_ros.embodiment import ACTION_NAMES
from octo_ros.model.config import (
    ImageTokenizerConfig,
    LanguageTokenizerConfig,
    OctoConfig,
    StemConfig,
    T5Config,
    TransformerConfig,
)
from octo_ros.model.diffusion import DiffusionHead
from octo_ros.model.head_config import DiffusionHeadConfig
from octo_ros.model.initialization import initialized_octo
from octo_ros.model.run_files import RunFiles
from octo_ros.model.save import save_octo

if TYPE_CHECKING:
    from pathlib import Path

    from octo_ros.model.octo import Octo
    from octo_ros.model.score_network import ScoreNetwork

Size = Literal['small', 'base']
SIZES: tuple[Size, ...] = ('small', 'base')
_WIDTHS: dict[Size, tuple[int, int]] = {'small': (384, 6), 'base': (768, 12)}
_IMAGES = {'primary': (256, 256), 'wrist': (128, 128)}


def released_config(size: Size) -> OctoConfig:
    """Version 1.5 of the released network of that size."""
    width, heads = _WIDTHS[size]
    return OctoConfig(
        observation_tokenizers=tuple(
            ImageTokenizerConfig(name, (f'image_{name}',), (f'image_{name}',), size, StemConfig())
            for name, size in _IMAGES.items()
        ),
        language=LanguageTokenizerConfig('language', 16, T5Config()),
        readouts=(('action', 1),),
        head=DiffusionHeadConfig(readout_key='readout_action', action_horizon=4),
        transformer=TransformerConfig(num_layers=12, mlp_dim=4 * width, num_attention_heads=heads),
        token_embedding_size=width,
        max_horizon=10,
        window_size=2,
        repeat_task_tokens=True,
        use_correct_attention=True,
    )


def random_octo(config: OctoConfig, seed: int = 0) -> Octo:
    """The network with fresh weights, in evaluation mode.

    Its diffusion head predicts roughly the noise that it is given: one that predicts anything at
    all drives every number to the clip, where no error of rounding could be seen.
    """
    model = initialized_octo(config, torch.Generator().manual_seed(seed))
    model.eval()
    if isinstance(model.head, DiffusionHead):
        _pass_noise_through(model.head.network)
    return model


def run_files(config: OctoConfig) -> RunFiles:
    """What stands beside the weights of a network with images and, perhaps, words."""
    example = {'observation/timestep_pad_mask': np.ones((1, config.window_size), np.bool_)}
    if config.language is not None:
        words = (1, config.language.num_tokens)
        example['task/language_instruction/input_ids'] = np.ones(words, np.int32)
    for camera in config.cameras:
        for key in camera.image_keys:
            shape = (1, config.window_size, *camera.image_size, 3)
            example[f'observation/{key}'] = np.zeros(shape, np.uint8)
        for key in camera.goal_keys:
            example[f'task/{key}'] = np.zeros((1, *camera.image_size, 3), np.uint8)
    n = len(ACTION_NAMES)
    action = {'mean': [0.0] * n, 'std': [1.0] * n, 'mask': [True] * (n - 1) + [False]}
    return RunFiles({}, {'action': action}, example, tokenizer=_tokenizer())


def write_random_checkpoint(directory: Path, size: Size, seed: int = 0) -> None:
    """Write one; it takes a few seconds and about half a gigabyte.

    Raises:
        CheckpointError: There is one already, or the disk refuses.
    """
    config = released_config(size)
    save_octo(random_octo(config, seed), directory, 0, run_files(config))


def _pass_noise_through(network: ScoreNetwork) -> None:
    """Two hidden units per number carry it past the blocks: silu(x) - silu(-x) = x."""
    chunk = network.output.out_features
    passed = torch.cat([torch.eye(chunk), -torch.eye(chunk)])  # (2A, A)
    with torch.no_grad():
        network.input.weight[: 2 * chunk] = 0
        network.input.weight[: 2 * chunk, -chunk:] = passed
        network.output.weight[:, : 2 * chunk] = passed.T


def _tokenizer() -> bytes:
    """`tokenizer.json`: every word is the unknown one, and the end mark follows."""
    ids = {'<pad>': 0, '</s>': 1, '<unk>': 2}
    tokenizer = Tokenizer(models.WordLevel(ids, unk_token='<unk>'))
    tokenizer.pre_tokenizer = pre_tokenizers.Whitespace()
    tokenizer.post_processor = processors.TemplateProcessing(
        single='$A </s>', special_tokens=[('</s>', ids['</s>'])]
    )
    return str(tokenizer.to_str()).encode()
