# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""Recorded windows as ticks of an engine, for the scales of 8-bit arithmetic."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from octo_ros.errors import PolicyError
from octo_ros.model.batch import LanguageTokens, Tasks
from octo_ros.observation.lanczos import lanczos3
from octo_ros.policy.engines.frame import Frame
from octo_ros.policy.engines.quantize import CalibrationTick

if TYPE_CHECKING:
    from octo_ros.model.config import OctoConfig
    from octo_ros.model.text import TextTokenizer

TICKS = 24  # each keeps some ten megabytes of activations while the scales are found


def calibration_tick(
    instruction: str,
    frames: Sequence[Mapping[str, NDArray[np.uint8]]],
    config: OctoConfig,
    tokenizer: TextTokenizer | None,
) -> CalibrationTick:
    """One tick.

    Args:
        instruction: The task in words.
        frames: Image key to RGB uint8 of any size, oldest first.
        config: The network.
        tokenizer: Its own; None if it takes no words.

    Raises:
        PolicyError: The frames have none of the network's cameras, or it reads more than cameras.
    """
    if config.low_dim_keys:
        keys = ', '.join(config.low_dim_keys)
        msg = (
            f'This network reads {keys}, which a dataset holds in other units; take fp32 or bf16.'
        )
        raise PolicyError(msg)
    *history, newest = (_frame(images, config) for images in frames)
    tasks = Tasks()
    if tokenizer is not None:
        tasks = Tasks(tokenizer([instruction]))
    elif config.language is not None:
        tasks = Tasks(LanguageTokens.empty(1, config.language.num_tokens))
    return CalibrationTick(tasks, tuple(history), newest)


def _frame(images: Mapping[str, NDArray[np.uint8]], config: OctoConfig) -> Frame:
    sizes = {key: camera.image_size for camera in config.cameras for key in camera.image_keys}
    known = {
        key: image if image.shape[:2] == sizes[key] else lanczos3(image, *sizes[key])
        for key, image in images.items()
        if key in sizes
    }
    if not known:
        msg = f'The dataset has the cameras {sorted(images)}; this network reads {sorted(sizes)}.'
        raise PolicyError(msg)
    return Frame(known)
