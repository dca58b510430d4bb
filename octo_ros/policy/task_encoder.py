# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""A robot's task as the network takes it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import torch

from octo_ros.errors import PolicyError
from octo_ros.model.batch import LanguageTokens, Tasks
from octo_ros.policy.robot_fit import pixels

if TYPE_CHECKING:
    from collections.abc import Mapping

    import numpy as np
    from numpy.typing import NDArray

    from octo_ros.model.config import LanguageTokenizerConfig
    from octo_ros.model.text import TextTokenizer
    from octo_ros.types import Task


class TaskEncoder:
    """Words to token ids, goal images to tensors.

    Args:
        language: The network's language tokenizer; None if it takes goal images only.
        tokenizer: For instructions; None if the checkpoint names none.
        image_sizes: Goal images that can be given: key to height and width [px].
    """

    def __init__(
        self,
        language: LanguageTokenizerConfig | None,
        tokenizer: TextTokenizer | None,
        image_sizes: Mapping[str, tuple[int, int]],
    ) -> None:
        self._language = language
        self._tokenizer = tokenizer
        self._sizes = image_sizes

    @property
    def takes_words(self) -> bool:
        """Whether instructions can be given."""
        return self._tokenizer is not None

    def __call__(self, task: Task) -> Tasks:
        """A batch of one task, on the CPU.

        Raises:
            PolicyError: The network cannot take it.
        """
        unknown = task.goal_images.keys() - self._sizes.keys()
        if unknown:
            msg = f'This policy has no camera {sorted(unknown)}; it takes {sorted(self._sizes)}.'
            raise PolicyError(msg)
        goals = {key: self._goal(key, image) for key, image in task.goal_images.items()}
        if self._language is None and task.language_instruction:
            msg = 'This checkpoint takes goal images only; the task has an instruction.'
            raise PolicyError(msg)
        if self._language is None:
            return Tasks(goal_images=goals)
        tokens, given = self._tokenize(task.language_instruction, self._language.num_tokens)
        return Tasks(tokens, torch.tensor([given]), goals)

    def _tokenize(self, instruction: str | None, length: int) -> tuple[LanguageTokens, bool]:
        """The instruction's tokens and True, or the hidden empty instruction and False."""
        if not (instruction or '').strip():
            return LanguageTokens.empty(1, length), False
        if self._tokenizer is None:
            msg = (
                'This checkpoint names no tokenizer, so it takes goal images, not words; '
                'put its tokenizer.json into its folder tokenizer/.'
            )
            raise PolicyError(msg)
        return self._tokenizer([str(instruction)]), True

    def _goal(self, key: str, image: NDArray[np.uint8]) -> torch.Tensor:
        size = self._sizes[key]
        if image.shape[:2] != size:
            given = pixels(image.shape[:2])
            msg = f'The goal image {key} is {given}; this policy takes {pixels(size)}.'
            raise PolicyError(msg)
        return torch.from_numpy(image.copy())[None]
