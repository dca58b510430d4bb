# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""What rigs that run a real node inside the test process share."""

import time

WAIT = 15.0


class Spinning:
    """Waits on events with the rig's own executor, `_executor`."""

    def spin_until(self, done, what, timeout=WAIT):
        deadline = time.monotonic() + timeout
        while not done():
            assert time.monotonic() < deadline, f'waited for {what}'
            self._executor.spin_once(timeout_sec=0.02)

    def spin_for(self, seconds):
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            self._executor.spin_once(timeout_sec=0.02)
