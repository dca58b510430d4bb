# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""The process of one engine of octo_ros for original_octo.py."""

import sys
from functools import partial
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

import numpy as np
import torch
from players import Stopwatch, resident_mb, serve

from octo_ros.model.batch import LanguageTokens, Tasks
from octo_ros.model.checkpoint import CheckpointDirectory, load_weights
from octo_ros.model.sampling import Sampling, SamplingNoise
from octo_ros.policy.engines.exported import Exported
from octo_ros.policy.engines.exported_engine import RuntimeOptions, exported_engine
from octo_ros.policy.engines.frame import Frame
from octo_ros.policy.engines.quantize import CalibrationTick
from octo_ros.policy.engines.torch_engine import TorchOptions, torch_engine
from octo_ros.policy.export import ExportOptions, export_policy

_CALIBRATED = 4  # ticks: the scales of random weights serve no robot
_WORDS = 6


class EnginePlayer:
    """An engine; methods are asked for by the parent."""

    def __init__(self) -> None:
        self._random = np.random.default_rng(0)
        self._sampling = Sampling(generator=torch.Generator().manual_seed(0))

    def export(self, checkpoint: str, output: str, precision: str) -> None:
        """Write an exported network."""
        self._checkpoint = CheckpointDirectory.read(checkpoint)
        ticks = []
        if precision == 'int8':
            ticks = [
                CalibrationTick(self._task(), (self._frame(),), self._frame())
                for _ in range(_CALIBRATED)
            ]
        export_policy(self._checkpoint, Path(output), ExportOptions(precision), ticks)

    def make(self, runtime: str, path: str, threads: int) -> None:
        """Load an engine.

        Args:
            runtime: `torch`, `openvino` or `onnxruntime`.
            path: A checkpoint for torch, an exported network for the others.
            threads: CPU threads.
        """
        torch.set_num_threads(threads)
        if runtime == 'torch':
            self._checkpoint = CheckpointDirectory.read(path)
            options = TorchOptions(threads=threads)
            self._engine = torch_engine(load_weights(self._checkpoint), None, options)
        else:
            exported = Exported.read(path)
            self._checkpoint = exported.checkpoint
            self._engine = exported_engine(exported, RuntimeOptions(runtime, threads=threads))

    def difference(self, path: str) -> float:
        """Largest difference from the original's normalised actions, same input and noise."""
        with np.load(path) as arrays:
            given = dict(arrays)
        frames = [
            Frame({name: given[name][0, slot] for name in given if name.startswith('image')})
            for slot in range(given['image_primary'].shape[1])
        ]
        ids, mask = (
            torch.from_numpy(given[name].astype(np.int64))
            for name in ('input_ids', 'attention_mask')
        )
        noise = SamplingNoise(*(torch.from_numpy(given[name]) for name in ('initial', 'steps')))
        self._engine.set_task(self._engine.encode(Tasks(LanguageTokens(ids, mask))))
        chunk = self._engine.act(tuple(frames[:-1]), frames[-1], Sampling(noise=noise))
        return float(np.abs(chunk - given['actions']).max())

    def time(self, calls: int) -> dict[str, dict[str, list[float]]]:
        """One turn: `calls` of each kind that count; the window is two frames long."""
        tick, prepared, whole, language = (Stopwatch() for _ in range(4))
        self._engine.set_task(self._engine.encode(self._task()))
        newest = self._frame()
        self._act((self._frame(),), newest)
        for _ in range(calls + 1):
            history, newest = (newest,), self._frame()
            prepared.time(partial(self._engine.prepare, history))
            tick.time(partial(self._act, history, newest))
        for _ in range(calls + 1):
            whole.time(partial(self._act, (self._frame(),), self._frame()))
        for _ in range(calls + 1):
            language.time(partial(self._engine.encode, self._task()))
        return {
            'tick': tick.take(),
            'prepare': prepared.take(),
            'whole': whole.take(),
            'language': language.take(),
        }

    def memory(self) -> float:
        """Memory that the process holds [MB]."""
        return resident_mb()

    def _act(self, history: tuple[Frame, ...], newest: Frame) -> Any:  # noqa: ANN401
        return self._engine.act(history, newest, self._sampling)

    def _frame(self) -> Frame:
        """New images of noise: nothing that was kept of older ones fits them."""
        return Frame(
            {
                key: self._random.integers(0, 256, (*camera.image_size, 3), np.uint8)
                for camera in self._checkpoint.config.cameras
                for key in camera.image_keys
            }
        )

    def _task(self) -> Tasks:
        """Words, the end mark and padding."""
        language = self._checkpoint.config.language
        ids = torch.zeros((1, language.num_tokens), dtype=torch.int64)
        words = self._random.integers(3, language.t5.vocab_size, _WORDS)
        ids[0, : _WORDS + 1] = torch.tensor([*words, 1])
        return Tasks(LanguageTokens(ids, (ids > 0).long()))


if __name__ == '__main__':
    serve(EnginePlayer())
