# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""One training step: the loss, its parts, and the gradient of every parameter."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from octo_ros.errors import OctoRosError
from octo_ros.model.continuous import ContinuousHead
from octo_ros.model.diffusion import DiffusionHead
from octo_ros.model.loss import ActionTargets, distance, masked_mean
from octo_ros.model.octo import Octo
from octo_ros.model.parameters import checkpoint_leaves
from octo_ros.verification.comparison import Comparison, Status, compare
from octo_ros.verification.forward_pass import ForwardPass
from octo_ros.verification.noise_floor import CAP, NOTE, SHARE, noise_limit
from octo_ros.verification.reference import Arrays
from octo_ros.verification.scene import Scene
from octo_ros.verification.tolerance import (
    FLOAT32,
    gradient_floor,
    relative_tolerance,
    stored_resolution,
)
from octo_ros.verification.torch_engine import full_float32, numpy_array

_STEPS, _ACTION_MASK = 'in/timestep_pad_mask', 'in/action_pad_mask'
_PATHS, _NORMS = 'out/grad_norm/paths', 'out/grad_norm/values'
_GRADIENT = 'out/grad/'


class Training:
    """Compares one training step without dropout.

    Args:
        model: The network, float32; its gradients are changed.
        exact: Gives it in float64; called when rounding is measured.

    Attributes:
        read: Names of the inputs that were looked at.
    """

    def __init__(self, model: Octo, exact: Callable[[], Octo]) -> None:
        self._model = model
        self._exact = exact
        self.read: set[str] = set()

    def compare(self, inputs: Arrays, train: Arrays) -> Iterator[Comparison]:
        """Compare everything.

        Args:
            inputs: Observations and tasks.
            train: `in/…` is what the loss is given (its timestep mask replaces the
                observations'), `out/…` is compared.
        """
        wanted = [name for name in train if name.startswith('out/')]
        if not wanted:
            return
        try:
            step = TrainingStep.run(self._model, inputs, train)
        except OctoRosError as error:
            yield from (Comparison.failed(name, str(error)) for name in wanted)
            return
        self.read |= step.read
        exact: TrainingStep | None = None
        for name in wanted:
            comparison = _compare(step, name, train)
            if comparison.status is Status.FAILED and comparison.tolerance:
                exact = exact or TrainingStep.run(self._exact(), inputs, train)
                measured = _compare(step, name, train, exact)
                if measured.status is Status.OK:
                    comparison = replace(measured, note=measured.note or NOTE)
            yield comparison


@dataclass(frozen=True)
class TrainingStep:
    """The loss of a batch and what follows from it.

    Attributes:
        loss: A scalar.
        parts: The original's metrics, by name.
        gradients: Of every parameter, by the checkpoint's path, as the checkpoint lays it out;
            zeros where none flows.
        read: Names of the inputs that were looked at.
    """

    loss: Tensor
    parts: dict[str, Tensor]
    gradients: dict[str, NDArray[Any]]
    read: frozenset[str]

    @classmethod
    def run(cls, model: Octo, inputs: Arrays, train: Arrays) -> TrainingStep:
        """Run forward and backward with the stored randomness.

        Raises:
            OctoRosError: Something is missing or does not fit.
        """
        arrays = {**inputs, **train}
        if _STEPS in train:
            arrays['observation/timestep_pad_mask'] = train[_STEPS]
        scene = Scene(arrays, read={_STEPS})
        model.zero_grad(set_to_none=True)
        with full_float32():
            forward = ForwardPass(model, scene)
            loss, parts = _loss(forward, _targets(forward))
            loss.backward()
        parameters = dict(model.named_parameters())
        gradients = {}
        for path, leaf in checkpoint_leaves(model).items():
            parameter = parameters[leaf.parameter]
            none = parameter.grad is None  # the language encoder is frozen
            gradients[path] = leaf.to_flax(torch.zeros_like(parameter) if none else parameter.grad)
        model.zero_grad(set_to_none=True)
        parts = {
            **parts,
            'loss': loss,
            'mse': parts['mse_unscaled'] * model.config.head.action_dim,
        }
        detached = {name: part.detach() for name, part in parts.items()}
        return cls(loss.detach(), detached, gradients, frozenset(scene.read))


def _targets(forward: ForwardPass) -> ActionTargets:
    head, scene = forward.model.config.head, forward.scene
    shown = forward.observations.timestep_pad_mask
    shape = (*shown.shape, head.action_horizon, head.action_dim)
    actions = scene.numbers('in/actions', shape).to(forward.embedding)
    return ActionTargets(actions, _action_mask(scene, shape).to(shown.device), shown)


def _action_mask(scene: Scene, shape: tuple[int, ...]) -> Tensor:
    """Which numbers count; by default all, and a mask may lack its last axes."""
    if _ACTION_MASK not in scene.arrays:
        return torch.ones(shape, dtype=torch.bool)
    found = scene.array(_ACTION_MASK).shape
    fits = 2 <= len(found) <= len(shape) and all(
        size in (1, whole) for size, whole in zip(found, shape, strict=False)
    )
    mask = scene.mask(_ACTION_MASK, found if fits else shape)
    return mask.reshape(*found, *(1 for _ in shape[len(found) :])).expand(shape)


