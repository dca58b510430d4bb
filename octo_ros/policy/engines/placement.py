# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""Tasks on the device where the network is."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    import torch
    from torch import Tensor

    from octo_ros.model.batch import Tasks


def tasks_on(device: torch.device, tasks: Tasks) -> Tasks:
    """The same tasks, all their tensors on that device."""

    def moved(tensors: Mapping[str, Tensor]) -> dict[str, Tensor]:
        return {key: tensor.to(device) for key, tensor in tensors.items()}

    language, mask, features = tasks.language, tasks.language_mask, tasks.language_features
    if language is not None:
        language = replace(
            language,
            input_ids=language.input_ids.to(device),
            attention_mask=language.attention_mask.to(device),
        )
    return replace(
        tasks,
        language=language,
        language_mask=None if mask is None else mask.to(device),
        language_features=None if features is None else features.to(device),
        goal_images=moved(tasks.goal_images),
        vectors=moved(tasks.vectors),
    )
