# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""Whether inference keeps up with the ticks, and which parameters to change where it does not."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from octo_ros.policy.stages import Stage, StageFigures

LEAST = 20  # measurements before anything is said
MOST_TICKS = 10  # what inference_every may be


@dataclass(frozen=True)
class Pace:
    """The pace that the parameters ask for.

    Attributes:
        rate: Ticks per second [Hz].
        inference_every: Ticks from one inference to the next.
        inference_lead: How long before its first action an inference begins [s].
    """

    rate: float
    inference_every: int
    inference_lead: float

    def advice(self, figures: Sequence[StageFigures]) -> tuple[str, ...]:
        """Sentences on what is too slow, by the 95th percentiles; none if all keeps up."""
        p95 = {each.stage: each.p95_ms for each in figures if each.count >= LEAST}
        if Stage.INFER not in p95:
            return ()
        sentences = []
        tick_ms = 1e3 / self.rate
        infer, prepare = p95[Stage.INFER], p95.get(Stage.PREPARE, 0.0)
        if infer > self.inference_every * tick_ms:
            ticks = min(math.ceil((infer + prepare) / tick_ms), MOST_TICKS)
            sentences.append(
                f'An inference takes {infer:.0f} ms of the {self.inference_every * tick_ms:.0f} '
                f'ms that it has: set inference_every to {ticks}.'
            )
        elif infer + prepare > self.inference_every * tick_ms:
            sentences.append(
                f'Inference ({infer:.0f} ms) and preparing the next ({prepare:.0f} ms) together '
                f'take longer than the {self.inference_every * tick_ms:.0f} ms between two: what '
                'is left of the preparation is made up in the inference.'
            )
        needed = p95.get(Stage.PREPROCESS, 0.0) + p95.get(Stage.QUEUE, 0.0) + infer
        if needed > 1e3 * self.inference_lead:
            sentences.append(
                f'The first action of a chunk comes late: from looking to knowing it takes '
                f'{needed:.0f} ms, inference_lead is {1e3 * self.inference_lead:.0f} ms.'
            )
        return tuple(sentences)