def _loss(forward: ForwardPass, targets: ActionTargets) -> tuple[Tensor, dict[str, Tensor]]:
    """The loss and its parts; the mean squared error is of what the head predicts."""
    head, embedding = forward.model.head, forward.embedding
    if isinstance(head, DiffusionHead):
        return _diffusion_loss(forward, head, targets)
    loss = head.loss(embedding, targets)
    if isinstance(head, ContinuousHead):
        mean = head.mean(embedding)
        error = distance(mean, targets.actions, 'mse')
        return loss, {'mean': mean, 'mse_unscaled': masked_mean(error, targets.counts)}
    likeliest = head.logits(embedding).argmax(-1)
    error = distance(head.bins.decode(likeliest), targets.actions, 'mse')
    met = (likeliest == head.bins.encode(targets.actions)).float()
    return loss, {
        'mse_unscaled': masked_mean(error, targets.counts),
        'accuracy': masked_mean(met, targets.counts),
    }


def _diffusion_loss(
    forward: ForwardPass, head: DiffusionHead, targets: ActionTargets
) -> tuple[Tensor, dict[str, Tensor]]:
    embedding, scene = forward.embedding, forward.scene
    draws = scene.array('in/noise').shape[:-3]
    lead = (*draws, *embedding.shape[:2])
    noise = scene.numbers('in/noise', (*lead, head.chunk_size)).to(embedding)
    time = scene.integers('in/time', (*lead, 1), head.config.diffusion_steps)
    predicted: list[Tensor] = []
    hook = head.network.register_forward_hook(lambda _, __, out: predicted.append(out))
    try:
        loss = head.loss(embedding, targets, time.to(embedding.device), noise)
    finally:
        hook.remove()
    error = distance(predicted[0], noise, 'mse')
    return loss, {
        'eps_pred': predicted[0],
        'mse_unscaled': masked_mean(error, targets.counts.flatten(-2)),
    }


def _compare(
    step: TrainingStep, name: str, train: Arrays, exact: TrainingStep | None = None
) -> Comparison:
    """One array; with the exact step, what rounding loses is granted."""
    expected = train[name]
    metric = name.removeprefix('out/').removeprefix('metrics/')
    if metric in step.parts:
        ours = numpy_array(step.parts[metric])
        limit = np.asarray(FLOAT32) if ours.ndim else relative_tolerance(expected)
        limit = limit + stored_resolution(expected)
        if exact is not None:
            limit = np.maximum(
                limit, noise_limit(ours, numpy_array(exact.parts[metric]), expected)
            )
        return compare(name, ours, expected, limit)
    if name.startswith('out/grad'):
        return _compare_gradient(step, name, train, exact)
    return Comparison.skipped(name, 'not an array that is known')


def _compare_gradient(
    step: TrainingStep, name: str, train: Arrays, exact: TrainingStep | None
) -> Comparison:
    expected = train[name]
    if name == _PATHS:
        return _compare_paths(step, _paths(train))
    floor = gradient_floor(step.gradients)
    if name == _NORMS:
        paths = _paths(train)
        if len(paths) != expected.size or not set(paths) <= set(step.gradients):
            return Comparison.failed(name, f'{_PATHS} does not name the parameters')
        norms = np.array([_norm(step.gradients[path]) for path in paths])
        limits = relative_tolerance(expected, floor) + stored_resolution(expected)
        if exact is not None:
            lost = [_norm(step.gradients[path] - exact.gradients[path]) for path in paths]
            granted = np.minimum(SHARE * np.array(lost), CAP * np.abs(expected.ravel()))
            limits = np.maximum(limits, granted.reshape(expected.shape))
        return compare(name, norms.reshape(expected.shape), expected, limits, labels=paths)
    path = _path(name.removeprefix(_GRADIENT))
    ours = step.gradients.get(path)
    if ours is None:
        return Comparison.failed(name, 'the network has no such parameter')
    limit = relative_tolerance(np.abs(expected).max(initial=0), floor)
    limit = limit + stored_resolution(expected)
    if exact is not None:
        limit = np.maximum(limit, noise_limit(ours, exact.gradients[path], expected))
    return compare(name, ours, expected, limit)


def _norm(gradient: NDArray[Any]) -> float:
    return float(np.linalg.norm(gradient.astype(np.float64)))


def _compare_paths(step: TrainingStep, paths: tuple[str, ...]) -> Comparison:
    odd = sorted(set(paths) ^ set(step.gradients))
    status = Status.FAILED if odd else Status.OK
    note = f'only here or only there: {", ".join(odd[:3])}' if odd else ''
    return Comparison(_PATHS, status, float(len(odd)), 0.0, note)


def _paths(train: Arrays) -> tuple[str, ...]:
    stored = train.get(_PATHS, np.array([], np.str_)).ravel()
    if stored.dtype.kind == 'S':
        stored = np.char.decode(stored, 'utf-8')
    return tuple(_path(str(path)) for path in stored)


def _path(stored: str) -> str:
    """A parameter's path as the checkpoint has it."""
    return stored.replace('.', '/').strip('/').removeprefix('params/')
