# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""The parameters of the policy node."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BeforeValidator, Field

from octo_ros.config import config_dataclass
from octo_ros.errors import ConfigError
from octo_ros.fleet import entries

SCRIPTED_RATE = 10.0


@config_dataclass
class PolicyParameters:
    """Parameters of the policy node."""

    robots: Annotated[
        list[str],
        BeforeValidator(lambda given: entries(given) if isinstance(given, str) else given),
        Field(
            min_length=1,
            description='Name or file of the robot contract; several robots as namespace=contract',
        ),
    ]
    policy: Annotated[
        Literal['scripted', 'octo'], Field(description="The simulator's expert, or the network")
    ]
    checkpoint: Annotated[
        str,
        Field(description='Directory of an Octo checkpoint or of an export, or a name on the hub'),
    ] = ''
    dataset_name: Annotated[
        str,
        Field(
            description="Which of the checkpoint's statistics; empty if it has one; for several "
            'robots one name for all, or one each, separated by commas'
        ),
    ] = ''
    engine: Annotated[
        Literal['auto', 'torch', 'onnxruntime', 'openvino'],
        Field(description='Who runs the network; auto: torch, or openvino for an export'),
    ] = 'auto'
    device: Annotated[
        str,
        Field(
            description='Device of the network: cpu, cuda; tensorrt with the engine onnxruntime'
        ),
    ] = 'cpu'
    cache_dir: Annotated[
        str,
        Field(
            description='Where engines of an export keep what they compile; empty: TensorRT in '
            "the user's cache directory, openvino nowhere"
        ),
    ] = ''
    gpu_memory_limit: Annotated[
        int,
        Field(
            ge=0,
            description='Most that each graph of the engine onnxruntime may take on a GPU beside '
            'its weights, 0 sets no limit [MB]',
        ),
    ] = 0
    precision: Annotated[
        Literal['fp32', 'bf16'], Field(description='Of the engine torch; an export has its own')
    ] = 'fp32'
    threads: Annotated[
        int,
        Field(ge=0, le=256, description='CPU threads of the engine; 0 takes as many as cores'),
    ] = 0
    seed: Annotated[int, Field(ge=0, description='Seed of the sampling noise')] = 0
    relayed: Annotated[
        bool, Field(description='The cameras come through octo_camera_relay, over a network')
    ] = False
    rate: Annotated[float, Field(ge=1, le=50, description='Actions per second [Hz]')] = 10.0
    inference_lead: Annotated[
        float,
        Field(
            gt=0,
            lt=2,
            description='Inference begins this long before its first action; below '
            'inference_every ticks [s]',
        ),
    ] = 0.05
    inference_every: Annotated[
        int, Field(ge=1, le=10, description='Ticks from one inference to the next')
    ] = 1
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

    def __post_init__(self) -> None:
        """Check what concerns several parameters.

        Raises:
            ConfigError: inference_lead is not below the time between inferences, or the rate is
                not the scripted expert's.
        """
        if self.policy == 'scripted' and self.rate != SCRIPTED_RATE:
            msg = f'The scripted expert acts at {SCRIPTED_RATE:g} Hz; rate is {self.rate:g}.'
            raise ConfigError(msg)
        between = self.inference_every / self.rate
        if self.inference_lead >= between:
            msg = (
                f'inference_lead is {self.inference_lead:g} s; it must be below the time between '
                f'inferences, {self.inference_every} tick(s) of {1 / self.rate:g} s.'
            )
            raise ConfigError(msg)
        if self.policy == 'octo' and not self.checkpoint:
            msg = (
                'policy octo needs the parameter checkpoint: the directory of an Octo checkpoint, '
                'or its name on the Hugging Face hub, like rail-berkeley/octo-small-1.5.'
            )
            raise ConfigError(msg)
