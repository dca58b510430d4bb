# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

import torch

from octo_ros.model.token_learner import TokenLearner


@torch.no_grad()
def test_a_few_tokens_come_out_and_positions_matter():
    generator = torch.Generator().manual_seed(0)
    learner = TokenLearner(6, 16, 2).eval()
    for parameter in learner.parameters():
        parameter.normal_(generator=generator)
    tokens = torch.randn(2, 3, 6, 16, generator=generator)
    assert learner(tokens).shape == (2, 3, 2, 16)
    assert not torch.allclose(learner(tokens.flip(2)), learner(tokens))
    learner.positions.zero_()
    torch.testing.assert_close(learner(tokens.flip(2)), learner(tokens), rtol=1e-4, atol=1e-4)
