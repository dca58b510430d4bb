# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

import pytest
import torch

from octo_ros.errors import PolicyError
from octo_ros.model.batch import Observations, Tasks
from octo_ros.model.config import BinConfig, LowdimTokenizerConfig
from octo_ros.model.lowdim_tokenizer import LowdimTokenizer

INPUTS = (('proprio', 3), ('gripper', 1))
SHOWN = torch.tensor([[False, True], [True, True]])
LOW_DIM = {
    'proprio': torch.tensor([[[-1.0, 0.0, 1.0]] * 2] * 2),
    'gripper': torch.full((2, 2, 1), 0.6),
}


def tokens(low_dim, bins=None):
    tokenizer = LowdimTokenizer(LowdimTokenizerConfig('state', INPUTS, bins))
    return tokenizer(Observations({}, SHOWN, low_dim=low_dim), Tasks())


def test_each_number_is_a_token_of_width_one():
    group = tokens(LOW_DIM)
    assert group.name == 'state'
    assert group.tokens.shape == (2, 2, 4, 1)
    assert group.tokens[1, 0, :, 0].tolist() == pytest.approx([-1.0, 0.0, 1.0, 0.6])


def test_bins_are_one_hot():
    group = tokens(LOW_DIM, BinConfig(n_bins=4, low=-1.0, high=1.0))
    assert group.tokens.shape == (2, 2, 4, 4)
    assert group.tokens.argmax(-1)[0, 0].tolist() == [0, 2, 3, 3]
    assert torch.equal(group.tokens.sum(-1), torch.ones(2, 2, 4))


def test_the_mask_hides_nothing():
    """Padding is the business of `OctoTransformer`; pad masks of such keys are not read."""
    assert tokens(LOW_DIM).mask.all()


def test_without_any_key_there_are_no_tokens():
    assert tokens({}) is None


@pytest.mark.parametrize(
    ('changes', 'named'),
    [
        ({'gripper': None}, r"reads \['proprio', 'gripper'\] together; only \['proprio'\] given"),
        ({'gripper': torch.zeros(2, 2, 2)}, r'gripper must be torch.float32 .*1\), got .*2\)'),
        ({'gripper': torch.zeros(2, 1, 1)}, r'gripper must be torch.float32 \(2, 2, 1\)'),
        ({'gripper': torch.zeros(2, 2, 1).double()}, 'got torch.float64'),
    ],
)
def test_other_inputs_are_refused(changes, named):
    low_dim = {key: value for key, value in {**LOW_DIM, **changes}.items() if value is not None}
    with pytest.raises(PolicyError, match=named):
        tokens(low_dim)
