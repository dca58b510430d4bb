# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""The split network as exported graphs, whatever runs them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

import torch
from torch import Tensor

from octo_ros.errors import CheckpointError, PolicyError
from octo_ros.model.head_config import DiffusionHeadConfig
from octo_ros.model.sampling import Sampling, check_sampling
from octo_ros.model.value_checks import check_finite, check_token_ids
from octo_ros.policy.engines import exported as files
from octo_ros.policy.engines.frame_inputs import FrameInputs, check_read
from octo_ros.policy.engines.graph_modules import all_four, given
from octo_ros.policy.engines.head_inputs import drawn_noise, kept_numbers
from octo_ros.policy.engines.network import Context, FrameFeatures, TaskTokens
from octo_ros.policy.engines.slot_layout import slot_layout
from octo_ros.policy.engines.slot_tables import SlotTables
from octo_ros.policy.engines.split_block import KeyValues

if TYPE_CHECKING:
    from octo_ros.model.batch import Tasks
    from octo_ros.policy.engines.exported import Exported
    from octo_ros.policy.engines.frame import Frame

# Runs a graph on its inputs in order; the outputs belong to the caller.
Graph = Callable[..., Sequence[Tensor]]
Shapes = tuple[torch.Size, ...]


class GraphRuntime(Protocol):
    """A library that runs ONNX files.

    Attributes:
        device: Where the graphs' inputs and outputs are.
        any_thread: Whether several threads may call its graphs at once.
    """

    device: torch.device
    any_thread: bool

    def load(self, path: Path, *, exact: bool = False) -> Graph:
        """A graph for inputs of any size.

        Args:
            path: The file.
            exact: In float32 whatever the precision of the rest.
        """

    def load_for(self, path: Path, shapes: Shapes, *, exact: bool = False) -> Graph:
        """The fastest graph for inputs of these shapes; it need not take others."""


