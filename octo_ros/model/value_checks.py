# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""Refuses inputs by their values, wherever these can be looked at.

Shapes and types are always checked. Values are not while the network is compiled, exported or
recorded for a GPU, whose graphs have no branches: there the caller has to know them.
"""

from __future__ import annotations

import torch
from torch import Tensor

from octo_ros.errors import PolicyError


def check_finite(what: str, numbers: Tensor) -> None:
    """Refuse NaN and infinite numbers, which would spread over everything or fall into a bin.

    Args:
        what: Their name, for the message.
        numbers: Of any shape; on a GPU the check waits for it.

    Raises:
        PolicyError: There is one.
    """
    if _values_are_known(numbers) and not bool(numbers.isfinite().all()):
        msg = f'{what} holds a number that is NaN or infinite; give finite numbers only.'
        raise PolicyError(msg)


def check_token_ids(ids: Tensor, vocab_size: int) -> None:
    """Refuse token ids that the encoder has no embedding for.

    Args:
        ids: Integers of any shape; on a GPU the check waits for it.
        vocab_size: Of the encoder.

    Raises:
        PolicyError: An id is not in 0..vocab_size-1.
    """
    if not _values_are_known(ids):
        return
    unknown = ids[(ids < 0) | (ids >= vocab_size)]
    if unknown.numel():
        msg = (
            f'The instruction has the token id {int(unknown[0])}; this encoder knows 0 to '
            f"{vocab_size - 1}. Use the checkpoint's own tokenizer."
        )
        raise PolicyError(msg)


def _values_are_known(tensor: Tensor) -> bool:
    if torch.compiler.is_compiling() or tensor.is_meta:
        return False
    return not (tensor.is_cuda and torch.cuda.is_current_stream_capturing())
