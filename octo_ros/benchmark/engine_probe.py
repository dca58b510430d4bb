# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""One engine in one precision, made and timed; to be made in a process of its own."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import torch
from numpy.typing import NDArray

from octo_ros.benchmark.policy_loop import PolicyLoop
from octo_ros.benchmark.timing import Timing
from octo_ros.benchmark.workload import Tick, Workload
from octo_ros.errors import OctoRosError
from octo_ros.model.checkpoint import CheckpointDirectory, load_weights
from octo_ros.policy.engines.plain_engine import PlainEngine
from octo_ros.policy.engines.torch_engine import TorchOptions, torch_engine

if TYPE_CHECKING:
    from octo_ros.benchmark.variant import Device, Variant
    from octo_ros.policy.engines.base import Engine
    from octo_ros.policy.engines.frame import Frame, History

_ENCODED_PER = 5  # one language encoding per so many ticks

# encode, first_frame, full, precompute, critical, policy, resize → samples
Timings = dict[str, Timing]


@dataclass(frozen=True)
class Source:
    """Where an engine comes from.

    Attributes:
        path: Directory of a checkpoint, for torch, or of an export.
        step: Training step of the checkpoint; None takes the latest.
    """

    path: Path
    step: int | None = None


@dataclass(frozen=True)
class Footprint:
    """What an engine costs before and beside computing.

    Attributes:
        load_s: From files to an engine [s]; libraries had been imported before.
        warm_up_s: The first window of either kind [s].
        peak_memory_mb: The most that the process ever held, libraries and mapped files included.
        resident_memory_mb: What it holds in the end.
        gpu_memory_mb: The most that torch ever held on the GPU.
        split: Whether it reuses what it knows; else it runs the plain network every time.
        notes: Sentences on what was not measured.
    """

    load_s: float
    warm_up_s: float
    peak_memory_mb: float
    resident_memory_mb: float
    gpu_memory_mb: float | None
    split: bool
    notes: tuple[str, ...]


class EngineProbe:
    """Makes an engine and times it.

    Args:
        variant: Which.
        source: Of what.
        threads: CPU threads, of the whole process.
        device: Where it runs.

    Raises:
        OctoRosError: It does not run this.
    """

    def __init__(self, variant: Variant, source: Source, threads: int, device: Device) -> None:
        torch.set_num_threads(threads)
        __import__(variant.engine)
        started = time.perf_counter()
        self._engine, self._checkpoint = _load(variant, source, threads, device)
        self._load_s = time.perf_counter() - started
        self._cuda = device == 'cuda'
        self._workload = Workload(self._checkpoint.config)
        self._task = self._engine.encode(self._workload.task())
        self._notes: tuple[str, ...] = ()
        self._policy = self._policy_loop()
        started = time.perf_counter()
        self._warm_up()
        self._warm_up_s = time.perf_counter() - started

    def time(self, ticks: int) -> Timings:
        """One turn.

        Args:
            ticks: Calls with everything prepared; of the other kinds there are fewer.
        """
        kinds = ('encode', 'first_frame', 'full', 'precompute', 'critical', 'policy', 'resize')
        timings = {kind: Timing() for kind in kinds}
        self._engine.set_task(self._task)
        self._time_cached(timings['precompute'], timings['critical'], ticks)
        some = (ticks + 1) // 2
        for _ in range(some):
            history = self._workload.history()
            timings['full'].measure(self._acting(history))
            timings['first_frame'].measure(self._acting((None,) * len(history)))
        for _ in range(ticks // _ENCODED_PER + 1):
            encode = partial(self._engine.encode, self._workload.task())
            timings['encode'].measure(lambda encode=encode: self._finished(encode()))
        if self._policy is not None:
            self._policy.run(timings['policy'], timings['resize'], some)
        return timings

    def actions(self, ticks: list[Tick]) -> NDArray[np.float32]:
        """Normalised actions, shape (ticks, action_horizon, action_dim), each fully prepared."""
        chunks = []
        for tick in ticks:
            self._engine.set_task(self._engine.encode(tick.seen.task))
            self._engine.prepare(tick.seen.history)
            chunks.append(self._engine.act(tick.seen.history, tick.seen.newest, tick.sampling))
        return np.stack(chunks)

    def footprint(self) -> Footprint:
        """As it is now."""
        gpu = torch.cuda.max_memory_reserved() / 1e6 if self._cuda else None
        return Footprint(
            load_s=self._load_s,
            warm_up_s=self._warm_up_s,
            peak_memory_mb=_memory('VmHWM'),
            resident_memory_mb=_memory('VmRSS'),
            gpu_memory_mb=gpu,
            split=not isinstance(self._engine, PlainEngine),
            notes=self._notes,
        )

    def _time_cached(self, precompute: Timing, critical: Timing, ticks: int) -> None:
        history = self._workload.history()
        if history:  # the frames must have been through the stems, as after any tick
            self._engine.act(history[:-1], history[-1], self._workload.sampling())
        for _ in range(ticks):
            newest = self._workload.frame()
            prepare = partial(self._engine.prepare, history)
            precompute.measure(lambda prepare=prepare: self._finished(prepare()))
            critical.measure(self._acting(history, newest))
            history = (*history, newest)[1:] if history else ()

    def _acting(self, history: History, newest: Frame | None = None) -> Callable[[], object]:
        """A call that is ready to be timed."""
        frame = newest or self._workload.frame()
        return partial(self._engine.act, history, frame, self._workload.sampling())

    def _warm_up(self) -> None:
        self._engine.set_task(self._task)
        history, newest = self._workload.history(), self._workload.frame()
        for shown in {history, (None,) * len(history)}:
            self._engine.warm_up(shown, newest, self._workload.sampling())

    def _policy_loop(self) -> PolicyLoop | None:
        try:
            return PolicyLoop(self._checkpoint, self._engine)
        except OctoRosError as error:
            self._notes = (f'Not measured through the policy: {error}',)
            return None

    def _finished(self, result: object) -> object:
        """What a call started on a GPU counts until it is done."""
        if self._cuda:
            torch.cuda.synchronize()
        return result


def _load(
    variant: Variant, source: Source, threads: int, device: Device
) -> tuple[Engine[Any], CheckpointDirectory]:
    if variant.engine == 'torch':
        checkpoint = CheckpointDirectory.read(source.path)
        precision = 'bf16' if variant.precision == 'bf16' else 'fp32'
        options = TorchOptions(device, precision, threads)
        return torch_engine(load_weights(checkpoint, source.step), None, options), checkpoint
    from octo_ros.policy.engines.exported import Exported
    from octo_ros.policy.engines.exported_engine import RuntimeOptions, exported_engine

    exported = Exported.read(source.path)
    half = variant.precision != 'fp32'
    runtime = RuntimeOptions(variant.engine, device, threads, bfloat16=half)
    return exported_engine(exported, runtime), exported.checkpoint


def _memory(field: str) -> float:
    """In MB; the process is fresh, so its peak is its own."""
    lines = Path('/proc/self/status').read_text().splitlines()
    return int(next(line for line in lines if line.startswith(field)).split()[1]) * 1024 / 1e6
