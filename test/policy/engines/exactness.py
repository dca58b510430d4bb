# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""How far two float32 networks may be apart: 1e-4, or what rounding alone does there.

Denoising amplifies rounding, on some processors more than on others. Where two results differ by
more than the limit, the plain network is run in float64: its float32 result is then off as well.
"""

from __future__ import annotations

import copy
from dataclasses import replace

import numpy as np

from octo_ros.model.sampling import SamplingNoise
from octo_ros.policy.engines.plain_engine import PlainEngine

from .sequences import run

# Two results that are both rounded may lie on either side of the exact one.
SHARE = 4.0
MEDIAN = 2e-5


class Exactness:
    """Compares an engine with the plain network, tick by tick."""

    def __init__(self, tiny, engine, limit):
        window = engine.window_size
        self.engine, self.limit = engine, limit
        self.plain = PlainEngine(tiny.octo, window)
        self.exact = PlainEngine(copy.deepcopy(tiny.octo).double(), window)
        self.errors, self.rounding, self.task = [], [0.0], None

    def compare(self, tick, sampling):
        self.task = tick.task or self.task
        found, expected = run(self.engine, tick, sampling), run(self.plain, tick, sampling)
        self.errors.append(float(np.abs(found - expected).max()))
        if self.errors[-1] > self.limit:
            self.exact.set_task(self.exact.encode(self.task))
            truth = self.exact.act(tick.history, tick.newest, _double(sampling))
            self.rounding.append(float(np.abs(expected - truth).max()))

    def check(self):
        assert np.median(self.errors) < MEDIAN
        assert max(self.errors) < max(self.limit, SHARE * max(self.rounding))
        assert max(self.errors) < 1e-3


def _double(sampling):
    if sampling.noise is None:
        return sampling
    noise = SamplingNoise(sampling.noise.initial.double(), sampling.noise.steps.double())
    return replace(sampling, noise=noise)
