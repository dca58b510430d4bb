# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""The diffusion action head: a network that predicts noise, and the samplers around it.

Chunks are flat here: A = action_horizon · action_dim numbers, action_dim fastest.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import torch
from torch import Tensor, nn

from octo_ros.errors import PolicyError
from octo_ros.model.loss import ActionTargets, distance, masked_mean
from octo_ros.model.map_pooling import MapPooling, pool_to_one
from octo_ros.model.noise_schedule import NoiseSchedule
from octo_ros.model.precision import at_least_float32
from octo_ros.model.sampling import Sampling, SamplingNoise, check_sampling
from octo_ros.model.score_network import ScoreNetwork

if TYPE_CHECKING:
    from octo_ros.model.batch import TokenGroup
    from octo_ros.model.head_config import DiffusionHeadConfig


class DiffusionHead(nn.Module):
    """Readout tokens → action chunks, by denoising.

    Args:
        config: Sizes.
        width: Width D of the readout tokens.
    """

    def __init__(self, config: DiffusionHeadConfig, width: int) -> None:
        super().__init__()
        self.config = config
        self.schedule = NoiseSchedule.cosine(config.diffusion_steps)
        # Plain numbers, which torch.compile takes as constants.
        self._steps = tuple(self.schedule.ddpm_step(t) for t in range(config.diffusion_steps))
        self._alpha_hats = tuple(float(hat) for hat in self.schedule.alpha_hats)
        self.map_head = MapPooling(width) if config.use_map else None
        self.network = ScoreNetwork(config, width)

    @property
    def chunk_size(self) -> int:
        """A, numbers per chunk."""
        return self.config.action_horizon * self.config.action_dim

    def pool(self, group: TokenGroup) -> Tensor:
        """The embedding that the head reads, shape (B, W, D), in the head's own type."""
        return pool_to_one(self.map_head, group, self.network.output.weight.dtype)

    def draw_noise(self, lead: tuple[int, ...], generator: torch.Generator) -> SamplingNoise:
        """Fresh normal noise for chunks of shape (*lead, A), on the generator's device."""
        shape = (*lead, self.chunk_size)
        device = generator.device
        return SamplingNoise(
            torch.randn(shape, generator=generator, device=device),
            torch.randn((self.config.diffusion_steps, *shape), generator=generator, device=device),
        )

    def loss(
        self, embedding: Tensor, targets: ActionTargets, time: Tensor, noise: Tensor
    ) -> Tensor:
        """The training loss: error of the predicted noise, summed over action dimensions.

        Args:
            embedding: What `pool` gives, shape (B, W, D).
            targets: The actions.
            time: Diffusion steps, integers of shape (S, B, W, 1) for S draws per timestep.
            noise: Normal noise, shape (S, B, W, A).

        Returns:
            The mean over everything that counts times action_dim, a scalar.
        """
        limit = self.config.max_action
        actions = targets.actions.to(at_least_float32(embedding.dtype))
        clean = actions.clamp(-limit, limit).flatten(-2)
        signal = torch.from_numpy(self.schedule.alpha_hats).to(clean)[time]
        noisy = signal.sqrt() * clean + (1 - signal).sqrt() * noise
        error = distance(self.network(embedding, noisy, time), noise, self.config.loss_type)
        return masked_mean(error, targets.counts.flatten(-2)) * self.config.action_dim

    def training_loss(
        self, embedding: Tensor, targets: ActionTargets, generator: torch.Generator
    ) -> Tensor:
        """`loss` with times and noise drawn afresh, `n_diffusion_samples` per timestep."""
        lead = (self.config.n_diffusion_samples, *embedding.shape[:2])
        device = generator.device
        time = torch.randint(
            self.config.diffusion_steps, (*lead, 1), generator=generator, device=device
        )
        noise = torch.randn((*lead, self.chunk_size), generator=generator, device=device)
        return self.loss(embedding, targets, time.to(embedding.device), noise.to(embedding.device))

    def sample(self, embedding: Tensor, sampling: Sampling) -> Tensor:
        """Sample normalised chunks.

        Args:
            embedding: What `pool` gives for one timestep, shape (B, D).
            sampling: With either noise or a generator.

        Returns:
            Shape (*sample_shape, B, action_horizon, action_dim).

        Raises:
            PolicyError: Both or none of noise and generator are given, or an option is out of
                range or does not suit the head.
        """
        check_sampling(self.config, sampling, embedding.shape[0])
        noise = sampling.noise
        if noise is None:
            lead = (*sampling.sample_shape, embedding.shape[0])
            noise = self.draw_noise(lead, sampling.generator)
        if sampling.sampler == 'ddpm':
            return self.denoise(embedding, noise, sampling.embodiment_action_dim)
        return self.denoise_fast(
            embedding, noise.initial, sampling.steps, sampling.embodiment_action_dim
        )

    def denoise(
        self, embedding: Tensor, noise: SamplingNoise, embodiment_action_dim: int | None = None
    ) -> Tensor:
        """Sample chunks by DDPM with the schedule's own steps.

        Args:
            embedding: What `pool` gives, shape (..., D).
            noise: The randomness; its leading axes may exceed the embedding's by sample axes in
                front.
            embodiment_action_dim: Action dimensions that the robot has; the others stay noise,
                which is how the network has seen them in training.

        Returns:
            Normalised chunks, float32, shape (..., action_horizon, action_dim).
        """
        x = noise.initial.to(embedding.device, at_least_float32(embedding.dtype))
        for i, t in enumerate(reversed(range(self.config.diffusion_steps))):
            x = self.denoise_step(embedding, x, t, noise.steps[i].to(x), embodiment_action_dim)
        return self._unflatten(x)

    def denoise_step(
        self, embedding: Tensor, x: Tensor, t: int, z: Tensor, action_dim: int | None = None
    ) -> Tensor:
        """One step, x_t → x_(t-1); x and the noise z have shape (..., A).

        The clip acts in every step, after the noise, as in the original.
        """
        step = self._steps[t]
        x = (x - step.eps * self._predict(embedding, x, t)) / step.scale + step.noise * z
        x = x.clamp(-self.config.max_action, self.config.max_action)
        if action_dim is None:
            return x
        return torch.where(self._masked(action_dim, x), step.spread * z, x)

    def denoise_fast(
        self,
        embedding: Tensor,
        initial: Tensor,
        steps: int | None = None,
        embodiment_action_dim: int | None = None,
    ) -> Tensor:
        """Sample chunks by DDIM without added noise (Song et al. 2021, eta 0), in fewer steps.

        It starts at t = T-2: the schedule's last step leaves a signal of 0.0025, and dividing an
        error of the predicted noise by that gives nonsense. The predicted clean actions are
        clipped to +-max_action, as training's were.

        Args:
            embedding: What `pool` gives, shape (..., D).
            initial: Normal noise, shape (..., A).
            steps: Passes of the network, evenly spaced on the schedule; None takes all T-1.
            embodiment_action_dim: Action dimensions that the robot has; the others follow the
                path that ends in 0, which is how the network has seen them in training.

        Returns:
            Normalised chunks, float32, shape (..., action_horizon, action_dim).

        Raises:
            PolicyError: `steps` is not in 1..T-1.
        """
        most = self.config.diffusion_steps - 1
        steps = most if steps is None else steps
        if not 1 <= steps <= most:
            msg = f'ddim was asked for {steps} steps; this head allows 1 to {most}.'
            raise PolicyError(msg)
        x = initial.to(embedding.device, at_least_float32(embedding.dtype))
        x = x.expand(torch.broadcast_shapes(x.shape, (*embedding.shape[:-1], 1)))
        # Evenly from T-2 down to 0.
        times = [round((most - 1) * (1 - i / max(steps - 1, 1))) for i in range(steps)]
        hats = [self._alpha_hats[t] for t in times]
        first = x
        for t, hat, following in zip(times, hats, [*hats[1:], 1.0], strict=True):
            eps = self._predict(embedding, x, t)
            clean = (x - (1 - hat) ** 0.5 * eps) / hat**0.5
            clean = clean.clamp(-self.config.max_action, self.config.max_action)
            eps = (x - hat**0.5 * clean) / (1 - hat) ** 0.5  # of the clipped prediction
            x = following**0.5 * clean + (1 - following) ** 0.5 * eps
            if embodiment_action_dim is not None:
                x = torch.where(
                    self._masked(embodiment_action_dim, x), (1 - following) ** 0.5 * first, x
                )
        return self._unflatten(x)

    def _predict(self, embedding: Tensor, x: Tensor, t: int) -> Tensor:
        time = torch.full((*x.shape[:-1], 1), t, device=x.device)
        return self.network(embedding, x, time).to(x.dtype)

    def _masked(self, action_dim: int, x: Tensor) -> Tensor:
        """Which numbers of a chunk the robot does not have, bool (A,)."""
        dims = torch.arange(self.chunk_size, device=x.device) % self.config.action_dim
        return dims >= action_dim

    def _unflatten(self, x: Tensor) -> Tensor:
        return x.unflatten(-1, (self.config.action_horizon, self.config.action_dim))
