# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from octo_ros.model.diffusion import DiffusionHead
from octo_ros.model.head_config import DiffusionHeadConfig
from octo_ros.policy.engines.folded_head import FoldedDiffusionHead


@settings(max_examples=25)
@given(
    steps=st.integers(1, 20),
    shape=st.tuples(st.integers(1, 3), st.integers(1, 7)),
    missing=st.integers(0, 3),
    lead=st.sampled_from([(1,), (3, 1), (2, 3, 2)]),
    seed=st.integers(0, 100),
)
def test_it_draws_what_the_head_draws(steps, shape, missing, lead, seed):
    horizon, dim = shape
    config = DiffusionHeadConfig(
        readout_key='readout_action',
        action_horizon=horizon,
        action_dim=dim,
        diffusion_steps=steps,
        hidden_dim=32,
        num_blocks=2,
    )
    generator = torch.Generator().manual_seed(seed)
    with torch.inference_mode():
        head = DiffusionHead(config, 24)
        for parameter in head.parameters():
            parameter.copy_(0.2 * torch.randn(parameter.shape, generator=generator))
        embedding = torch.randn(lead[-1], 24, generator=generator)
        noise = head.draw_noise(lead, generator)
        kept_dims = max(dim - missing, 0)
        expected = head.denoise(embedding, noise, kept_dims)
        kept = torch.arange(horizon * dim) % dim < kept_dims
        chunk = FoldedDiffusionHead(head)(embedding, noise.initial, noise.steps, kept)
    assert chunk.shape == (*lead, horizon, dim)
    # Denoising amplifies rounding: the head's own float32 result is as far from float64's.
    torch.testing.assert_close(chunk, expected, atol=1e-3, rtol=0)
