# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""Runs exported graphs with ONNX Runtime, on the CPU or by its CUDA or TensorRT provider."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

import onnxruntime
import torch

from octo_ros.errors import PolicyError
from octo_ros.policy.engines.onnxruntime_providers import (
    OnnxRuntimeOptions,
    check_installed,
    check_used,
    providers,
)
from octo_ros.policy.engines.onnxruntime_sessions import BoundSession, HostSession

if TYPE_CHECKING:
    from pathlib import Path

    from octo_ros.policy.engines.graph_network import Graph, Shapes

_log = logging.getLogger(__name__)
# What the library says of a graph of which a part would run elsewhere than on the GPU.
_NOT_RECORDABLE = 'graph capture'


class OnnxRuntimeRuntime:
    """See `octo_ros.policy.engines.graph_network.GraphRuntime`.

    Raises:
        PolicyError: This installation does not have the device.
    """

    def __init__(self, options: OnnxRuntimeOptions | None = None) -> None:
        self._options = options or OnnxRuntimeOptions()
        device = self._options.device
        check_installed(
            device,
            onnxruntime.get_available_providers(),
            torch_has_cuda=torch.cuda.is_available(),
        )
        if device != 'cpu':
            onnxruntime.preload_dlls()  # CUDA's libraries, as pip installs them
        self.device = torch.device('cpu' if device == 'cpu' else 'cuda')
        self.any_thread = device == 'cpu'
        self._loaded: dict[Path, Graph] = {}

    def load(self, path: Path, *, exact: bool = False) -> Graph:
        """A graph for inputs of any size; the same one if it was loaded before.

        Raises:
            PolicyError: The device does not take it.
        """
        if path not in self._loaded:
            session = self._session(path, {}, fixed=False, exact=exact)
            if self._options.device == 'cpu':
                self._loaded[path] = HostSession(session)
            else:
                if not exact and not _free_sizes(session):
                    session = self._session(path, {}, fixed=True, exact=False)
                self._loaded[path] = BoundSession(session, self.device)
        return self._loaded[path]

    def load_for(self, path: Path, shapes: Shapes, *, exact: bool = False) -> Graph:
        """On a GPU one launch instead of one per kernel; on the CPU fixed sizes gain nothing.

        Raises:
            PolicyError: The device does not take it.
        """
        if self._options.device == 'cpu':
            return self.load(path, exact=exact)
        settings = onnxruntime.SessionOptions()
        settings.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_DISABLE_ALL
        plain = onnxruntime.InferenceSession(
            str(path), settings, providers=['CPUExecutionProvider']
        )
        sizes = {name: shapes[number][axis] for name, (number, axis) in _free_sizes(plain).items()}
        return BoundSession(self._session(path, sizes, fixed=True, exact=exact), self.device)

    def _session(
        self, path: Path, sizes: dict[str, int], *, fixed: bool, exact: bool
    ) -> onnxruntime.InferenceSession:
        if fixed:
            try:
                return self._create(path, sizes, fixed=True, exact=exact, record=True)
            except PolicyError as error:
                if _NOT_RECORDABLE not in str(error):
                    raise
                _log.warning('%s runs without a CUDA graph, so slower: %s', path.name, error)
        return self._create(path, sizes, fixed=fixed, exact=exact, record=False)

    def _create(
        self, path: Path, sizes: dict[str, int], *, fixed: bool, exact: bool, record: bool
    ) -> onnxruntime.InferenceSession:
        wanted = providers(self._options, fixed=fixed, exact=exact, record=record)
        settings = onnxruntime.SessionOptions()
        settings.intra_op_num_threads = self._options.threads or 0
        # Threads that wait actively take the cores from the rest of the robot's software.
        settings.add_session_config_entry('session.intra_op.allow_spinning', '0')
        settings.log_severity_level = 3
        for name, size in sizes.items():
            settings.add_free_dimension_override_by_name(name, size)
        try:
            session = onnxruntime.InferenceSession(
                str(path), settings, providers=wanted, enable_fallback=False
            )
        except Exception as error:  # The library's own exceptions have no common class.
            msg = f'ONNX Runtime cannot load {path.name} on {self._options.device}: {error}'
            raise PolicyError(msg) from None
        check_used(path.name, wanted, session.get_providers(), self._options.device)
        return session


def _free_sizes(session: onnxruntime.InferenceSession) -> dict[str, tuple[int, int]]:
    """Names of the sizes that a graph leaves open, and an input and an axis that have each."""
    return {
        size: (number, axis)
        for number, value in enumerate(session.get_inputs())
        for axis, size in enumerate(value.shape)
        if isinstance(size, str)
    }
