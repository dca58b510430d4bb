# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""Arrays of the action heads, by the reference's names."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import TypeVar

import torch
from torch import Tensor

from octo_ros.errors import VerificationError
from octo_ros.model.continuous import ContinuousHead
from octo_ros.model.diffusion import DiffusionHead
from octo_ros.model.discrete import DiscreteHead
from octo_ros.model.sampling import SamplingNoise
from octo_ros.verification.forward_pass import ForwardPass

Match = re.Match[str]
Head = TypeVar('Head', bound=ContinuousHead | DiffusionHead | DiscreteHead)


def head_array(forward: ForwardPass, name: str) -> Tensor | None:
    """An array of that name, or None if this is not the name of one.

    Raises:
        VerificationError: This network's head does not make it, or its inputs are not there.
        OctoRosError: The inputs do not fit.
    """
    for pattern, compute in _ARRAYS.items():
        match = re.fullmatch(pattern, name)
        if match:
            return compute(forward, match)
    return None


def _pooled(forward: ForwardPass, _: Match) -> Tensor:
    pooled = forward.embedding  # the discrete head's has an axis of tokens already
    return pooled if isinstance(forward.model.head, DiscreteHead) else pooled[:, :, None]


def _pooling_attention(forward: ForwardPass, _: Match) -> Tensor:
    """What the attention of the head's pooling gives, shape (B·W, queries, D)."""
    pooling = forward.model.head.map_head
    if pooling is None:
        msg = 'the network does not pool by attention'
        raise VerificationError(msg)
    found: list[Tensor] = []
    hook = pooling.attention.register_forward_hook(lambda _, __, out: found.append(out))
    try:
        forward.model.head.pool(forward.group)
    finally:
        hook.remove()
    return found[0]


def _mean(forward: ForwardPass, match: Match) -> Tensor:
    return _head(forward, ContinuousHead, match[0]).mean(forward.embedding)


def _head(forward: ForwardPass, kind: type[Head], name: str) -> Head:
    head = forward.model.head
    if not isinstance(head, kind):
        msg = f'the network has a {type(head).__name__}, which makes no {name}'
        raise VerificationError(msg)
    return head


def _constant(forward: ForwardPass, match: Match) -> Tensor:
    """What depends on nothing but the parameters: every step of the schedule."""
    head = _head(forward, DiffusionHead, match[0])
    family, part = match.groups()
    if family == 'schedule':
        return torch.from_numpy(getattr(head.schedule, part))
    device = next(head.parameters()).device
    times = torch.arange(head.config.diffusion_steps, device=device)[:, None]
    fourier = head.network.time_features(times)
    return fourier if part == 'fourier' else head.network.time_mlp(fourier)


def _discrete(forward: ForwardPass, match: Match) -> Tensor:
    name = match[0]
    head = _head(forward, DiscreteHead, name)
    if name.startswith('discrete/labels'):
        labels = head.bins.encode(forward.scene.numbers('in/actions', (-1,) * 4))
        return head.bins.decode(labels) if name.endswith('decoded') else labels
    if name == 'discrete/thresholds':
        return torch.from_numpy(head.bins.thresholds)
    if name == 'discrete/bin_centres':
        return head.bins.decode(torch.arange(head.config.vocab_size))
    logits = head.logits(forward.embedding)
    if name == 'discrete/logits':
        return logits
    newest = logits[:, -1]
    if name == 'sample/argmax_tokens':
        return newest.argmax(-1)
    return _drawn_bins(forward, newest)


def _drawn_bins(forward: ForwardPass, logits: Tensor) -> Tensor:
    """Draws with stored Gumbel noise: the largest of logits / temperature + noise."""
    scene = forward.scene
    draws = scene.array('sample/gumbel_noise').shape[: -logits.ndim]
    noise = scene.numbers('sample/gumbel_noise', (*draws, *logits.shape))
    temperature = scene.numbers('sample/temperature', ())
    return (logits / temperature.to(logits) + noise.to(logits)).argmax(-1)


