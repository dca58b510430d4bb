# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""The action head of `config.json` → its configuration."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from octo_ros.errors import ConfigError
from octo_ros.model.head_config import (
    ContinuousHeadConfig,
    DiffusionHeadConfig,
    DiscreteHeadConfig,
    HeadConfig,
)
from octo_ros.model.json_values import from_json
from octo_ros.model.map_pooling import NUM_HEADS
from octo_ros.model.module_spec import ModuleSpec

# The original's classes, and the defaults in which they differ from ours.
_CLASSES: Mapping[str, tuple[type[Any], Mapping[str, Any]]] = {
    'DiffusionActionHead': (DiffusionHeadConfig, {}),
    'ContinuousActionHead': (ContinuousHeadConfig, {}),
    'MSEActionHead': (ContinuousHeadConfig, {'use_map': True}),
    'L1ActionHead': (ContinuousHeadConfig, {'use_map': True, 'loss_type': 'l1'}),
    'DiscreteActionHead': (DiscreteHeadConfig, {}),
    'TokenPerDimActionHead': (DiscreteHeadConfig, {}),
}


def action_head(spec: ModuleSpec, groups: Mapping[str, int], width: int) -> HeadConfig:
    """The head `heads.action`.

    Args:
        spec: What the file says.
        groups: Tokens per timestep of every group that a head may read, by the group's name.
        width: Width D of the tokens.

    Raises:
        ConfigError: It is not supported, or cannot read the group that it names.
    """
    where = 'model.heads.action'
    spec.check_name(where, _CLASSES)
    kind, defaults = _CLASSES[spec.name]
    head: HeadConfig = from_json(kind, {**defaults, **_current_names(spec)}, f'{where}.kwargs')
    if head.readout_key not in groups:
        msg = f'{where} reads {head.readout_key!r}; it may read {", ".join(groups)}.'
        raise ConfigError(msg)
    if head.use_map and width % NUM_HEADS:
        msg = f'token_embedding_size {width} must be a multiple of {NUM_HEADS} ({where}.use_map).'
        raise ConfigError(msg)
    tokens = groups[head.readout_key]
    if isinstance(head, DiscreteHeadConfig) and not head.use_map and tokens != head.num_tokens:
        msg = (
            f'{where} needs {head.num_tokens} tokens (token_per {head.token_per!r}), but '
            f'{head.readout_key} has {tokens}; set use_map or change the readout.'
        )
        raise ConfigError(msg)
    return head


def _current_names(spec: ModuleSpec) -> dict[str, Any]:
    """The arguments with the names of v1.5, and with v1.0's defaults if it was that."""
    kwargs = dict(spec.kwargs)
    if 'pred_horizon' not in kwargs:
        return kwargs
    kwargs['action_horizon'] = kwargs.pop('pred_horizon')
    if 'token_per' in kwargs:
        kwargs['token_per'] = str(kwargs['token_per']).replace('pred_horizon', 'action_horizon')
    if spec.name == 'DiffusionActionHead':
        return {'dropout_rate': 0.1, **kwargs}
    return kwargs
