# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""Which tokens of a timestep everybody sees, and which only their own kind.

With that known no mask is needed: common rows attend to all common keys so far, private rows to
these and to the private keys so far. It is read off the network's own attention mask, so that it
holds for the correct one and for v1.0's alike.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor

from octo_ros.model.attention_mask import attention_mask
from octo_ros.model.batch import TokenGroup
from octo_ros.model.config import OctoConfig


@dataclass(frozen=True)
class SlotLayout:
    """The order of a slot's tokens: observations, repeated task, then the readouts named here.

    Tokens of a readout are written (number of the readout, token within it).

    Attributes:
        common: Readout tokens that everybody sees: with v1.0's mask the first one.
        private: Readout tokens that nobody but themselves sees, and that the head reads.
        head: What the head reads: positions in `common + private`, in the head's order.
    """

    common: tuple[tuple[int, int], ...]
    private: tuple[tuple[int, int], ...]
    head: tuple[int, ...]

    @property
    def readouts(self) -> tuple[tuple[int, int], ...]:
        """The last tokens of every slot."""
        return self.common + self.private


def slot_layout(config: OctoConfig) -> SlotLayout | None:
    """The layout of a network, or None if its mask or its head has another structure.

    That is so if the head reads observation tokens, or readout tokens of which some do not see the
    others.
    """
    names = [f'readout_{name}' for name, _ in config.readouts]
    if config.head.readout_key not in names:
        return None
    wanted = names.index(config.head.readout_key)
    step = _step_rules(config)
    if step is None:
        return None
    n_readout = sum(size for _, size in config.readouts)
    common = step.all(dim=0)  # (n,): keys that every row sees
    start = len(step) - n_readout
    if not common[:start].all() or not (step[common] == common).all():
        return None
    tokens = [(r, i) for r, (_, size) in enumerate(config.readouts) for i in range(size)]
    shown = [token for k, token in enumerate(tokens) if common[start + k]]
    needed = [start + k for k, (r, _) in enumerate(tokens) if r == wanted]
    hidden = [row for row in needed if not common[row]]
    if hidden:
        kind = step[hidden[0]] & ~common
        members = kind.nonzero().flatten().tolist()
        if not all(torch.equal(step[row], common | kind) for row in (*hidden, *members)):
            return None
        private = tuple(tokens[row - start] for row in members)
    else:
        private = ()
    order = [*shown, *private]
    head = tuple(order.index(tokens[row - start]) for row in needed)
    return SlotLayout(tuple(shown), private, head)


def _step_rules(config: OctoConfig) -> Tensor | None:
    """Row × key within a timestep, bool (n, n), if earlier timesteps follow the same rules."""
    sizes = [(f'obs_{t.name}', t.num_tokens) for t in config.observation_tokenizers]
    prefix = []
    if config.language is not None:
        n = config.language.num_tokens
        prefix = [_shown('task_language', (1, n))]
        if config.repeat_task_tokens:
            sizes.append(('obs_task_language', n))
    sizes += [(f'readout_{name}', size) for name, size in config.readouts]
    steps = [_shown(name, (1, 2, size)) for name, size in sizes]
    allowed = attention_mask(prefix, steps, correct=config.use_correct_attention)[0, 0]
    n_step = sum(size for _, size in sizes)
    n_prefix = len(allowed) - 2 * n_step
    task, old, new = allowed.split([n_prefix, n_step, n_step])
    rules = old[:, n_prefix : n_prefix + n_step]
    before = new[:, n_prefix : n_prefix + n_step]
    now = new[:, n_prefix + n_step :]
    regular = (
        task[:, :n_prefix].all()
        and not task[:, n_prefix:].any()
        and allowed[n_prefix:, :n_prefix].all()
        and not old[:, n_prefix + n_step :].any()
        and torch.equal(rules, before)
        and torch.equal(rules, now)
    )
    return rules if regular else None


def _shown(name: str, shape: tuple[int, ...]) -> TokenGroup:
    mask = torch.ones(shape, dtype=torch.bool)
    return TokenGroup(name, torch.empty(*shape, 0), mask)
