# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
from types import SimpleNamespace

import numpy as np

from octo_ros.data.fields import nanoseconds, vector


def test_a_stamp_is_exact_to_the_nanosecond():
    # A float64 would round it to 256 ns.
    assert nanoseconds(SimpleNamespace(sec=1_700_000_000, nanosec=1)) == 1_700_000_000_000_000_001


def test_a_vector_keeps_its_order():
    values = vector(SimpleNamespace(x=1, y=-2.5, z=3))
    assert values.dtype == np.float64
    np.testing.assert_array_equal(values, [1.0, -2.5, 3.0])
