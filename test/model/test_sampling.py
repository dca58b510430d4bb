# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

import pytest

from octo_ros.errors import PolicyError
from octo_ros.model.sampling import Sampling


@pytest.mark.parametrize(
    ('options', 'named'),
    [
        ({'sampler': 'euler'}, "'euler'; known: ddpm, ddim"),
        ({'steps': 5}, 'give steps with ddim only'),
        ({'temperature': 0.0}, 'temperature is 0.0'),
        ({'temperature': float('nan')}, 'temperature is nan'),
    ],
)
def test_options_out_of_range_are_refused(options, named):
    with pytest.raises(PolicyError, match=named):
        Sampling(**options)
