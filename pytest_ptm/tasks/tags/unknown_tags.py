"""What to type where labels are tags that a model does not have."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from pytest_ptm.datasets.examples import Examples
from pytest_ptm.datasets.tags import parted, scheme_of
from pytest_ptm.ground.display import clip, listed
from pytest_ptm.ground.errors import DataError
from pytest_ptm.tasks.tags.answers import types_of


def no_such_tag(
    examples: Examples, unknown: Mapping[str, int], names: Sequence[str]
) -> DataError:
    """The error of tags, each with the first row that has it; ``names`` are known."""
    tag, row = next(iter(unknown.items()))
    own = types_of(names)
    kinds = sorted({place[1] for each in unknown if (place := parted(each))} - {*own})
    pairs = ", ".join(f"{each!r}: …" for each in (kinds if own else sorted(unknown)))
    if own and set(unknown) <= set(own):
        raise DataError(
            f"{examples.source}: {listed(sorted(unknown))} (first in "
            f"{clip(examples.ids[row], 40)}) are types of entities, and a tag says "
            f"too where in one a word stands: B-{tag} where it begins, I-{tag} inside. "
            "Write the tags so",
            code="PTM206",
        )
    if own and not kinds and all(parted(each) for each in unknown):
        return _of_another_scheme(examples, unknown, names)
    has = f"entities of {listed(own)}" if own else listed(names)
    return DataError(
        f"{examples.source}: {listed(sorted(unknown))} (first in "
        f"{clip(examples.ids[row], 40)}, {tag!r}) are no tags of the model, which has "
        f"{has}. Bring them together with label_map={{{pairs}}}",
        code="PTM206",
    )


def _of_another_scheme(
    examples: Examples, unknown: Mapping[str, int], names: Sequence[str]
) -> DataError:
    """What to type where a model has the types of entities, and not these tags."""
    tag, row = next(iter(unknown.items()))
    inside = [f"I-{each[2:]}" for each in unknown if each.startswith("B-")]
    begins_inside = len(inside) == len(unknown) and {*inside} <= {*names}
    scheme = "IOB1" if begins_inside else scheme_of(names)
    why = (
        "In IOB1 an entity begins with I-, unless it follows one of its type. If the "
        "model was trained so"
        if begins_inside
        else f"If it is of {scheme} and never gives these tags"
    )
    return DataError(
        f"{examples.source}: {listed(sorted(unknown))} (first in "
        f"{clip(examples.ids[row], 40)}, {tag!r}) are no tags of the model, which has "
        f"others of the same entities: {listed(names)}. {why}, say "
        f'tagging(model, scheme="{scheme}")',
        code="PTM206",
    )
