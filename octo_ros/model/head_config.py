# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""The sizes and switches of the action heads; defaults are those of the original's classes."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from octo_ros.config import config_dataclass

Count = Annotated[int, Field(gt=0)]
Rate = Annotated[float, Field(ge=0, lt=1)]
Positive = Annotated[float, Field(gt=0)]


@config_dataclass
class DiffusionHeadConfig:
    """The diffusion action head.

    Attributes:
        readout_key: Token group that the head reads: `readout_<name>`, `obs_<name>`, or `obs` for
            all observation groups.
        action_horizon: Actions per chunk; `pred_horizon` in v1.0 files.
        action_dim: Numbers per action.
        max_action: Normalised actions are clipped to +-max_action in every denoising step.
        diffusion_steps: Length of the noise schedule.
        hidden_dim: Width of the score network.
        num_blocks: Residual blocks of the score network.
        time_dim: Fourier features of the diffusion time.
        n_diffusion_samples: Draws of (time, noise) per element in the training loss.
        dropout_rate: In the residual blocks; training only.
        use_map: Pool the group's tokens by attention instead of their mean.
        use_layer_norm: Fixed.
        loss_type: Of the predicted noise.
    """

    readout_key: str
    action_horizon: Count = 1
    action_dim: Count = 7
    max_action: Positive = 5.0
    diffusion_steps: Count = 20
    hidden_dim: Count = 256
    num_blocks: Count = 3
    time_dim: Annotated[int, Field(gt=0, multiple_of=2)] = 32
    n_diffusion_samples: Count = 1
    dropout_rate: Rate = 0.0
    use_map: bool = False
    use_layer_norm: Literal[True] = True
    loss_type: Literal['mse', 'l1'] = 'mse'


@config_dataclass
class ContinuousHeadConfig:
    """A head that predicts the actions themselves: the original's L1 and MSE heads.

    Attributes:
        readout_key: As in `DiffusionHeadConfig`.
        action_horizon: Actions per chunk.
        action_dim: Numbers per action.
        max_action: Predictions are squashed into +-max_action.
        use_map: Pool the group's tokens by attention instead of their mean.
        loss_type: Distance to the target.
    """

    readout_key: str
    action_horizon: Count = 1
    action_dim: Count = 7
    max_action: Positive = 5.0
    use_map: bool = False
    loss_type: Literal['mse', 'l1'] = 'mse'


@config_dataclass
class DiscreteHeadConfig:
    """A head that predicts, for every number of a chunk, which bin it lies in.

    Attributes:
        readout_key: As in `DiffusionHeadConfig`.
        action_horizon: Actions per chunk.
        action_dim: Numbers per action.
        vocab_size: Bins per number.
        normalization_type: Equally wide bins on 0..1, or equally probable ones under a standard
            normal distribution.
        token_per: What one token predicts: the chunk (''), an action, or a number of an action.
        use_map: Make those tokens by attention; without, the group must have exactly so many.
    """

    readout_key: str
    action_horizon: Count = 1
    action_dim: Count = 7
    vocab_size: Annotated[int, Field(gt=1)] = 256
    normalization_type: Literal['uniform', 'normal'] = 'uniform'
    token_per: Literal['', 'action_horizon', 'action_dim_and_action_horizon'] = (
        'action_dim_and_action_horizon'
    )
    use_map: bool = False

    @property
    def num_tokens(self) -> int:
        """Tokens that predict a chunk."""
        per_horizon = {
            '': (1, 1),
            'action_horizon': (self.action_horizon, 1),
            'action_dim_and_action_horizon': (self.action_horizon, self.action_dim),
        }
        rows, columns = per_horizon[self.token_per]
        return rows * columns


HeadConfig = DiffusionHeadConfig | ContinuousHeadConfig | DiscreteHeadConfig
