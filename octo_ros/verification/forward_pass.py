# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""One run of the network over a scene, with everything that flows inside."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import cached_property
from typing import TYPE_CHECKING

import torch
from torch import Tensor, nn

from octo_ros.model.batch import LanguageTokens, Observations, Tasks, TokenGroup
from octo_ros.model.image_tokenizer import ImageTokenizer
from octo_ros.model.lowdim_tokenizer import LowdimTokenizer
from octo_ros.model.octo import Octo
from octo_ros.model.octo_transformer import OctoTransformer, TransformerOutput

if TYPE_CHECKING:
    from octo_ros.verification.scene import Scene

Hook = Callable[[nn.Module, tuple[Tensor, ...], Tensor], None]


class ForwardPass:
    """One run; the network runs when the first attribute is read.

    Args:
        model: The network.
        scene: The inputs.
    """

    def __init__(self, model: Octo, scene: Scene) -> None:
        self.model = model
        self.scene = scene

    @cached_property
    def observations(self) -> Observations:
        """The scene's observations on the network's device, in its type."""
        given = self.scene.observations(self.model.config)
        like = next(self.model.octo_transformer.parameters())
        return Observations(
            {key: image.to(like.device) for key, image in given.images.items()},
            given.timestep_pad_mask.to(like.device),
            {key: mask.to(like.device) for key, mask in given.pad_masks.items()},
            {key: numbers.to(like.device) for key, numbers in given.low_dim.items()},
        )

    @cached_property
    def tasks(self) -> Tasks:
        """The scene's tasks, likewise."""
        given = self.scene.tasks(self.model.config, self.observations.timestep_pad_mask.shape[0])
        like = next(self.model.octo_transformer.parameters())
        language, mask = given.language, given.language_mask
        return replace(
            given,
            language=language
            and LanguageTokens(
                language.input_ids.to(like.device), language.attention_mask.to(like.device)
            ),
            language_mask=None if mask is None else mask.to(like.device),
            goal_images={key: image.to(like.device) for key, image in given.goal_images.items()},
            vectors={key: numbers.to(like.device) for key, numbers in given.vectors.items()},
        )

    @property
    def output(self) -> TransformerOutput:
        """The transformer's output."""
        return self._run[0]

    @property
    def inside(self) -> dict[str, Tensor]:
        """What flows inside, by the reference's names."""
        return self._run[1]

    @cached_property
    def embedding(self) -> Tensor:
        """What the head makes of its group, shape (B, W, D)."""
        return self.model.head.pool(self.group)

    @property
    def group(self) -> TokenGroup:
        """The tokens that the head reads."""
        return self.output.group(self.scene.readout_key or self.model.config.head.readout_key)

    @cached_property
    def _run(self) -> tuple[TransformerOutput, dict[str, Tensor]]:
        inside: dict[str, Tensor] = {}
        hooks = list(_hooks(inside, self.model.octo_transformer))
        try:
            output = self.model.octo_transformer(self.observations, self.tasks)
        finally:
            for hook in hooks:
                hook.remove()
        return output, inside


def _hooks(
    inside: dict[str, Tensor], transformer: OctoTransformer
) -> Iterator[torch.utils.hooks.RemovableHandle]:
    def store(name: str, *, channels_first: bool = False) -> Hook:
        def hook(_: nn.Module, __: tuple[Tensor, ...], out: Tensor) -> None:
            inside[name] = out.permute(0, 2, 3, 1) if channels_first else out

        return hook

    def store_group(name: str) -> Callable[[nn.Module, object, TokenGroup | None], None]:
        def hook(_: nn.Module, __: object, out: TokenGroup | None) -> None:
            if out is not None:
                inside[f'tokenizer/{name}/tokens'] = out.tokens
                inside[f'tokenizer/{name}/mask'] = out.mask

        return hook

    def store_bins(
        name: str, tokenizer: LowdimTokenizer
    ) -> Callable[[nn.Module, tuple[Observations, Tasks]], None]:
        def hook(_: nn.Module, given: tuple[Observations, Tasks]) -> None:
            numbers, keys = given[0].low_dim, tokenizer.config.inputs
            if tokenizer.bins is not None and any(key in numbers for key, _ in keys):
                parts = [numbers[key] for key, _ in keys if key in numbers]
                inside[f'tokenizer/{name}/bins'] = tokenizer.bins.encode(torch.cat(parts, -1))

        return hook

    def store_mask(_: nn.Module, given: tuple[Tensor, Tensor]) -> None:
        inside['attention_mask'] = given[1]

    yield transformer.transformer.register_forward_pre_hook(store_mask)
    for i, block in enumerate(transformer.transformer.blocks):
        yield block.register_forward_hook(store(f'block/encoderblock_{i}'))
    if transformer.config.language is not None:
        name = transformer.config.language.name
        yield transformer.language.register_forward_hook(store_group(f'task_tokenizers_{name}'))
        yield transformer.language_embedding.projection.register_forward_hook(
            store(f'projection/task_{name}_projection')
        )
    for tokenizer, embedding in zip(
        transformer.observation_tokenizers, transformer.observation_embeddings, strict=True
    ):
        name = tokenizer.config.name
        whole = f'observation_tokenizers_{name}'
        yield tokenizer.register_forward_hook(store_group(whole))
        yield embedding.projection.register_forward_hook(
            store(f'projection/obs_{name}_projection')
        )
        if isinstance(tokenizer, ImageTokenizer):
            for kind, layers in (
                ('StdConv', tokenizer.stem.convs),
                ('GroupNorm', tokenizer.stem.norms),
            ):
                for i, layer in enumerate(layers):
                    yield layer.register_forward_hook(
                        store(f'stem/{whole}/{kind}_{i}', channels_first=True)
                    )
            stem = f'{tokenizer.config.stem.kind}_0'
            yield tokenizer.stem.register_forward_hook(
                store(f'encoder/{whole}/{stem}', channels_first=True)
            )
            if tokenizer.token_learner is not None:
                yield tokenizer.token_learner.register_forward_hook(
                    store(f'encoder/{whole}/TokenLearner_0')
                )
        elif tokenizer.bins is not None:
            yield tokenizer.register_forward_pre_hook(store_bins(whole, tokenizer))
