# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""Builds a network without memory or values for its parameters, to be filled from a file."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import torch
from torch.overrides import TorchFunctionMode

from octo_ros.errors import CheckpointError
from octo_ros.model.octo import Octo

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from octo_ros.model.config import OctoConfig

# Building more, as a damaged number may ask for, would seem to hang.
_MOST_LAYERS = 1000
_MOST_STEPS = 100_000


def blank_octo(config: OctoConfig, source: str) -> Octo:
    """A network whose parameters are on the meta device.

    Args:
        config: The network.
        source: Where its sizes come from, for messages.

    Raises:
        CheckpointError: It has sizes that nobody can build.
    """
    layers = [config.transformer.num_layers, getattr(config.head, 'num_blocks', 0)]
    if config.language is not None and config.language.t5 is not None:
        layers.append(config.language.t5.num_layers)
    try:
        if max(layers) > _MOST_LAYERS or getattr(config.head, 'diffusion_steps', 0) > _MOST_STEPS:
            raise OverflowError
        with torch.device('meta'), _NoValues():
            return Octo(config)
    except (RuntimeError, TypeError, OverflowError, MemoryError):  # sizes beyond any machine
        msg = f'{source} describes a network that is too large to be built.'
        raise CheckpointError(msg) from None


class _NoValues(TorchFunctionMode):
    """Passes over what would fill parameters with random numbers.

    On the meta device it does nothing, but normal numbers need half of torch's compiler to be
    imported for that: 1 to 2 s and 150 MB.
    """

    def __torch_function__(
        self,
        func: Callable[..., Any],
        types: tuple[type, ...],
        args: tuple[Any, ...] = (),
        kwargs: Mapping[str, Any] | None = None,
    ) -> Any:  # noqa: ANN401
        del types
        given = dict(kwargs or {})
        if getattr(func, '__module__', '') == 'torch.nn.init':
            return given['tensor'] if 'tensor' in given else args[0]
        if func is torch.Tensor.normal_:
            return args[0]
        if func is torch.randn:
            func = torch.empty
        return func(*args, **given)
