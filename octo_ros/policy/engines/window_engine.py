# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""What is computed when, and what of it may be used again: the same for every runtime.

Everything kept is found by what it was computed from: the task (a new one empties the cache), the
content of the frame, its slot, and the content or padding of all slots before it.
"""

from __future__ import annotations

import contextlib
from collections import OrderedDict
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from octo_ros.errors import PolicyError
from octo_ros.policy.base import CacheCounts
from octo_ros.policy.engines.base import Turn, never
from octo_ros.policy.engines.slot_run import SlotRun
from octo_ros.policy.engines.together import Begun, act_together

if TYPE_CHECKING:
    from octo_ros.model.batch import Tasks
    from octo_ros.model.sampling import Sampling
    from octo_ros.policy.engines.frame import Frame, History
    from octo_ros.policy.engines.network import (
        Context,
        FrameFeatures,
        SplitNetwork,
        TaskTokens,
    )

# Contents of the slots from the first one on; None is padding.
Key = tuple[bytes | None, ...]


@dataclass(frozen=True)
class EncodedTask:
    """All that depends on the task alone.

    Attributes:
        tokens: The task.
        contexts: What slot 0 sees, and what slot n sees after n slots of padding.
    """

    tokens: TaskTokens
    contexts: dict[Key, Context]


class WindowEngine:
    """Runs a split network; see `octo_ros.policy.engines.base.Engine`.

    Args:
        network: The network.
        window_size: Slots per window.

    Raises:
        PolicyError: The network has no positions for so many.
    """

    def __init__(self, network: SplitNetwork, window_size: int) -> None:
        if not 1 <= window_size <= network.max_window:
            limit = network.max_window
            msg = f'The window has {window_size} timesteps; this network takes 1 to {limit}.'
            raise PolicyError(msg)
        self._network = network
        self._window_size = window_size
        self._task: EncodedTask | None = None
        self._contexts: dict[Key, Context] = {}
        self._features: OrderedDict[bytes, FrameFeatures] = OrderedDict()
        self._begun: tuple[Key, SlotRun] | None = None
        self._counts = CacheCounts()

    @property
    def window_size(self) -> int:
        """Slots per window, at most."""
        return self._window_size

    @property
    def encodes_beside(self) -> bool:
        """Not on CUDA, where graphs are recorded by one thread."""
        return self._network.any_thread

    @property
    def counts(self) -> CacheCounts:
        """How often preparing paid off."""
        return self._counts

    @torch.inference_mode()
    def encode(self, tasks: Tasks) -> EncodedTask:
        """The instruction's tokens, keys and values, and those of slots of padding."""
        tokens = self._network.task(tasks)
        key: Key = ()
        contexts = {key: self._prefix(tokens)}
        for number in range(self._window_size - 1):
            x = self._network.slot(None, number, tokens)
            run = SlotRun(self._network, x, contexts[key])
            run.finish()
            key = (*key, None)
            contexts[key] = run.context()
        return EncodedTask(tokens, contexts)

    def set_task(self, task: EncodedTask) -> None:
        """Serve this task from now on; whatever was prepared for another is forgotten."""
        self._task = task
        self._contexts = dict(task.contexts)
        self._features.clear()
        self._begun = None

    @torch.inference_mode()
    def prepare(self, history: History, abandoned: Callable[[], bool] = never) -> bool:
        """See `Engine.prepare`; a piece is a stem pass or one layer."""
        task = self._given_task()
        self._check(history)
        self._forget(_key(history))
        return self._build(task, history, abandoned) is not None

    def act(self, history: History, newest: Frame, sampling: Sampling) -> NDArray[np.float32]:
        """See `Engine.act`."""
        (chunk,) = act_together([Turn(self, history, newest, sampling)])
        if isinstance(chunk, PolicyError):
            raise chunk
        return chunk

    @torch.inference_mode()
    def begin(self, history: History, newest: Frame | None) -> Begun:
        """Everything in front of the newest slot; None asks for a slot of padding.

        Raises:
            PolicyError: As for `Engine.act`.
        """
        task = self._given_task()
        self._check(history)
        key = _key(history)
        hit, resumed = key in self._contexts, self._is_begun(key)
        if not hit:
            self._forget(key)
        context = self._build(task, history, never)
        if context is None:
            msg = 'Building was abandoned although nobody asked for it.'
            raise RuntimeError(msg)
        features = None if newest is None else self._frame_features(newest, task)
        x = self._network.slot(features, len(history), task.tokens)
        self._count(hit, resumed)
        return Begun(self._network, x, context)

    @torch.inference_mode()
    def tokens(self, history: History, newest: Frame | None) -> Tensor:
        """What the action head reads, shape (1, n, D); None asks for a slot of padding."""
        begun = self.begin(history, newest)
        return self._network.newest(begun.x, begun.context)

    def for_another_robot(self) -> WindowEngine:
        """An engine of its own on the same network."""
        return WindowEngine(self._network, self._window_size)

    @contextlib.contextmanager
    def rehearsal(self) -> Iterator[None]:
        """Whatever is run within leaves nothing behind, neither in the cache nor in the counts."""
        counts, task = self._counts, self._given_task()
        try:
            yield
        finally:
            self.set_task(task)
            self._counts = counts

    def _prefix(self, tokens: TaskTokens) -> Context:
        context = self._network.empty_context()
        if tokens.language.shape[1] == 0:
            return context
        run = SlotRun(self._network, self._network.prefix(tokens), context)
        return [own.without_private() for own in run.finish()]

    def _build(
        self, task: EncodedTask, history: History, abandoned: Callable[[], bool]
    ) -> Context | None:
        """What the slot behind this history sees, None if that was abandoned."""
        key: Key = ()
        for number, frame in enumerate(history):
            before = self._contexts[key]
            key = _key(history[: number + 1])
            if key in self._contexts:
                continue
            if self._begun is None or self._begun[0] != key:
                if frame is not None and frame.digest not in self._features and abandoned():
                    return None
                features = None if frame is None else self._frame_features(frame, task)
                x = self._network.slot(features, number, task.tokens)
                self._begun = key, SlotRun(self._network, x, before)
            run = self._begun[1]
            while not run.finished:
                if abandoned():
                    return None
                run.advance()
            self._contexts[key] = run.context()
            self._begun = None
        return self._contexts[key]

    def _frame_features(self, frame: Frame, task: EncodedTask) -> FrameFeatures:
        if frame.digest not in self._features:
            self._features[frame.digest] = self._network.features(frame, task.tokens)
            # A loop that is twice as fast as the model's steps alternates between two windows.
            while len(self._features) > 2 * self._window_size:
                self._features.popitem(last=False)
        self._features.move_to_end(frame.digest)
        return self._features[frame.digest]

    def _forget(self, key: Key) -> None:
        """Drop what does not lead to these slots."""
        task = self._given_task()
        self._contexts = {
            known: context
            for known, context in self._contexts.items()
            if known in task.contexts or known == key[: len(known)]
        }
        if self._begun is not None and self._begun[0] != key[: len(self._begun[0])]:
            self._begun = None

    def _is_begun(self, key: Key) -> bool:
        if self._begun is not None and self._begun[0] == key[: len(self._begun[0])]:
            return True
        return any(None not in key[:n] and key[:n] in self._contexts for n in range(1, len(key)))

    def _count(self, hit: bool, resumed: bool) -> None:
        field = 'hits' if hit else 'resumed' if resumed else 'misses'
        self._counts = replace(self._counts, **{field: getattr(self._counts, field) + 1})

    def _given_task(self) -> EncodedTask:
        if self._task is None:
            msg = 'The engine has no task; call set_task first.'
            raise PolicyError(msg)
        return self._task

    def _check(self, history: History) -> None:
        if len(history) >= self._window_size:
            given = len(history) + 1
            msg = f'The window has {given} slots; this engine takes at most {self._window_size}.'
            raise PolicyError(msg)


def _key(history: History) -> Key:
    return tuple(None if frame is None else frame.digest for frame in history)
