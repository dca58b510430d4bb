# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""Arrays of the network in front of its head, by the reference's names."""

from __future__ import annotations

import re

import torch
from torch import Tensor

from octo_ros.errors import VerificationError
from octo_ros.verification.forward_pass import ForwardPass

_INSIDE = re.compile(
    r'attention_mask|tokenizer/[^/]+/(tokens|mask|bins)|encoder/[^/]+/\w+|projection/[^/]+_projection|'
    r'block/encoderblock_\d+|stem/[^/]+/(StdConv|GroupNorm)_\d+'
)
_GROUP = re.compile(r'transformer/([^/]+)/(tokens|mask)')


def transformer_array(forward: ForwardPass, name: str) -> Tensor | None:
    """An array of that name, or None if this is not the name of one.

    Raises:
        VerificationError: The network has no such part in this scene.
        OctoRosError: The inputs do not fit.
    """
    group = _GROUP.fullmatch(name)
    if group:
        return _group(forward, group[1], group[2])
    if name == 'attention_mask_shape':
        return torch.tensor(forward.inside['attention_mask'].shape)
    if not _INSIDE.fullmatch(name):
        return None
    if name not in forward.inside:
        msg = f'the network has no {name} here'
        raise VerificationError(msg)
    return forward.inside[name]


def _group(forward: ForwardPass, name: str, part: str) -> Tensor:
    if name == 'task':  # all task groups as one; a network has at most one
        if not forward.output.prefix:
            msg = 'the network has no task tokens here'
            raise VerificationError(msg)
        name = forward.output.prefix[0].name
    group = forward.output.group(name)
    return group.tokens if part == 'tokens' else group.mask
