# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""`config.json` of a checkpoint → `OctoConfig`, with the key names of v1.0 or v1.5.

The file describes every part as {module, name, args, kwargs}; kwargs that it leaves out take the
original's class defaults. The two things that it does not say, image sizes and the number of
language tokens, are the shapes of the checkpoint's example batch.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import fields
from typing import Annotated, Any, Literal

from pydantic import Field

from octo_ros.config import config_dataclass, parse
from octo_ros.errors import CheckpointError, ConfigError
from octo_ros.model.config import (
    Count,
    DiffusionHeadConfig,
    ImageTokenizerConfig,
    LanguageTokenizerConfig,
    OctoConfig,
    StemConfig,
    T5Config,
    TransformerConfig,
)

Shapes = Mapping[str, tuple[int, ...]]


def parse_octo_config(
    model: Mapping[str, Any], example: Shapes, t5: Mapping[str, Any] | None, source: str
) -> OctoConfig:
    """Read the "model" part of `config.json`.

    Args:
        model: The parsed JSON.
        example: Shapes of the example batch, by path like `observation/image_primary`.
        t5: Content of `t5_config.json`, or None if the checkpoint has none; then the encoder must
            be t5-base.
        source: The file, for messages.

    Raises:
        CheckpointError: Something is missing, unknown or not supported; the message names it.
    """
    try:
        top = parse(_Model, model, f'{source}["model"]')
        cameras = tuple(
            _image_tokenizer(name, spec, example)
            for name, spec in top.observation_tokenizers.items()
        )
        languages = [
            _language_tokenizer(name, spec, example, t5)
            for name, spec in top.task_tokenizers.items()
        ]
        head = _head(top)
        transformer = _transformer(top)
        window_size = _shape(example, 'observation/timestep_pad_mask', 2)[1]
    except ConfigError as error:
        msg = f'{source} does not describe a network that octo_ros can build. {error}'
        raise CheckpointError(msg) from None
    return OctoConfig(
        cameras=cameras,
        language=languages[0] if languages else None,
        readouts=tuple(top.readouts.items()),
        head=head,
        transformer=transformer,
        token_embedding_size=top.token_embedding_size,
        max_horizon=top.max_horizon,
        window_size=window_size,
        repeat_task_tokens=top.repeat_task_tokens,
        use_correct_attention=top.use_correct_attention,
    )


@config_dataclass
class _Spec:
    module: str
    name: str
    args: tuple[()] = ()
    kwargs: dict[str, Any]


@config_dataclass
class _Model:
    observation_tokenizers: dict[str, _Spec]
    task_tokenizers: Annotated[dict[str, _Spec], Field(max_length=1)]
    heads: Annotated[dict[Literal['action'], _Spec], Field(min_length=1)]
    readouts: dict[str, Count]
    transformer_kwargs: dict[str, Any]
    token_embedding_size: Count
    max_horizon: Count
    repeat_task_tokens: bool = False
    use_correct_attention: bool = False


@config_dataclass
class _ImageTokenizer:
    encoder: _Spec
    obs_stack_keys: tuple[str, ...] = ('image_.*', 'depth_.*')
    task_stack_keys: tuple[str, ...] = ()
    task_film_keys: tuple[()] = ()
    use_token_learner: Literal[False] = False
    num_tokens: int = 8  # of the token learner
    conditioning_type: Literal['none'] = 'none'
    proper_pad_mask: Literal[True] = True


@config_dataclass
class _LanguageTokenizer:
    encoder: str
    finetune_encoder: Literal[False] = False
    proper_pad_mask: Literal[True] = True


def _supported(spec: _Spec, where: str, *names: str) -> None:
    if spec.name not in names:
        msg = f'{where} is a {spec.module}:{spec.name}; supported: {", ".join(names)}.'
        raise ConfigError(msg)


