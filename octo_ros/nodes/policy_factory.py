# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""The one place where a policy is chosen: here rclpy and the deep-learning framework meet."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from octo_ros.errors import ConfigError
from octo_ros.policy.chunking.newest import NewestChunk
from octo_ros.policy.chunking.receding_horizon import RecedingHorizon
from octo_ros.policy.chunking.temporal_ensemble import TemporalEnsemble
from octo_ros.policy.separate_fleet import SeparateFleet

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from octo_ros.embodiment import Embodiment
    from octo_ros.nodes.policy_parameters import PolicyParameters
    from octo_ros.policy.base import Fleet, Policy
    from octo_ros.policy.chunking.scheduler import ChunkScheduler
    from octo_ros.sim.scene import Scene
    from octo_ros.types import ActionSpec


def make_fleet(
    parameters: PolicyParameters,
    embodiments: Sequence[Embodiment],
    scenes: Sequence[Callable[[], Scene | None]] = (),
) -> Fleet:
    """Load the policy that the parameters name, for every robot.

    Args:
        parameters: The node's parameters.
        embodiments: The robots' contracts.
        scenes: Newest ground truth of each robot's simulator, for the scripted expert.

    Raises:
        OctoRosError: Its checkpoint is missing or does not fit one of the robots.
    """
    if parameters.policy == 'scripted':
        from octo_ros.sim.scripted_policy import ScriptedPolicy

        pairs = zip(embodiments, scenes, strict=True)
        return SeparateFleet([ScriptedPolicy(robot, scene) for robot, scene in pairs])
    from octo_ros.policy.loaded_octo import EngineOptions, LoadedOcto
    from octo_ros.policy.noise import CoupledNoise
    from octo_ros.policy.octo_fleet import OctoFleet
    from octo_ros.policy.octo_policy import OctoPolicy

    datasets = dataset_names(parameters.dataset_name, len(embodiments))
    options = EngineOptions(
        parameters.engine,
        parameters.device,
        parameters.precision,
        parameters.threads or None,
        cache_dir=Path(parameters.cache_dir) if parameters.cache_dir else None,
        gpu_memory_limit=parameters.gpu_memory_limit * 10**6 or None,
    )
    first = LoadedOcto.load(parameters.checkpoint, datasets[0], options=options)
    loaded = [first, *(first.for_another_robot(dataset) for dataset in datasets[1:])]
    policies = []
    for number, (each, embodiment) in enumerate(zip(loaded, embodiments, strict=True)):
        seed = parameters.seed + number  # robots side by side must not draw the same noise
        noise = None
        if parameters.coupled_noise:
            noise = CoupledNoise.of(each.config.head, embodiment.action_dt, seed)
        policies.append(OctoPolicy(each, embodiment, seed=seed, noise=noise))
    return OctoFleet(policies)


def dataset_names(given: str, robots: int) -> list[str]:
    """One name for all robots, or one each.

    Raises:
        ConfigError: The number of names is another.
    """
    names = [name.strip() for name in given.split(',')]
    if len(names) == 1:
        return names * robots
    if len(names) != robots:
        msg = (
            f'dataset_name has {len(names)} names, {given}, for {robots} robot(s): give one for '
            'all, or one each.'
        )
        raise ConfigError(msg)
    return names


def pace_notes(parameters: PolicyParameters, policy: Policy) -> tuple[str, ...]:
    """Whether the policy's chunks suit the pace of inference.

    Returns:
        Sentences on what does not harm but should be known.

    Raises:
        ConfigError: A chunk is over before the next one can be there.
    """
    spec, between = policy.spec, parameters.inference_every / parameters.rate
    span = spec.action_horizon * spec.action_dt
    if between > span + 1e-9:
        msg = (
            f'inference_every is {parameters.inference_every}, one inference in {between:g} s, '
            f'but a chunk lasts {span:g} s ({spec.action_horizon} action(s) of '
            f'{spec.action_dt:g} s): the arm would stop in between. Set it to at most '
            f'{int(span * parameters.rate + 1e-9)}.'
        )
        raise ConfigError(msg)
    held = parameters.execute_actions * spec.action_dt
    if parameters.chunk_execution == 'receding_horizon' and held > between + 1e-9:
        return (
            f'receding_horizon holds {parameters.execute_actions} action(s) of {spec.action_dt:g} '
            f's, but every {between:g} s there is a new chunk: some are never executed.',
        )
    return ()


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