class GraphNetwork:
    """See `octo_ros.policy.engines.network.SplitNetwork`.

    Args:
        exported: The graphs.
        runtime: Who runs them.

    Raises:
        CheckpointError: The graphs and the network's configuration do not belong together.
    """

    def __init__(self, exported: Exported, runtime: GraphRuntime) -> None:
        config = exported.config
        layout = slot_layout(config)
        if layout is None:
            msg = f'{exported.directory} holds a network that cannot be split; export it again.'
            raise CheckpointError(msg)
        self._config, self._layout, self._runtime = config, layout, runtime
        self._directory = exported.directory
        self._inputs = [FrameInputs(tokenizer) for tokenizer in config.observation_tokenizers]
        self._tables = SlotTables(
            layout,
            [
                exported.tables[f'obs_{t.name}'].to(runtime.device)
                for t in config.observation_tokenizers
            ],
            [
                exported.tables[f'readout_{i}'].to(runtime.device)
                for i in range(len(config.readouts))
            ],
            config.repeat_task_tokens,
            config.transformer.num_layers,
            config.transformer.num_attention_heads,
        )
        path = self._directory
        has_language = config.language is not None
        self._language = runtime.load(path / files.LANGUAGE, exact=True) if has_language else None
        self._tokenizers = [
            runtime.load(path / files.tokenizer_file(t.name))
            for t in config.observation_tokenizers
        ]
        self._layers = [
            runtime.load(path / files.layer_file(i)) for i in range(self.num_layers - 1)
        ]
        self._last = runtime.load(path / files.LAST_KEY_VALUES)
        self._readout = runtime.load(path / files.READOUT)
        self._head = runtime.load(path / files.HEAD, exact=True)
        self._usual: dict[tuple[str, Shapes], Graph] = {}
        self._met: dict[str, Shapes] = {}  # of each block, when it last ran by itself

    @property
    def num_layers(self) -> int:
        """Blocks of the transformer."""
        return self._config.transformer.num_layers

    @property
    def max_window(self) -> int:
        """Slots for which there are positions."""
        return self._config.max_horizon

    @property
    def any_thread(self) -> bool:
        """Whether several threads may call it at once."""
        return self._runtime.any_thread

    def task(self, tasks: Tasks) -> TaskTokens:
        """The instruction's tokens; a hidden or missing instruction has none.

        Raises:
            PolicyError: The instruction does not fit the network.
        """
        inputs = self._language_inputs(tasks)
        if self._language is None or inputs is None:
            return TaskTokens(tasks, self._tables.no_tokens)
        return TaskTokens(tasks, self._language(*self._placed(inputs))[0])

    def empty_context(self) -> Context:
        """No keys at all."""
        return self._tables.empty_context()

    def prefix(self, task: TaskTokens) -> Tensor:
        """The task's own tokens, followed by private ones that mean nothing."""
        return self._tables.prefix(task.language)

    def features(self, frame: Frame, task: TaskTokens) -> FrameFeatures:
        """Through the stems and the projection.

        Raises:
            PolicyError: Nothing that the network reads is given, or a shape does not fit.
        """
        check_read(frame, self._config)
        numbers = tuple(i for i, inputs in enumerate(self._inputs) if inputs.seen(frame))
        tokens = [self._tables.no_tokens]
        for number in numbers:
            inputs = self._inputs[number].tensors(frame, task.tasks)
            tokens += self._tokenizers[number](*self._placed(inputs))
        return FrameFeatures(numbers, torch.cat(tokens, dim=1))

    def slot(self, features: FrameFeatures | None, number: int, task: TaskTokens) -> Tensor:
        """All visible tokens of a slot; without features it is padding."""
        return self._tables.slot(features, number, task.language)

    def layer(self, number: int, x: Tensor, before: KeyValues) -> tuple[Tensor, KeyValues]:
        """A block, but not the last one."""
        inputs = (x, *self._given(before))
        y, *own = self._block(files.layer_file(number), self._layers[number], inputs)
        return y, all_four(tuple(own))

    def last_key_values(self, x: Tensor) -> KeyValues:
        """What an older slot leaves behind in the last block."""
        return all_four(tuple(self._block(files.LAST_KEY_VALUES, self._last, (x,))))

    def newest(self, x: Tensor, context: Context) -> Tensor:
        """All blocks; in one graph if these shapes were announced."""
        inputs = self._newest_inputs(x, context)
        usual = self._usual.get((files.NEWEST, _shapes(inputs)))
        if usual is not None:
            return usual(*inputs)[0]
        for number, before in enumerate(context[:-1]):
            x = self._layers[number](x, *self._given(before))[0]
        return self._readout(x, *self._given(context[-1]))[0]

    def announce(self, x: Tensor, context: Context) -> None:
        """Load graphs for the newest slots with these shapes, for the older ones, for their heads.

        Older slots have the shapes that they had when a window like this was last begun.
        """
        inputs = self._newest_inputs(x, context)
        tokens = x.new_zeros(len(x), len(self._layout.head), x.shape[-1])
        noise: tuple[Tensor, ...] = ()
        if isinstance(self._config.head, DiffusionHeadConfig):
            drawn = drawn_noise(self._config.head, Sampling(generator=torch.Generator()), len(x))
            noise = (drawn.initial, drawn.steps, kept_numbers(self._config.head, None))
        self._load_usual(files.NEWEST, _shapes(inputs))
        self._load_usual(files.HEAD, _shapes((tokens, *noise)), exact=True)
        for name, shapes in self._met.items():
            if shapes[0] == x.shape:
                self._load_usual(name, shapes)

    def _load_usual(self, name: str, shapes: Shapes, *, exact: bool = False) -> None:
        if (name, shapes) not in self._usual:
            graph = self._runtime.load_for(self._directory / name, shapes, exact=exact)
            self._usual[name, shapes] = graph

    def _block(self, name: str, graph: Graph, inputs: tuple[Tensor, ...]) -> Sequence[Tensor]:
        self._met[name] = shapes = _shapes(inputs)
        return self._usual.get((name, shapes), graph)(*inputs)

    def head(self, tokens: Tensor, sampling: Sampling) -> Tensor:
        """Normalised chunks.

        Raises:
            PolicyError: The options do not suit the head, or are those of other samplers.
        """
        head, batch = self._config.head, len(tokens)
        if not isinstance(head, DiffusionHeadConfig):
            check_sampling(head, sampling, batch)
            chunk = self._run_head(tokens)
            return chunk.expand(*sampling.sample_shape, *chunk.shape)
        noise = drawn_noise(head, sampling, batch)
        if sampling.sampler != 'ddpm':
            msg = 'Exported graphs sample by ddpm; for ddim take the torch engine.'
            raise PolicyError(msg)
        *lead, _, numbers = noise.initial.shape
        initial = noise.initial.float().reshape(-1, numbers)  # samples are rows, too
        steps = noise.steps.float().reshape(len(noise.steps), *initial.shape)
        kept = kept_numbers(head, sampling.embodiment_action_dim)
        rows = tokens.repeat(len(initial) // batch, 1, 1)
        return self._run_head(rows, initial, steps, kept).unflatten(0, (*lead, batch))

    def _run_head(self, *inputs: Tensor) -> Tensor:
        graph = self._usual.get((files.HEAD, _shapes(inputs)), self._head)
        return graph(*self._placed(inputs))[0]

    def _placed(self, tensors: Sequence[Tensor]) -> list[Tensor]:
        return [tensor.to(self._runtime.device) for tensor in tensors]

    def _given(self, keys: KeyValues) -> tuple[Tensor, ...]:
        return given(keys, len(self._layout.private))

    def _newest_inputs(self, x: Tensor, context: Context) -> tuple[Tensor, ...]:
        return (x, *(tensor for before in context for tensor in self._given(before)))

    def _language_inputs(self, tasks: Tasks) -> tuple[Tensor, ...] | None:
        config = self._config.language
        hidden = tasks.language_mask is not None and not bool(tasks.language_mask.all())
        if config is None or hidden:
            return None
        if config.t5 is None:
            vector = tasks.vectors.get('language_instruction')
            if vector is not None and vector.shape != (1, config.vector_size):
                msg = f'language_instruction must have shape (1, {config.vector_size}).'
                raise PolicyError(msg)
            if vector is None:
                return None
            check_finite('language_instruction', vector)
            return (vector,)
        if tasks.language is None:
            return None
        ids, mask = tasks.language.input_ids, tasks.language.attention_mask
        if ids.shape != (1, config.num_tokens):
            msg = (
                f'An instruction takes (1, {config.num_tokens}) token ids, got {tuple(ids.shape)}.'
            )
            raise PolicyError(msg)
        check_token_ids(ids, config.t5.vocab_size)
        return ids, mask.to(torch.int64)


def _shapes(tensors: Sequence[Tensor]) -> Shapes:
    return tuple(tensor.shape for tensor in tensors)
