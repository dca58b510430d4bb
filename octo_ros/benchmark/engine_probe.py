# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""One engine in one precision, made and timed; to be made in a process of its own."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
import torch
from numpy.typing import NDArray

from octo_ros.benchmark.policy_loop import PolicyLoop
from octo_ros.benchmark.stopwatch import Durations, Stopwatch
from octo_ros.benchmark.workload import Tick, Workload
from octo_ros.errors import OctoRosError
from octo_ros.model.checkpoint import CheckpointDirectory, load_weights
from octo_ros.policy.engines.base import Turn
from octo_ros.policy.engines.plain_engine import PlainEngine
from octo_ros.policy.engines.together import warm_up
from octo_ros.policy.engines.torch_engine import TorchOptions, torch_engine

if TYPE_CHECKING:
    from octo_ros.benchmark.variant import Device, Variant
    from octo_ros.policy.engines.base import Engine
    from octo_ros.policy.engines.frame import Frame, History

_ENCODED_PER = 5  # one language encoding per so many ticks
_KIND_S = 10.0  # no more calls of a kind in a turn once it has taken so long


@dataclass(frozen=True)
class Source:
    """Where an engine comes from.

    Attributes:
        path: Directory of a checkpoint, or of an export for those that run graphs.
        step: Training step of the checkpoint; None takes the latest.
    """

    path: Path
    step: int | None = None


@dataclass(frozen=True)
class Footprint:
    """What an engine costs before and beside computing.

    Attributes:
        load_s: From files to an engine [s]; libraries had been imported before.
        peak_memory_mb: The most that the process ever held, libraries and mapped files included.
        gpu_memory_mb: The most that torch ever held on the GPU.
        split: Whether it reuses what it knows; else it runs the plain network every time.
        notes: Sentences on what was not measured.
    """

    load_s: float
    peak_memory_mb: float
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
        if variant.runs_graphs:
            __import__(variant.engine)  # before the clock of loading starts
        started = time.perf_counter()
        self._engine, self._checkpoint = _load(variant, source, threads, device)
        self._load_s = time.perf_counter() - started
        self._cuda = device == 'cuda'
        self._workload = Workload(self._checkpoint.config)
        self._task = self._engine.encode(self._workload.task())
        self._notes: tuple[str, ...] = ()
        self._policy = self._policy_loop()
        self._warm_up()

    def time(self, ticks: int) -> Durations:
        """One turn.

        Args:
            ticks: Calls of `precompute` and `critical`; of `encode`, `first_frame`, `full`,
                `policy` and `resize` there are fewer. Emulated arithmetic takes seconds: then
                there are fewer of all.
        """
        stopwatch = Stopwatch()
        self._engine.set_task(self._task)
        self._time_prepared(stopwatch, ticks)
        some = (ticks + 1) // 2
        for _ in _for_a_while(some):
            history = self._workload.history()
            stopwatch.time('full', self._acting(history))
            stopwatch.time('first_frame', self._acting((None,) * len(history)))
        for _ in _for_a_while(ticks // _ENCODED_PER + 1):
            encode = partial(self._engine.encode, self._workload.task())
            stopwatch.time('encode', partial(self._finish, encode))
        if self._policy is not None:
            self._policy.run(stopwatch, _for_a_while(some + 1))
        return dict(stopwatch.durations)

    def actions(self, ticks: list[Tick]) -> NDArray[np.float32]:
        """Normalised actions, shape (ticks, action_horizon, action_dim), each fully prepared."""
        chunks = []
        for tick in ticks:
            self._engine.set_task(self._engine.encode(tick.task))
            self._engine.prepare(tick.history)
            chunks.append(self._engine.act(tick.history, tick.newest, tick.sampling))
        return np.stack(chunks)

    def footprint(self) -> Footprint:
        """As it is now."""
        return Footprint(
            load_s=self._load_s,
            peak_memory_mb=_peak_memory_mb(),
            gpu_memory_mb=torch.cuda.max_memory_reserved() / 1e6 if self._cuda else None,
            split=not isinstance(self._engine, PlainEngine),
            notes=self._notes,
        )

    def _time_prepared(self, stopwatch: Stopwatch, ticks: int) -> None:
        """Ticks as in the loop: each frame is first the newest one, then history."""
        history = self._workload.history()
        if history:  # the frames must have been through the stems, as after any tick
            self._engine.act(history[:-1], self._frame(history[-1]), self._workload.sampling())
        for _ in _for_a_while(ticks):
            newest = self._workload.frame()
            prepare = partial(self._engine.prepare, history)
            stopwatch.time('precompute', partial(self._finish, prepare))
            stopwatch.time('critical', self._acting(history, newest))
            history = (*history, newest)[1:] if history else ()

    def _acting(self, history: History, newest: Frame | None = None) -> Callable[[], object]:
        """uint8 pictures to normalised actions, ready to be timed."""
        frame = self._frame(newest)
        return partial(self._engine.act, history, frame, self._workload.sampling())

    def _frame(self, given: Frame | None) -> Frame:
        return given or self._workload.frame()

    def _warm_up(self) -> None:
        self._engine.set_task(self._task)
        history, newest = self._workload.history(), self._workload.frame()
        for shown in {history, (None,) * len(history)}:
            warm_up([Turn(self._engine, shown, newest, self._workload.sampling())])

    def _policy_loop(self) -> PolicyLoop | None:
        try:
            return PolicyLoop(self._checkpoint, self._engine)
        except OctoRosError as error:
            self._notes = (f'Not measured through the policy: {error}',)
            return None

    def _finish(self, call: Callable[[], object]) -> None:
        """What a call starts on a GPU counts until it is done."""
        call()
        if self._cuda:
            torch.cuda.synchronize()


def _for_a_while(count: int) -> Iterator[int]:
    """Numbers from 0, up to the count or the end of the time; two in any case, if there are."""
    end = time.perf_counter() + _KIND_S
    for number in range(count):
        if number > 1 and time.perf_counter() > end:
            return
        yield number


def _load(
    variant: Variant, source: Source, threads: int, device: Device
) -> tuple[Engine[Any], CheckpointDirectory]:
    if variant.engine in ('onnxruntime', 'openvino'):
        from octo_ros.policy.engines.exported import Exported
        from octo_ros.policy.engines.exported_engine import RuntimeOptions, exported_engine

        exported = Exported.read(source.path)
        bfloat16 = variant.rest == 'bf16'
        runtime = RuntimeOptions(variant.engine, device, threads, bfloat16=bfloat16)
        return exported_engine(exported, runtime), exported.checkpoint
    checkpoint = CheckpointDirectory.read(source.path)
    octo = load_weights(checkpoint, source.step)
    if variant.engine == 'plain':
        plain = octo.to(device).eval()
        return PlainEngine(plain, checkpoint.config.window_size), checkpoint
    half: Literal['fp32', 'bf16'] = 'bf16' if variant.precision == 'bf16' else 'fp32'
    return torch_engine(octo, None, TorchOptions(device, half, threads)), checkpoint


def _peak_memory_mb() -> float:
    """The process is fresh, so its peak is its own."""
    lines = Path('/proc/self/status').read_text().splitlines()
    return int(next(line for line in lines if line.startswith('VmHWM')).split()[1]) * 1024 / 1e6
