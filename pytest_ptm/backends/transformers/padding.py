# pyright: basic
# transformers' configs and tokenizers are only partly typed.
"""How rows of different lengths become one rectangle, and which rows may share one."""

from __future__ import annotations

import inspect
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any, Literal, TypeAlias

import numpy as np
from numpy.typing import NDArray

from pytest_ptm.ground.errors import BatchFailed, ModelError

Side = Literal["right", "left"]
Sharing = Literal["any", "equal lengths", "none"]
# Any model, config and tokenizer: transformers has no common type that says what these
# functions need of them. A model's shapes will do, no weight is looked at.
Loaded: TypeAlias = Any


@dataclass(frozen=True, slots=True)
class Borders:
    """Lengths in tokens at which a model starts to treat all rows of a batch otherwise.

    Rows on both sides of one of ``at`` never share a batch; rows longer than
    ``equal_above`` share it with rows of their length only.
    """

    at: tuple[int, ...] = ()
    equal_above: int | None = None

    @property
    def lowest(self) -> int | None:
        """The length up to which all rows are treated alike; None if all are."""
        every = [*self.at, *([] if self.equal_above is None else [self.equal_above])]
        return min(every, default=None)

    def groups(self, lengths: NDArray[np.int32]) -> NDArray[np.int32] | None:
        """Rows of one number may share a batch, int32[n]; None if all may."""
        if self.lowest is None:
            return None
        groups = np.zeros_like(lengths)
        for border in self.at:
            groups += lengths > border
        if self.equal_above is None:
            return groups
        return np.where(lengths > self.equal_above, lengths, groups)


@dataclass(frozen=True, slots=True)
class Padding:
    """How a model's rows are padded, and which of them may be padded to each other.

    ``pad_id`` fills the ids on the ``side``, ``type_id`` the segment ids; ``masked``
    says whether the model takes an attention mask. Where ``told``, the config names no
    id of the vocabulary that pads: then the model is told of ours for one batch, and it
    has to be an id that no row of the batch has, out of ``size`` and none of
    ``special``.
    """

    pad_id: int
    side: Side = "right"
    type_id: int = 0
    masked: bool = True
    told: bool = False
    size: int = 0
    special: frozenset[int] = frozenset()
    sharing: Sharing = "any"
    borders: Borders = Borders()

    def groups(self, lengths: NDArray[np.int32]) -> NDArray[np.int32] | None:
        """Rows of one number may share a batch, int32[n]; None if all may."""
        if self.sharing == "none":
            return np.arange(len(lengths), dtype=np.int32)
        if self.sharing == "equal lengths":
            return lengths
        return self.borders.groups(lengths)

    def absent_from(self, ids: NDArray[np.int32]) -> int:
        """An id that pads a batch with these ids, and is none of them.

        Raises:
            BatchFailed: the batch has every id there is; a single row needs none.
        """
        used = set(np.unique(ids).tolist())
        if self.pad_id not in used:
            return self.pad_id
        used |= self.special
        for free in range(self.size):
            if free not in used:
                return free
        raise BatchFailed("no id of the vocabulary is left to pad this batch with")


def first_choice(model: Loaded, tokenizer: Loaded) -> Padding:
    """The tokenizer's side and the id that the model's own config names.

    Heads that read a text's last token find it by the config's id: the last one that
    is not it. A pad with another id would be that token.

    Raises:
        ModelError: PTM302, nothing in the tokenizer can pad.
    """
    rows = embedding_rows(model)
    # A model that looks up no id (CANINE hashes characters) takes all there are.
    size = int(tokenizer.vocab_size) if rows is None else rows
    config = text_config(model)
    own = _pad_id(tokenizer)
    sought = _sought(config, size)
    types = getattr(config, "type_vocab_size", None)
    type_id = int(getattr(tokenizer, "pad_token_type_id", 0))
    return Padding(
        pad_id=own if sought is None else sought,
        side="left" if tokenizer.padding_side == "left" else "right",
        type_id=0 if isinstance(types, int) and type_id >= types else type_id,
        masked=takes(model, "attention_mask"),
        told=sought is None,
        size=size,
        special=frozenset(tokenizer.all_special_ids),
        borders=_borders(config),
    )


def choices(first: Padding, tokenizer: Loaded) -> Iterator[Padding]:
    """Ways to pad, the likeliest first: the other side, then the tokenizer's own id."""
    own = int(tokenizer.pad_token_id)
    other_side: Side = "right" if first.side == "left" else "left"
    for pad_id in dict.fromkeys((first.pad_id, own)):
        for side in (first.side, other_side):
            yield replace(first, pad_id=pad_id, side=side)


def takes(model: Loaded, name: str, *, by_name: bool = False) -> bool:
    """Whether the model's forward has an input of this name, or takes any.

    ``by_name``: one that takes any does not count.
    """
    parameters = inspect.signature(model.forward).parameters
    if name in parameters or by_name:
        return name in parameters
    return any(one.kind is inspect.Parameter.VAR_KEYWORD for one in parameters.values())


def embedding_rows(model: Loaded) -> int | None:
    """How many ids the model has an embedding of; None where it has no such table.

    Some keep it where transformers does not look (Perceiver), some have none (CANINE).
    """
    try:
        table = model.get_input_embeddings()
    except NotImplementedError:
        table = None
    weight = getattr(table, "weight", None)
    if weight is not None:
        return int(weight.shape[0])
    rows = getattr(text_config(model), "vocab_size", None)
    return rows if isinstance(rows, int) else None


def text_config(model: Loaded) -> Loaded:
    """The config that heads look into; a part of it where a model also sees images."""
    return model.config.get_text_config()


def _sought(config: Loaded, size: int) -> int | None:
    """The id that the head takes for padding; None if no row can have it."""
    pad_id = getattr(config, "pad_token_id", None)
    return pad_id if isinstance(pad_id, int) and 0 <= pad_id < size else None


def _pad_id(tokenizer: Loaded) -> int:
    """The id that pads; a tokenizer without one (GPT-2) pads with its end token."""
    if tokenizer.pad_token_id is None:
        substitute = tokenizer.eos_token or tokenizer.unk_token
        if substitute is None:
            raise ModelError(
                "the tokenizer has neither a padding nor an end token; "
                "set tokenizer.pad_token and save it again",
                code="PTM302",
            )
        tokenizer.pad_token = substitute
    pad_id: Loaded = tokenizer.pad_token_id
    return int(pad_id)


def _borders(config: Loaded) -> Borders:
    """What a config says of lengths: no probe could afford to be so long."""
    return Borders(tuple(_longropes(config)), equal_above=_whole_up_to(config))


def _whole_up_to(config: Loaded) -> int | None:
    """The longest text that sees all of itself; longer ones see blocks or chunks.

    Which ones depends on the length of the batch.
    """
    if getattr(config, "attention_type", None) == "block_sparse":  # BigBird
        return (5 + 2 * config.num_random_blocks) * config.block_size
    if config.model_type == "reformer":
        return min(config.local_attn_chunk_length, config.lsh_attn_chunk_length)
    return None


def _longropes(config: Loaded) -> Iterator[int]:
    """Lengths up to which a rotary embedding has one set of factors, and another above.

    A config has parameters of one embedding, or of one for each kind of layer.
    """
    found = getattr(config, "rope_parameters", None)
    if not isinstance(found, dict):
        return
    name = "original_max_position_embeddings"
    for one in (found, *found.values()):
        if isinstance(one, dict) and one.get("rope_type") == "longrope":
            length = one.get(name) or getattr(config, name, None)
            if isinstance(length, int):
                yield length
