# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""Tokenizers of `config.json` → their configurations.

What the file does not say, the sizes of images and vectors, are shapes of the example batch.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import fields
from typing import Annotated, Any, Literal

from pydantic import Field

from octo_ros.config import config_dataclass
from octo_ros.errors import ConfigError
from octo_ros.model.config import (
    BinConfig,
    ImageTokenizerConfig,
    LanguageTokenizerConfig,
    LowdimTokenizerConfig,
    StemConfig,
    T5Config,
)
from octo_ros.model.head_config import Count
from octo_ros.model.json_values import from_json
from octo_ros.model.map_pooling import NUM_HEADS
from octo_ros.model.module_spec import ModuleSpec, Shapes, keys_of, matching, shape_of


@config_dataclass
class _ImageTokenizer:
    encoder: ModuleSpec
    obs_stack_keys: tuple[str, ...] = ('image_.*', 'depth_.*')
    task_stack_keys: tuple[str, ...] = ()
    task_film_keys: tuple[str, ...] = ()
    use_token_learner: bool = False
    num_tokens: Count = 8  # of the token learner
    conditioning_type: Literal['none'] = 'none'
    proper_pad_mask: Literal[True] = True


@config_dataclass
class _LowdimTokenizer:
    obs_keys: Annotated[tuple[str, ...], Field(min_length=1)]
    discretize: bool = False
    n_bins: Annotated[int, Field(gt=1)] = 256
    bin_type: Literal['uniform', 'normal'] = 'uniform'
    low: float = 0.0
    high: float = 1.0
    proper_pad_mask: Literal[True] = True


@config_dataclass
class _LanguageTokenizer:
    encoder: str | None = None
    finetune_encoder: Literal[False] = False
    proper_pad_mask: Literal[True] = True


def observation_tokenizer(
    name: str, spec: ModuleSpec, example: Shapes
) -> ImageTokenizerConfig | LowdimTokenizerConfig:
    """The tokenizer `observation_tokenizers.<name>`.

    Raises:
        ConfigError: It is not supported, or the example batch does not fit it.
    """
    where = f'model.observation_tokenizers.{name}'
    spec.check_name(where, ('ImageTokenizer', 'LowdimObsTokenizer'))
    if spec.name == 'LowdimObsTokenizer':
        return _lowdim_tokenizer(name, spec, example, where)
    return _image_tokenizer(name, spec, example, where)


def language_tokenizer(
    name: str, spec: ModuleSpec, example: Shapes, t5: Mapping[str, Any] | None
) -> LanguageTokenizerConfig:
    """The tokenizer `task_tokenizers.<name>`; `t5` is the content of `t5_config.json`, if any.

    Raises:
        ConfigError: It is not supported, or the example batch does not fit it.
    """
    where = f'model.task_tokenizers.{name}'
    spec.check_name(where, ('LanguageTokenizer',))
    encoder = from_json(_LanguageTokenizer, spec.kwargs, f'{where}.kwargs').encoder
    if encoder is None:
        size = shape_of(example, 'task/language_instruction', 2)[1]
        return LanguageTokenizerConfig(name=name, num_tokens=1, t5=None, vector_size=size)
    if t5 is None and encoder != 't5-base':
        msg = (
            f'{where}.kwargs.encoder is {encoder!r}; supported: t5-base, or any T5 whose sizes '
            'are in t5_config.json.'
        )
        raise ConfigError(msg)
    sizes = {field.name for field in fields(T5Config)}  # the file holds much else
    known = {key: value for key, value in (t5 or {}).items() if key in sizes}
    return LanguageTokenizerConfig(
        name=name,
        num_tokens=shape_of(example, 'task/language_instruction/input_ids', 2)[1],
        t5=from_json(T5Config, known, 't5_config.json'),
    )


