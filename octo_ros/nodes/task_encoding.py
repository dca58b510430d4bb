# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""Tasks are encoded beside the control loop, which goes on meanwhile."""

from __future__ import annotations

from concurrent.futures import Future, ThreadPoolExecutor
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from octo_ros.policy.base import Policy
    from octo_ros.types import Task


class TaskEncoding:
    """One thread for the tasks of all robots, first come, first served."""

    def __init__(self) -> None:
        self._pool = ThreadPoolExecutor(max_workers=1, thread_name_prefix='task_encoding')

    def begin(self, policy: Policy, task: Task) -> Future[None]:
        """Encode a task for a policy; the future holds the error, if there is one."""
        return self._pool.submit(policy.prepare_task, task)

    def close(self) -> None:
        """End the thread; what waits is not begun."""
        self._pool.shutdown(wait=True, cancel_futures=True)