def _predicted_noise(forward: ForwardPass, match: Match) -> Tensor:
    head, prefix = _head(forward, DiffusionHead, match[0]), match[1]
    embedding, scene = forward.embedding, forward.scene
    name = f'eps/{prefix}noisy_actions'
    draws = scene.array(name).shape[:-3]  # several draws per observation come in front
    lead = (*draws, *embedding.shape[:2])
    noisy = scene.numbers(name, (*lead, head.chunk_size))
    steps = head.config.diffusion_steps
    time = scene.integers(f'eps/{prefix}time', (*lead, 1), steps)
    return head.network(embedding, noisy.to(embedding), time.to(embedding.device))


def _noise(forward: ForwardPass, head: DiffusionHead, prefix: str) -> SamplingNoise:
    """The stored noise of every window position, on the head's device.

    Under a prefix of its own there may be several samples per observation.
    """
    scene, chunk = forward.scene, head.chunk_size
    own = f'sample/{prefix}initial_noise' in scene.arrays
    name = f'sample/{prefix if own else ""}'
    samples = scene.array(f'{name}initial_noise').shape[:-3]
    lead = (*samples, *forward.embedding.shape[:2])
    initial = scene.numbers(f'{name}initial_noise', (*lead, chunk))
    steps = scene.numbers(f'{name}step_noise', (head.config.diffusion_steps, *lead, chunk))
    return SamplingNoise(initial.to(forward.embedding), steps.to(forward.embedding))


def _action_dim(forward: ForwardPass, prefix: str) -> int | None:
    if 'masked_' not in prefix:
        return None
    limit = forward.model.config.head.action_dim + 1
    return int(forward.scene.integers('sample/embodiment_action_dim', (), limit))


def _path(forward: ForwardPass, match: Match) -> Tensor:
    """Where the denoising is after each step, at every window position; shape (T, B, W, A)."""
    head, prefix = _head(forward, DiffusionHead, match[0]), match[1]
    noise, dim = _noise(forward, head, prefix), _action_dim(forward, prefix)
    x, path = noise.initial, []
    for i, t in enumerate(reversed(range(head.config.diffusion_steps))):
        x = head.denoise_step(forward.embedding, x, t, noise.steps[i], dim)
        path.append(x)
    return torch.stack(path)


def _actions(forward: ForwardPass, match: Match) -> Tensor | None:
    """Sampled as a policy samples, in one call from observations to actions."""
    prefix = match[1]
    if forward.scene.readout_key:
        return None  # a policy reads what the checkpoint says
    head, sample = forward.model.head, forward.model.sample_actions
    given = (forward.observations, forward.tasks)
    if isinstance(head, DiscreteHead):
        if prefix == 'argmax_':
            return sample(*given, argmax=True)
        return head.bins.decode(_drawn_bins(forward, head.logits(forward.embedding)[:, -1]))
    if isinstance(head, ContinuousHead):
        return sample(*given)
    noise = _noise(forward, head, prefix)
    newest = SamplingNoise(noise.initial[..., -1, :], noise.steps[..., -1, :])
    dim = _action_dim(forward, prefix)
    return sample(*given, noise=newest, embodiment_action_dim=dim)


_ARRAYS: dict[str, Callable[[ForwardPass, Match], Tensor | None]] = {
    r'map_head/output': _pooled,
    r'map_head/attention': _pooling_attention,
    r'(?:l1|mse)/mean_all_steps': _mean,
    r'discrete/(?:logits|thresholds|bin_centres|labels|labels_decoded)': _discrete,
    r'sample/(?:argmax_)?tokens': _discrete,
    r'(schedule)/(betas|alphas|alpha_hats)': _constant,
    r'(time)/(fourier|cond)': _constant,
    r'eps/(|\w+_)eps_pred': _predicted_noise,
    r'sample/(|\w+_)x_after_each_step': _path,
    r'sample/(|\w+_)actions_normalized': _actions,
}