def _matching(patterns: Iterable[str], keys: Iterable[str]) -> tuple[str, ...]:
    return tuple(sorted(key for key in keys if any(re.match(p, key) for p in patterns)))


def _shape(example: Shapes, path: str, ndim: int) -> tuple[int, ...]:
    shape = example.get(path, ())
    if len(shape) != ndim:
        found = f'is {shape}' if shape else 'is missing'
        msg = f'{path} of the example batch {found}; it must have {ndim} axes.'
        raise ConfigError(msg)
    return shape


def _image_tokenizer(name: str, spec: _Spec, example: Shapes) -> ImageTokenizerConfig:
    where = f'observation_tokenizers.{name}'
    _supported(spec, where, 'ImageTokenizer')
    kwargs = parse(_ImageTokenizer, spec.kwargs, where)
    _supported(kwargs.encoder, f'{where}.encoder', 'SmallStem16', 'SmallStem32')
    stem = {**kwargs.encoder.kwargs, 'kind': kwargs.encoder.name}
    available = [path[12:] for path in example if re.fullmatch('observation/[^/]+', path)]
    image_keys = _matching(kwargs.obs_stack_keys, available)
    sizes = {_shape(example, f'observation/{key}', 5)[2:4] for key in image_keys}
    if len(sizes) != 1:
        msg = (
            f'{where} reads {kwargs.obs_stack_keys}; the example batch must hold such images of '
            f'one size, but has {sorted(sizes)}.'
        )
        raise ConfigError(msg)
    height, width = sizes.pop()
    return ImageTokenizerConfig(
        name=name,
        image_keys=image_keys,
        goal_keys=_matching(kwargs.task_stack_keys, available),
        image_size=(height, width),
        stem=parse(StemConfig, stem, f'{where}.encoder'),
    )


def _language_tokenizer(
    name: str, spec: _Spec, example: Shapes, t5: Mapping[str, Any] | None
) -> LanguageTokenizerConfig:
    where = f'task_tokenizers.{name}'
    _supported(spec, where, 'LanguageTokenizer')
    encoder = parse(_LanguageTokenizer, spec.kwargs, where).encoder
    if t5 is None and encoder != 't5-base':
        msg = (
            f'{where}.encoder is {encoder!r}; supported: t5-base, or any T5 whose sizes are in '
            't5_config.json.'
        )
        raise ConfigError(msg)
    sizes = {field.name for field in fields(T5Config)}  # the file holds much else
    known = {key: value for key, value in (t5 or {}).items() if key in sizes}
    return LanguageTokenizerConfig(
        name=name,
        num_tokens=_shape(example, 'task/language_instruction/input_ids', 2)[1],
        t5=parse(T5Config, known, 't5_config.json'),
    )


def _transformer(top: _Model) -> TransformerConfig:
    transformer = parse(TransformerConfig, top.transformer_kwargs, 'transformer_kwargs')
    if top.token_embedding_size % transformer.num_attention_heads:
        msg = (
            f'token_embedding_size {top.token_embedding_size} must be a multiple of '
            f'num_attention_heads {transformer.num_attention_heads}.'
        )
        raise ConfigError(msg)
    return transformer


def _head(top: _Model) -> DiffusionHeadConfig:
    spec = top.heads['action']
    _supported(spec, 'heads.action', 'DiffusionActionHead')
    kwargs = dict(spec.kwargs)
    if 'pred_horizon' in kwargs:  # v1.0, whose class also had another default for the dropout
        horizon = kwargs.pop('pred_horizon')
        kwargs = {'dropout_rate': 0.1, **kwargs, 'action_horizon': horizon}
    head = parse(DiffusionHeadConfig, kwargs, 'heads.action')
    readouts = [f'readout_{name}' for name in top.readouts]
    if head.readout_key not in readouts:
        msg = f'heads.action reads {head.readout_key!r}; the readouts are {", ".join(readouts)}.'
        raise ConfigError(msg)
    return head
