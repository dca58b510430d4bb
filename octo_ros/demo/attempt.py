# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""One instruction of a demo, as it was carried out and judged."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Attempt:
    """What was asked and what came of it.

    Attributes:
        instruction: What was asked.
        seed: Scene.
        verdict: done, failed or not judged.
        message: How the policy node ended it.
        seconds: From acceptance to the end [s].
    """

    instruction: str
    seed: int
    verdict: str
    message: str
    seconds: float
