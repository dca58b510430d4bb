# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""The split network in PyTorch: the weights of an `Octo`, run part by part."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import torch
from torch import Tensor, nn

from octo_ros.model.batch import TokenGroup
from octo_ros.model.diffusion import DiffusionHead
from octo_ros.model.head_config import DiffusionHeadConfig
from octo_ros.policy.engines.cuda_graphs import CudaGraphs
from octo_ros.policy.engines.folded_head import FoldedDiffusionHead
from octo_ros.policy.engines.frame_inputs import check_read
from octo_ros.policy.engines.frame_tokenizer import FrameTokenizer
from octo_ros.policy.engines.head_inputs import drawn_noise, kept_numbers
from octo_ros.policy.engines.network import Context, FrameFeatures, TaskTokens
from octo_ros.policy.engines.placement import tasks_on
from octo_ros.policy.engines.slot_tables import SlotTables
from octo_ros.policy.engines.split_block import KeyValues, SplitBlock

if TYPE_CHECKING:
    from octo_ros.model.batch import Tasks
    from octo_ros.model.octo import Octo
    from octo_ros.model.sampling import Sampling
    from octo_ros.policy.engines.frame import Frame
    from octo_ros.policy.engines.slot_layout import SlotLayout


class TorchNetwork(nn.Module):
    """See `octo_ros.policy.engines.network.SplitNetwork`; on CUDA every part is a recorded graph.

    Args:
        octo: The network, on its device; the head float32, the rest in any type.
        layout: Its tokens' order, from `slot_layout`.
    """

    def __init__(self, octo: Octo, layout: SlotLayout) -> None:
        super().__init__()
        self.octo = octo
        self.layout = layout
        transformer = octo.octo_transformer
        self.tokenizers = nn.ModuleList(
            FrameTokenizer(tokenizer, embedding)
            for tokenizer, embedding in zip(
                transformer.observation_tokenizers, transformer.observation_embeddings, strict=True
            )
        )
        self.blocks = nn.ModuleList(
            SplitBlock(block, len(layout.private)) for block in transformer.transformer.blocks
        )
        self.final_norm = transformer.transformer.final_norm
        diffuses = isinstance(octo.head, DiffusionHead)
        self.folded = FoldedDiffusionHead(octo.head) if diffuses else None
        self.tables = SlotTables(
            layout,
            [embedding.positions for embedding in transformer.observation_embeddings],
            list(transformer.readouts),
            octo.config.repeat_task_tokens,
            len(self.blocks),
            octo.config.transformer.num_attention_heads,
        )
        self._device = transformer.readouts[0].device
        self._graphs = CudaGraphs() if self._device.type == 'cuda' else None

    @property
    def num_layers(self) -> int:
        """Blocks of the transformer."""
        return len(self.blocks)

    @property
    def max_window(self) -> int:
        """Slots for which there are positions."""
        return self.octo.config.max_horizon

    @property
    def any_thread(self) -> bool:
        """Not on CUDA, where graphs are recorded by one thread."""
        return self._graphs is None

    def task(self, tasks: Tasks) -> TaskTokens:
        """The instruction's tokens; a hidden instruction has none."""
        transformer = self.octo.octo_transformer
        tasks = self.octo.encode_tasks(tasks_on(self._device, tasks))
        group = transformer.language(tasks) if self.octo.config.language else None
        if group is None or not bool(group.mask.all()):
            return TaskTokens(tasks, self.tables.no_tokens)
        return TaskTokens(tasks, transformer.language_embedding(group.tokens))

    def empty_context(self) -> Context:
        """No keys at all."""
        return self.tables.empty_context()

    def prefix(self, task: TaskTokens) -> Tensor:
        """The task's own tokens, followed by private ones that mean nothing."""
        return self.tables.prefix(task.language)

    def features(self, frame: Frame, task: TaskTokens) -> FrameFeatures:
        """Through the stems and the projection.

        Raises:
            PolicyError: Nothing that the network reads is given, or a shape does not fit.
        """
        check_read(frame, self.octo.config)
        numbers = tuple(i for i, part in enumerate(self.tokenizers) if part.inputs.seen(frame))
        tokens = [self.tables.no_tokens]
        for number in numbers:
            part = self.tokenizers[number]
            inputs = (tensor.to(self._device) for tensor in part.inputs.tensors(frame, task.tasks))
            tokens.append(self._run(f'features {number}', part, *inputs))
        return FrameFeatures(numbers, torch.cat(tokens, dim=1))

    def slot(self, features: FrameFeatures | None, number: int, task: TaskTokens) -> Tensor:
        """All visible tokens of a slot; without features it is padding."""
        return self.tables.slot(features, number, task.language)

    def layer(self, number: int, x: Tensor, before: KeyValues) -> tuple[Tensor, KeyValues]:
        """A block, but not the last one."""

        def run(x: Tensor, *before: Tensor) -> tuple[Tensor, ...]:
            x, own = self.blocks[number](x, KeyValues(*before))
            return (x, *own)

        x, *own = self._run(f'layer {number}', run, x, *before)
        return x, KeyValues(*own)

    def last_key_values(self, x: Tensor) -> KeyValues:
        """What an older slot leaves behind in the last block."""
        return KeyValues(*self._run('last', self.blocks[-1].key_values, x))

    def newest(self, x: Tensor, context: Context) -> Tensor:
        """All blocks; in the last one only the readouts go on."""
        flat = [tensor for before in context for tensor in before]
        return self._run('newest', self._newest, x, *flat)

    def announce(self, x: Tensor, context: Context) -> None:
        """Nothing is compiled ahead; on CUDA the first call of `newest` records it."""
        del x, context

    def _newest(self, x: Tensor, *flat: Tensor) -> Tensor:
        context = [KeyValues(*flat[i : i + 4]) for i in range(0, len(flat), 4)]
        for block, before in zip(self.blocks[:-1], context[:-1], strict=True):
            x, _ = block(x, before)
        return self.readout(x, context[-1]).float()

    def readout(self, x: Tensor, before: KeyValues) -> Tensor:
        """The last block and the last norm: tokens (B, n, D) to the head's (B, h, D)."""
        x, _ = self.blocks[-1](x, before, len(self.layout.readouts))
        x = self.final_norm(x)
        # Not an index tensor, which would travel to the GPU in every call.
        return torch.cat([x[:, i : i + 1] for i in self.layout.head], dim=1)

    def head(self, tokens: Tensor, sampling: Sampling) -> Tensor:
        """Normalised chunks.

        Raises:
            PolicyError: The options do not suit the head.
        """
        head, config = self.octo.head, self.octo.config.head
        embedding = self.pooled(tokens)
        if (
            self.folded is None
            or not isinstance(config, DiffusionHeadConfig)
            or sampling.sampler != 'ddpm'
        ):
            return head.sample(embedding, sampling)
        noise = drawn_noise(config, sampling, batch=len(tokens))
        initial, steps = noise.initial.to(embedding), noise.steps.to(embedding)
        kept = kept_numbers(config, sampling.embodiment_action_dim).to(embedding.device)
        return self._run('head', self.folded, embedding, initial, steps, kept)

    def pooled(self, tokens: Tensor) -> Tensor:
        """The head's tokens (B, h, D) to its embedding, (B, D) or (B, num_tokens, D)."""
        shown = torch.ones(
            *tokens.shape[:1], 1, tokens.shape[1], dtype=torch.bool, device=tokens.device
        )
        group = TokenGroup(self.octo.config.head.readout_key, tokens[:, None], shown)
        return self.octo.head.pool(group)[:, -1]

    def _run(self, name: str, function: Callable[..., Any], *inputs: Tensor) -> Any:  # noqa: ANN401
        return self._graphs(name, function, *inputs) if self._graphs else function(*inputs)
