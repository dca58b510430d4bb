# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""Which Octo made a checkpoint: v1.0 and v1.5 have the same parameters, but not the same mask."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Version:
    """The answer with its reasons.

    Attributes:
        name: `v1.0` or `v1.5`.
        reasons: What in the files tells it; where they disagree, all are given.
    """

    name: str
    reasons: tuple[str, ...]

    @classmethod
    def of(cls, model: Mapping[str, Any], example: Iterable[str]) -> Version:
        """Tell it.

        Args:
            model: `config.json["model"]`.
            example: Names in the example batch.
        """
        old, new = [], []
        for switch in ('use_correct_attention', 'repeat_task_tokens'):
            if switch in model:
                new.append(f'config.json has {switch} ({model[switch]})')
            else:
                old.append(f'config.json has no {switch}, so it is false')
        heads = model.get('heads', {}).values()
        keys = {key for head in heads for key in head.get('kwargs', {})}
        if 'pred_horizon' in keys:
            old.append('the head has pred_horizon')
        if 'action_horizon' in keys:
            new.append('the head has action_horizon')
        names = set(example)
        if 'observation/pad_mask' in names:
            old.append('the example batch has pad_mask')
        # The attention mask is what changes the numbers, so its switch decides.
        first, name = (new, 'v1.5') if 'use_correct_attention' in model else (old, 'v1.0')
        return cls(name, (*first, *(old if first is new else new)))
