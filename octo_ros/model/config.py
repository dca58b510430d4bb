# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""The sizes and switches of an Octo network; defaults are those of the original's classes."""

from __future__ import annotations

from dataclasses import dataclass
from math import ceil
from typing import Annotated, Literal

from pydantic import Field

from octo_ros.config import config_dataclass
from octo_ros.model.head_config import Count, HeadConfig, Rate

LANGUAGE_VECTOR = 'language_instruction'  # the task vector of a network without encoder

Grouped = Annotated[int, Field(gt=0, multiple_of=32)]  # GroupNorm has 32 groups


@config_dataclass
class StemConfig:
    """The convolutional stem of an image tokenizer.

    Attributes:
        kind: Name of the original's class; part of the parameter names.
        features: Output channels of the 3x3 stride-2 convolutions.
        num_features: Width of the tokens.
        patch_size: Edge of the square that a token sees the middle of [pixels]; None takes the
            kind's own, 16 or 32.
        use_film: Scale and shift the features by the task (FiLM).
        kernel_sizes: Fixed.
        strides: Fixed.
        padding: Fixed.
        img_norm_type: `default`: pixels to -1..1; `imagenet`: to 0..1, then by ImageNet's mean
            and standard deviation per colour.
    """

    kind: Literal['SmallStem', 'SmallStem16', 'SmallStem32'] = 'SmallStem16'
    features: tuple[Grouped, Grouped, Grouped, Grouped] = (32, 96, 192, 384)
    num_features: Count = 512
    patch_size: Annotated[int, Field(gt=0, multiple_of=16)] | None = None
    use_film: bool = False
    kernel_sizes: tuple[Literal[3], Literal[3], Literal[3], Literal[3]] = (3, 3, 3, 3)
    strides: tuple[Literal[2], Literal[2], Literal[2], Literal[2]] = (2, 2, 2, 2)
    padding: tuple[Literal[1], Literal[1], Literal[1], Literal[1]] = (1, 1, 1, 1)
    img_norm_type: Literal['default', 'imagenet'] = 'default'

    @property
    def patch_kernel(self) -> int:
        """Kernel and stride of the last convolution: 1 for patches of 16 pixels, 2 for 32."""
        own = 16 if self.kind == 'SmallStem16' else 32
        return (self.patch_size or own) // 16


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
    dropout_rate: Rate = 0.1
    attention_dropout_rate: Rate = 0.1
    add_position_embedding: Literal[False] = False


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
        film_keys: Task vectors that the stem's FiLM reads, side by side; none without FiLM.
        film_size: Numbers in them all together.
        learned_tokens: Tokens per frame that a TokenLearner makes of the stem's; None has none.
    """

    name: str
    image_keys: tuple[str, ...]
    goal_keys: tuple[str, ...]
    image_size: tuple[int, int]
    stem: StemConfig
    film_keys: tuple[str, ...] = ()
    film_size: int = 0
    learned_tokens: int | None = None

    @property
    def channels(self) -> int:
        """Input channels of the stem: three per stacked image."""
        return 3 * (len(self.image_keys) + len(self.goal_keys))

    @property
    def num_patches(self) -> int:
        """Patches per frame; each convolution halves an edge, rounding up."""
        height, width = (ceil(edge / 16) // self.stem.patch_kernel for edge in self.image_size)
        return height * width

    @property
    def num_tokens(self) -> int:
        """Tokens per frame."""
        return self.learned_tokens or self.num_patches

    @property
    def num_features(self) -> int:
        """Width of the tokens before their projection."""
        return self.stem.num_features


@dataclass(frozen=True)
class BinConfig:
    """How a number is put into one of several bins.

    Attributes:
        n_bins: Their count.
        bin_type: `uniform`: equally wide on low..high; `normal`: equally probable under a standard
            normal distribution.
        low: Where the first uniform bin begins.
        high: Where the last uniform bin ends.
    """

    n_bins: int = 256
    bin_type: Literal['uniform', 'normal'] = 'uniform'
    low: float = 0.0
    high: float = 1.0


@dataclass(frozen=True)
class LowdimTokenizerConfig:
    """Tokens from numbers such as joint positions, one token per number.

    Attributes:
        name: Its name in the network: `proprio`.
        inputs: Observation key and its count of numbers, in the order of the tokens.
        bins: A token is the number's bin, one-hot; None: the number itself.
    """

    name: str
    inputs: tuple[tuple[str, int], ...]
    bins: BinConfig | None = None

    @property
    def num_tokens(self) -> int:
        """Tokens per timestep."""
        return sum(size for _, size in self.inputs)

    @property
    def num_features(self) -> int:
        """Width of the tokens before their projection."""
        return self.bins.n_bins if self.bins else 1


@dataclass(frozen=True)
class LanguageTokenizerConfig:
    """The language tokenizer.

    Attributes:
        name: Its name in the network: `language`.
        num_tokens: Token ids per instruction, padding included (16 in every release); 1 without
            encoder.
        t5: Its encoder; None: tasks bring the instruction as one vector, `language_instruction`.
        vector_size: Numbers in that vector.
    """

    name: str
    num_tokens: int
    t5: T5Config | None
    vector_size: int = 0

    @property
    def num_features(self) -> int:
        """Width of the tokens before their projection."""
        return self.t5.d_model if self.t5 else self.vector_size


@dataclass(frozen=True)
class OctoConfig:
    """Everything that determines the network.

    Attributes:
        observation_tokenizers: Cameras and low-dimensional inputs, in the order of their tokens.
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

    observation_tokenizers: tuple[ImageTokenizerConfig | LowdimTokenizerConfig, ...]
    language: LanguageTokenizerConfig | None
    readouts: tuple[tuple[str, int], ...]
    head: HeadConfig
    transformer: TransformerConfig
    token_embedding_size: int
    max_horizon: int
    window_size: int
    repeat_task_tokens: bool
    use_correct_attention: bool

    @property
    def cameras(self) -> tuple[ImageTokenizerConfig, ...]:
        """The image tokenizers among the observation tokenizers."""
        return tuple(t for t in self.observation_tokenizers if isinstance(t, ImageTokenizerConfig))

    @property
    def low_dim_keys(self) -> tuple[str, ...]:
        """Observation keys of the low-dimensional inputs, each once."""
        lowdims = (t for t in self.observation_tokenizers if isinstance(t, LowdimTokenizerConfig))
        return tuple(dict.fromkeys(key for tokenizer in lowdims for key, _ in tokenizer.inputs))

    @property
    def vector_keys(self) -> tuple[str, ...]:
        """Task vectors that the network reads: for FiLM, and an instruction without encoder."""
        keys = [key for camera in self.cameras for key in camera.film_keys]
        if self.language is not None and self.language.t5 is None:
            keys.append(LANGUAGE_VECTOR)
        return tuple(dict.fromkeys(keys))

    @property
    def observation_keys(self) -> tuple[str, ...]:
        """Observation keys that the network reads: images, then low-dimensional inputs."""
        images = (key for camera in self.cameras for key in camera.image_keys)
        return (*dict.fromkeys(images), *self.low_dim_keys)