def _image_tokenizer(
    name: str, spec: ModuleSpec, example: Shapes, where: str
) -> ImageTokenizerConfig:
    kwargs = from_json(_ImageTokenizer, spec.kwargs, f'{where}.kwargs')
    kinds = ('SmallStem16', 'SmallStem32', 'SmallStem')
    kwargs.encoder.check_name(f'{where}.kwargs.encoder', kinds)
    values = {**kwargs.encoder.kwargs, 'kind': kwargs.encoder.name}
    stem = from_json(StemConfig, values, f'{where}.kwargs.encoder.kwargs')
    observed = keys_of(example, 'observation')
    image_keys = matching(kwargs.obs_stack_keys, observed)
    # A goal that tasks lack is all zeros, so the observations' keys count here too.
    goal_keys = matching(kwargs.task_stack_keys, {*observed, *keys_of(example, 'task')})
    if kwargs.task_stack_keys and not goal_keys:
        msg = f'{where} stacks goals {kwargs.task_stack_keys}; the example batch has none.'
        raise ConfigError(msg)
    if kwargs.use_token_learner and stem.num_features % NUM_HEADS:
        msg = (
            f'{where}.encoder.num_features must be a multiple of {NUM_HEADS} (use_token_learner).'
        )
        raise ConfigError(msg)
    return ImageTokenizerConfig(
        name=name,
        image_keys=image_keys,
        goal_keys=goal_keys,
        image_size=_image_size(kwargs.obs_stack_keys, image_keys, example, where),
        stem=stem,
        film_keys=kwargs.task_film_keys,
        film_size=_film_size(kwargs.task_film_keys, stem, example, where),
        learned_tokens=kwargs.num_tokens if kwargs.use_token_learner else None,
    )


def _image_size(
    patterns: tuple[str, ...], keys: tuple[str, ...], example: Shapes, where: str
) -> tuple[int, int]:
    shapes = {shape_of(example, f'observation/{key}', 5)[2:] for key in keys}
    if len(shapes) != 1:
        msg = (
            f'{where} reads {patterns}; the example batch must hold such images of one size, but '
            f'has {sorted(shapes)}.'
        )
        raise ConfigError(msg)
    height, width, channels = shapes.pop()
    if channels != 3:
        msg = f'{where} reads {keys} with {channels} channels; supported: 3, red, green and blue.'
        raise ConfigError(msg)
    return height, width


def _film_size(keys: tuple[str, ...], stem: StemConfig, example: Shapes, where: str) -> int:
    """Numbers that FiLM reads; the keys are names here, not patterns."""
    if stem.use_film != bool(keys):
        msg = (
            f'{where} has task_film_keys {keys} and encoder.use_film {stem.use_film}; FiLM needs '
            'both, and a tokenizer without FiLM neither.'
        )
        raise ConfigError(msg)
    for key in keys:
        if len(example.get(f'task/{key}', ())) != 2:
            msg = (
                f'{where} reads the task {key!r} by FiLM, which works with one vector per task '
                'only; the example batch must hold it with 2 axes (token ids cannot be read).'
            )
            raise ConfigError(msg)
    return sum(example[f'task/{key}'][1] for key in keys)


def _lowdim_tokenizer(
    name: str, spec: ModuleSpec, example: Shapes, where: str
) -> LowdimTokenizerConfig:
    kwargs = from_json(_LowdimTokenizer, spec.kwargs, f'{where}.kwargs')
    available = sorted(keys_of(example, 'observation'))
    # Pattern by pattern: a key that two of them match is read twice, as in the original.
    keys = [key for pattern in kwargs.obs_keys for key in available if re.match(pattern, key)]
    if not keys:
        msg = f'{where} reads {kwargs.obs_keys}; the example batch has only {available}.'
        raise ConfigError(msg)
    if kwargs.low >= kwargs.high:
        msg = f'{where} has low {kwargs.low} and high {kwargs.high}; low must be below high.'
        raise ConfigError(msg)
    bins = BinConfig(kwargs.n_bins, kwargs.bin_type, kwargs.low, kwargs.high)
    return LowdimTokenizerConfig(
        name=name,
        inputs=tuple((key, shape_of(example, f'observation/{key}', 3)[2]) for key in keys),
        bins=bins if kwargs.discretize else None,
    )
