# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

import math

import pytest
import torch

from octo_ros.errors import PolicyError
from octo_ros.model.value_checks import check_finite, check_token_ids


@pytest.mark.parametrize('value', [math.nan, math.inf, -math.inf])
def test_numbers_that_are_not_finite_are_refused(value):
    numbers = torch.zeros(2, 3)
    check_finite('proprio', numbers)
    numbers[1, 2] = value
    with pytest.raises(PolicyError, match='proprio holds a number that is NaN or infinite'):
        check_finite('proprio', numbers)


@pytest.mark.parametrize('unknown', [-1, 300, 2**40])
def test_ids_beyond_the_vocabulary_are_refused(unknown):
    ids = torch.tensor([[0, 299, 5]])
    check_token_ids(ids, 300)
    ids[0, 1] = unknown
    with pytest.raises(PolicyError, match=f'has the token id {unknown}; .* knows 0 to 299'):
        check_token_ids(ids, 300)


def test_tensors_without_values_pass():
    check_finite('proprio', torch.zeros(2, device='meta'))
    check_token_ids(torch.zeros(2, dtype=torch.int64, device='meta'), 1)


def test_a_compiled_graph_does_not_look():
    def checked(numbers, ids):
        check_finite('proprio', numbers)
        check_token_ids(ids, 3)
        return numbers + 1

    given = (torch.tensor([math.nan]), torch.tensor([7]))
    compiled = torch.compile(checked, backend='eager', fullgraph=True)
    assert compiled(*given).isnan().all()
