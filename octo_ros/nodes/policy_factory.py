# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""The one place where a policy is chosen: here rclpy and the deep-learning framework meet."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Literal

from pydantic import Field

from octo_ros.config import config_dataclass
from octo_ros.errors import ConfigError
from octo_ros.policy.chunking.newest import NewestChunk
from octo_ros.policy.chunking.receding_horizon import RecedingHorizon
from octo_ros.policy.chunking.temporal_ensemble import TemporalEnsemble

if TYPE_CHECKING:
    from collections.abc import Callable

    from octo_ros.embodiment import Embodiment
    from octo_ros.policy.base import Policy
    from octo_ros.policy.chunking.scheduler import ChunkScheduler
    from octo_ros.sim.scene import Scene
    from octo_ros.types import ActionSpec


SCRIPTED_RATE = 10.0


@config_dataclass
class PolicyParameters:
    """Parameters of the policy node."""

    robot: Annotated[str, Field(description='Name or file of the robot contract')]
    policy: Annotated[
        Literal['scripted', 'octo'], Field(description="The simulator's expert, or the network")
    ]
    checkpoint: Annotated[
        str,
        Field(description='Directory of an Octo checkpoint or of an export, or a name on the hub'),
    ] = ''
    dataset_name: Annotated[
        str, Field(description="Which of the checkpoint's statistics; empty if it has one")
    ] = ''
    engine: Annotated[
        Literal['auto', 'torch', 'onnxruntime', 'openvino'],
        Field(description='Who runs the network; auto: torch, or openvino for an export'),
    ] = 'auto'
    device: Annotated[str, Field(description='Device of the network: cpu, cuda')] = 'cpu'
    precision: Annotated[
        Literal['fp32', 'bf16'], Field(description='Of the engine torch; an export has its own')
    ] = 'fp32'
    seed: Annotated[int, Field(ge=0, description='Seed of the sampling noise')] = 0
    relayed: Annotated[
        bool, Field(description='Cameras come through octo_camera_relay from another machine')
    ] = False
    rate: Annotated[float, Field(ge=1, le=50, description='Actions per second [Hz]')] = 10.0
    inference_lead: Annotated[
        float, Field(gt=0, lt=1, description='Inference begins this long before a tick [s]')
    ] = 0.05
    chunk_execution: Annotated[
        Literal['temporal_ensemble', 'receding_horizon', 'newest'],
        Field(description='Which of the predicted actions move the arm'),
    ] = 'temporal_ensemble'
    ensemble_weight: Annotated[
        float,
        Field(ge=-10, le=10, description='temporal_ensemble: exp(-weight·i), i = 0 the oldest'),
    ] = 0.0
    execute_actions: Annotated[
        int,
        Field(ge=1, le=1000, description='receding_horizon: actions executed of each chunk'),
    ] = 1
    coupled_noise: Annotated[
        bool, Field(description='Keep the sampling noise of actions that chunks share')
    ] = False
    autostart: Annotated[bool, Field(description='Configure and activate without being asked')] = (
        True
    )
    startup_timeout: Annotated[
        float, Field(gt=0, le=600, description='Longest wait for cameras and joint states [s]')
    ] = 30.0


def make_policy(
    parameters: PolicyParameters, embodiment: Embodiment, scene: Callable[[], Scene | None]
) -> Policy:
    """Load the policy that the parameters name.

    Args:
        parameters: The node's parameters.
        embodiment: The robot's contract.
        scene: Newest ground truth of the simulator, for the scripted expert.

    Raises:
        OctoRosError: Its checkpoint is missing or does not fit the robot.
    """
    if parameters.inference_lead * parameters.rate >= 1.0:
        msg = (
            f'inference_lead {parameters.inference_lead:g} s must be below the period of '
            f'{1 / parameters.rate:g} s.'
        )
        raise ConfigError(msg)
    if parameters.policy == 'scripted':
        if parameters.rate != SCRIPTED_RATE:
            msg = f'The scripted expert acts at {SCRIPTED_RATE:g} Hz; rate is {parameters.rate:g}.'
            raise ConfigError(msg)
        from octo_ros.sim.scripted_policy import ScriptedPolicy

        return ScriptedPolicy(embodiment, scene)
    from octo_ros.policy.loaded_octo import EngineOptions, LoadedOcto
    from octo_ros.policy.noise import CoupledNoise
    from octo_ros.policy.octo_policy import OctoPolicy

    if not parameters.checkpoint:
        msg = (
            'policy octo needs the parameter checkpoint: the directory of an Octo checkpoint, or '
            'its name on the Hugging Face hub, like rail-berkeley/octo-small-1.5.'
        )
        raise ConfigError(msg)
    options = EngineOptions(parameters.engine, parameters.device, parameters.precision)
    loaded = LoadedOcto.load(parameters.checkpoint, parameters.dataset_name, options=options)
    noise = None
    if parameters.coupled_noise:
        noise = CoupledNoise.of(loaded.config.head, embodiment.action_dt, parameters.seed)
    return OctoPolicy(loaded, embodiment, seed=parameters.seed, noise=noise)


def make_scheduler(parameters: PolicyParameters, spec: ActionSpec) -> ChunkScheduler:
    """The way of executing chunks that the parameters name.

    Args:
        parameters: The node's parameters.
        spec: Meaning of the policy's actions.

    Raises:
        PolicyError: execute_actions exceeds the policy's chunks.
    """
    if parameters.chunk_execution == 'receding_horizon':
        return RecedingHorizon(spec, parameters.execute_actions)
    if parameters.chunk_execution == 'temporal_ensemble':
        return TemporalEnsemble(spec, parameters.ensemble_weight)
    return NewestChunk(spec)
