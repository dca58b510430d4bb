# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""`config.json` of a checkpoint → `OctoConfig`, with the key names of v1.0 or v1.5."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import fields
from typing import Annotated, Any, Literal

from pydantic import Field

from octo_ros.config import config_dataclass
from octo_ros.errors import CheckpointError, ConfigError
from octo_ros.model.config import (
    ImageTokenizerConfig,
    LanguageTokenizerConfig,
    LowdimTokenizerConfig,
    OctoConfig,
    TransformerConfig,
)
from octo_ros.model.head_config import Count
from octo_ros.model.head_specs import action_head
from octo_ros.model.json_values import from_json
from octo_ros.model.module_spec import ModuleSpec, Shapes, shape_of
from octo_ros.model.tokenizer_specs import language_tokenizer, observation_tokenizer


def parse_octo_config(
    model: Mapping[str, Any], example: Shapes, t5: Mapping[str, Any] | None, source: str
) -> OctoConfig:
    """Read the "model" part of `config.json`.

    Args:
        model: The parsed JSON. An unknown entry that is null says nothing and is passed over.
        example: Shapes of the example batch, by path like `observation/image_primary`.
        t5: Content of `t5_config.json`, or None if the checkpoint has none; then the encoder must
            be t5-base.
        source: The file, for messages.

    Raises:
        CheckpointError: Something is missing, unknown or not supported; the message is one
            sentence that names it.
    """
    known = {field.name for field in fields(_Model)}
    said = {key: value for key, value in model.items() if key in known or value is not None}
    try:
        return _octo_config(from_json(_Model, said, 'model'), example, t5)
    except ConfigError as error:
        msg = f'{source} does not describe a network that octo_ros can build: {error}'
        raise CheckpointError(msg) from None


@config_dataclass
class _Model:
    observation_tokenizers: dict[str, ModuleSpec]
    task_tokenizers: Annotated[dict[str, ModuleSpec], Field(max_length=1)]
    heads: Annotated[dict[Literal['action'], ModuleSpec], Field(min_length=1)]
    readouts: dict[str, Count]
    transformer_kwargs: dict[str, Any]
    token_embedding_size: Count
    max_horizon: Count
    repeat_task_tokens: bool = False
    use_correct_attention: bool = False


def _octo_config(model: _Model, example: Shapes, t5: Mapping[str, Any] | None) -> OctoConfig:
    tokenizers = tuple(
        observation_tokenizer(name, spec, example)
        for name, spec in model.observation_tokenizers.items()
    )
    languages = [
        language_tokenizer(name, spec, example, t5) for name, spec in model.task_tokenizers.items()
    ]
    groups = _groups(tokenizers, languages if model.repeat_task_tokens else [])
    groups |= {f'readout_{name}': size for name, size in model.readouts.items()}
    return OctoConfig(
        observation_tokenizers=tokenizers,
        language=languages[0] if languages else None,
        readouts=tuple(model.readouts.items()),
        head=action_head(model.heads['action'], groups, model.token_embedding_size),
        transformer=_transformer(model),
        token_embedding_size=model.token_embedding_size,
        max_horizon=model.max_horizon,
        window_size=shape_of(example, 'observation/timestep_pad_mask', 2)[1],
        repeat_task_tokens=model.repeat_task_tokens,
        use_correct_attention=model.use_correct_attention,
    )


def _groups(
    tokenizers: Sequence[ImageTokenizerConfig | LowdimTokenizerConfig],
    repeated: Sequence[LanguageTokenizerConfig],
) -> dict[str, int]:
    """Tokens per timestep of each observation group, and of all of them as `obs`."""
    groups = {f'obs_{tokenizer.name}': tokenizer.num_tokens for tokenizer in tokenizers}
    groups |= {f'obs_task_{tokenizer.name}': tokenizer.num_tokens for tokenizer in repeated}
    return {**groups, 'obs': sum(groups.values())}


def _transformer(model: _Model) -> TransformerConfig:
    where = 'model.transformer_kwargs'
    transformer = from_json(TransformerConfig, model.transformer_kwargs, where)
    if model.token_embedding_size % transformer.num_attention_heads:
        msg = (
            f'token_embedding_size {model.token_embedding_size} must be a multiple of '
            f'num_attention_heads {transformer.num_attention_heads}.'
        )
        raise ConfigError(msg)
    return transformer
