# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""`OctoConfig` → "model" of `config.json`, in the names of v1.5: the way back of `config_file`.

What the original's classes know as defaults is written out, so that a file says by itself what it
describes.
"""

from __future__ import annotations

import re
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from octo_ros.model.config import ImageTokenizerConfig, LowdimTokenizerConfig
from octo_ros.model.head_config import (
    ContinuousHeadConfig,
    DiffusionHeadConfig,
    DiscreteHeadConfig,
)

if TYPE_CHECKING:
    from octo_ros.model.config import LanguageTokenizerConfig, OctoConfig, StemConfig
    from octo_ros.model.head_config import HeadConfig

_COMPONENTS = 'octo.model.components'


def config_json(config: OctoConfig, encoder: str = 't5-base') -> dict[str, Any]:
    """Write the "model" part of `config.json`; image sizes and the like are the example batch's.

    Args:
        config: The network.
        encoder: Name of its language encoder.

    Returns:
        Plain JSON values; `parse_octo_config` gives `config` back.
    """
    language = config.language
    tasks = {} if language is None else {language.name: _language(language, encoder)}
    return {
        'observation_tokenizers': {
            tokenizer.name: _observation(tokenizer) for tokenizer in config.observation_tokenizers
        },
        'task_tokenizers': tasks,
        'heads': {'action': _head(config.head)},
        'readouts': dict(config.readouts),
        'token_embedding_size': config.token_embedding_size,
        'transformer_kwargs': asdict(config.transformer),
        'max_horizon': config.max_horizon,
        'repeat_task_tokens': config.repeat_task_tokens,
        'use_correct_attention': config.use_correct_attention,
    }


def _spec(module: str, name: str, **kwargs: Any) -> dict[str, Any]:  # noqa: ANN401
    return {'module': f'{_COMPONENTS}.{module}', 'name': name, 'args': [], 'kwargs': kwargs}


def _exactly(keys: tuple[str, ...]) -> list[str]:
    """Patterns that match these keys and no longer ones; the original matches beginnings."""
    return [f'{re.escape(key)}$' for key in keys]


def _observation(tokenizer: ImageTokenizerConfig | LowdimTokenizerConfig) -> dict[str, Any]:
    if isinstance(tokenizer, LowdimTokenizerConfig):
        keys = _exactly(tuple(key for key, _ in tokenizer.inputs))
        bins = {} if tokenizer.bins is None else asdict(tokenizer.bins)
        discretize = tokenizer.bins is not None
        return _spec(
            'tokenizers', 'LowdimObsTokenizer', obs_keys=keys, discretize=discretize, **bins
        )
    learned = tokenizer.learned_tokens
    return _spec(
        'tokenizers',
        'ImageTokenizer',
        obs_stack_keys=_exactly(tokenizer.image_keys),
        task_stack_keys=_exactly(tokenizer.goal_keys),
        task_film_keys=list(tokenizer.film_keys),
        use_token_learner=learned is not None,
        **({} if learned is None else {'num_tokens': learned}),
        encoder=_stem(tokenizer.stem),
    )


def _stem(stem: StemConfig) -> dict[str, Any]:
    kwargs = {key: _plain(value) for key, value in asdict(stem).items() if key != 'kind'}
    if stem.patch_size is None:
        del kwargs['patch_size']  # the class has its own
    return _spec('vit_encoders', stem.kind, **kwargs)


def _language(language: LanguageTokenizerConfig, encoder: str) -> dict[str, Any]:
    # Its sizes are the encoder's and the example batch's.
    name = encoder if language.t5 else None
    return _spec('tokenizers', 'LanguageTokenizer', encoder=name, finetune_encoder=False)


def _head(head: HeadConfig) -> dict[str, Any]:
    name = {
        DiffusionHeadConfig: 'DiffusionActionHead',
        DiscreteHeadConfig: 'DiscreteActionHead',
    }.get(type(head), '')
    if isinstance(head, ContinuousHeadConfig):
        name = {'l1': 'L1ActionHead', 'mse': 'MSEActionHead'}[head.loss_type]
    return _spec('action_heads', name, **asdict(head))


def _plain(value: Any) -> Any:  # noqa: ANN401
    return list(value) if isinstance(value, tuple) else value
