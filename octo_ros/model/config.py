# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""The sizes and switches of an Octo network; defaults are those of the original's classes."""

from __future__ import annotations

from dataclasses import dataclass
from math import ceil
from typing import Annotated, Literal

from pydantic import Field

from octo_ros.config import config_dataclass

Count = Annotated[int, Field(gt=0)]
Grouped = Annotated[int, Field(gt=0, multiple_of=32)]  # GroupNorm has 32 groups
Rate = Annotated[float, Field(ge=0, lt=1)]


@config_dataclass
class StemConfig:
    """The convolutional stem of an image tokenizer.

    Attributes:
        kind: Name of the original's class; part of the parameter names.
        features: Output channels of the 3x3 stride-2 convolutions.
        num_features: Width of the tokens.
        use_film: Not supported: language-conditioned scaling of the features.
        kernel_sizes: Fixed.
        strides: Fixed.
        padding: Fixed.
        img_norm_type: Fixed: x / 127.5 - 1.
    """

    kind: Literal['SmallStem16', 'SmallStem32'] = 'SmallStem16'
    features: tuple[Grouped, Grouped, Grouped, Grouped] = (32, 96, 192, 384)
    num_features: Count = 512
    use_film: Literal[False] = False
    kernel_sizes: tuple[Literal[3], Literal[3], Literal[3], Literal[3]] = (3, 3, 3, 3)
    strides: tuple[Literal[2], Literal[2], Literal[2], Literal[2]] = (2, 2, 2, 2)
    padding: tuple[Literal[1], Literal[1], Literal[1], Literal[1]] = (1, 1, 1, 1)
    img_norm_type: Literal['default'] = 'default'

    @property
    def patch_kernel(self) -> int:
        """Kernel and stride of the last convolution: 1 for patches of 16 pixels, 2 for 32."""
        return 1 if self.kind == 'SmallStem16' else 2


@config_dataclass
class T5Config:
    """Sizes of the language encoder; the defaults are T5-base."""

    vocab_size: Count = 32128
    d_model: Count = 768
    d_kv: Count = 64
    d_ff: Count = 3072
    num_layers: Count = 12
    num_heads: Count = 12
    relative_attention_num_buckets: Count = 32
    relative_attention_max_distance: Count = 128
    layer_norm_epsilon: Annotated[float, Field(gt=0)] = 1e-6
    feed_forward_proj: Literal['relu'] = 'relu'


@config_dataclass
class TransformerConfig:
    """The transformer's sizes; the width is `OctoConfig.token_embedding_size`."""

    num_layers: Count
    mlp_dim: Count
    num_attention_heads: Count
    dropout_rate: Rate = 0.0
    attention_dropout_rate: Rate = 0.0
    add_position_embedding: Literal[False] = False


@config_dataclass
class DiffusionHeadConfig:
    """The diffusion action head.

    Attributes:
        readout_key: Token group that the head reads, `readout_<name>`.
        action_horizon: Actions per chunk; `pred_horizon` in v1.0 files.
        action_dim: Numbers per action.
        max_action: Normalised actions are clipped to +-max_action in every denoising step.
        diffusion_steps: Length of the noise schedule.
        hidden_dim: Width of the score network.
        num_blocks: Residual blocks of the score network.
        time_dim: Fourier features of the diffusion time.
        n_diffusion_samples: Draws of (time, noise) per element in the training loss.
        dropout_rate: In the residual blocks; training only.
        use_map: Not supported: attention pooling of the readout tokens.
        use_layer_norm: Fixed.
        loss_type: Fixed.
    """

    readout_key: str
    action_horizon: Count = 1
    action_dim: Count = 7
    max_action: Annotated[float, Field(gt=0)] = 5.0
    diffusion_steps: Count = 20
    hidden_dim: Count = 256
    num_blocks: Count = 3
    time_dim: Annotated[int, Field(gt=0, multiple_of=2)] = 32
    n_diffusion_samples: Count = 1
    dropout_rate: Rate = 0.0
    use_map: Literal[False] = False
    use_layer_norm: Literal[True] = True
    loss_type: Literal['mse'] = 'mse'


@dataclass(frozen=True)
class ImageTokenizerConfig:
    """One camera's tokenizer.

    Attributes:
        name: Its name in the network: `primary`.
        image_keys: Observation images stacked on the channel axis, in this order:
            `('image_primary',)`.
        goal_keys: Goal images stacked behind them.
        image_size: Height and width [pixels].
        stem: Its stem.
    """

    name: str
    image_keys: tuple[str, ...]
    goal_keys: tuple[str, ...]
    image_size: tuple[int, int]
    stem: StemConfig

    @property
    def channels(self) -> int:
        """Input channels of the stem: three per stacked image."""
        return 3 * (len(self.image_keys) + len(self.goal_keys))

    @property
    def num_tokens(self) -> int:
        """Tokens per frame; each convolution halves an edge, rounding up."""
        height, width = (ceil(edge / 16) // self.stem.patch_kernel for edge in self.image_size)
        return height * width


@dataclass(frozen=True)
class LanguageTokenizerConfig:
    """The language tokenizer.

    Attributes:
        name: Its name in the network: `language`.
        num_tokens: Token ids per instruction, padding included (16 in every release).
        t5: Its encoder.
    """

    name: str
    num_tokens: int
    t5: T5Config


@dataclass(frozen=True)
class OctoConfig:
    """Everything that determines the network.

    Attributes:
        cameras: Image tokenizers, in the order of their tokens.
        language: Language tokenizer, or None for a network that takes goal images only.
        readouts: Readout name and its number of tokens, in order.
        head: Action head.
        transformer: Transformer.
        token_embedding_size: Width D of all tokens.
        max_horizon: Longest window that the position tables allow.
        window_size: Window that the network was trained with, from the example batch.
        repeat_task_tokens: The language tokens are repeated in every timestep (v1.5).
        use_correct_attention: False reproduces the mislabelled groups of v1.0's attention mask.
    """

    cameras: tuple[ImageTokenizerConfig, ...]
    language: LanguageTokenizerConfig | None
    readouts: tuple[tuple[str, int], ...]
    head: DiffusionHeadConfig
    transformer: TransformerConfig
    token_embedding_size: int
    max_horizon: int
    window_size: int
    repeat_task_tokens: bool
    use_correct_attention: bool
