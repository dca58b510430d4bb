# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

from types import SimpleNamespace

import numpy as np
import pytest

from octo_ros.errors import ObservationError
from octo_ros.observation.image_rows import image_rows


def message(size, *, height=2, width=3, step=4):
    data = np.arange(size, dtype=np.uint8)
    return SimpleNamespace(height=height, width=width, step=step, encoding='mono8', data=data)


def test_rows_keep_their_padding_and_what_follows_them_is_left():
    assert image_rows(message(9), 2, 3, 'It').tolist() == [[0, 1, 2, 3], [4, 5, 6, 7]]


@pytest.mark.parametrize(
    ('wrong', 'rows', 'row_bytes'),
    [(message(7), 2, 3), (message(8, step=2), 2, 3), (message(8), 0, 3), (message(8), 2, 0)],
    ids=['too little', 'rows too short', 'no rows', 'no columns'],
)
def test_less_than_it_claims_is_refused(wrong, rows, row_bytes):
    with pytest.raises(ObservationError, match=r"It claims 2 x 3 'mono8' .* holds \d bytes"):
        image_rows(wrong, rows, row_bytes, 'It')
