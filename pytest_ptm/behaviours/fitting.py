"""Whether examples, a model and what is asked belong together, and what to type."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from pytest_ptm.datasets.examples import Examples
from pytest_ptm.engine.columns import fields_of
from pytest_ptm.ground.display import clip, listed
from pytest_ptm.ground.errors import ArgumentError
from pytest_ptm.tasks import known_tasks
from pytest_ptm.tasks.task import Task

Instead = Callable[[Task], str]
"""What to say to those who have a model, or examples, of another task."""

_SHOWN = 3

_PROMPTED = frozenset(
    ("fill-mask", "permuted-cloze", "causal-scoring", "text2text-choice")
)
"""Tasks of which a prompt makes classification."""

_ARGUMENTS = frozenset({"choices", "context", "text_pair"})
"""Fields that are no column of their name by themselves; who loads them names it."""


def require_fit(
    model: str,
    can: frozenset[str] | None,
    examples: Examples,
    able: Sequence[Task],
    instead: Instead,
) -> None:
    """Nothing, where some task of ``able`` can be asked of the model about the rows.

    Nothing either where only loading tells; ``can`` are the tasks of its head, None
    where they are not known.

    Raises:
        ArgumentError: the rows are for other tasks than this asks, or than the model
            answers of them.
    """
    if any(task.fits(examples) and (not can or task.name in can) for task in able):
        return
    fitting = [task for task in known_tasks().values() if task.fits(examples)]
    asked = [task for task in able if task.fits(examples)]
    own = [task for task in able if can and task.name in can]
    has = f"{examples.source} has {listed(fields_of(examples))}"
    answers = "" if not can else f"Model {model} answers {listed(sorted(can))}"
    said = "" if asked else "".join(dict.fromkeys(map(instead, fitting)))
    if own and not said:
        why, load = _lacking(own[0], examples, has)
        if not asked:
            raise ArgumentError(f"{why}. Load examples {load}")
        why = f"{why}, for {_few(asked)}. {answers}"
        maker = _maker(can or frozenset(), asked)
        made = f", make a classifier of this one with {maker}" if maker else ""
        raise ArgumentError(f"{why}: {_to_name(asked)}{made}, or load examples {load}")
    if fitting and not asked:
        named = "" if can and can & {*_names(fitting)} else _to_name(fitting)
        to_do = ": ".join(part for part in (answers, named) if part)
        why = f"{has}, for {_few(fitting)}; this asks {_few(able)}{said}"
        raise ArgumentError(f"{why}. {to_do[:1].upper()}{to_do[1:]}")


def _lacking(task: Task, examples: Examples, has: str) -> tuple[str, str]:
    """What a task asks about beside what there is, and how that is to be loaded."""
    missing = task.missing(examples)
    fields = listed(missing or list(task.fields))
    held = [*examples.lists, *examples.images]
    left = [name for name in held if name not in task.fields]
    named = _ARGUMENTS.issuperset(missing)
    how = ", ".join(f"{name}=<column>" for name in missing)
    with_ = f"with load_examples(…, {how})" if named else f"with {fields}"
    load = with_ if missing else f"without {listed(left)}"
    return f"{task.name} asks about {fields}; {has}", load


def advice(
    model: str,
    can: frozenset[str],
    examples: Examples | None,
    able: Sequence[Task],
    instead: Instead,
    why: str,
) -> str:
    """What to ask a model instead that can do none of these tasks, or which to name.

    ``why`` is what was said as it was loaded for one of them.
    """
    tasks = known_tasks()
    held = [tasks[name] for name in sorted(can) if name in tasks]
    if examples is not None:
        able = [task for task in able if task.fits(examples)] or able
        held = [
            task
            for task in held
            if task.fits(examples) and (task.suits is None or task.suits(examples))
        ]
    said = "".join(dict.fromkeys(map(instead, held)))
    answers = f"answers {listed(sorted(can))}" if can else "has a head of no task here"
    asks = f"this asks {_few(able)}"
    # With its head known, what a library says of a load that failed is of no use.
    reason = f" ({clip(why, 200)})" if not can else ""
    named = "" if said else f". {_to_name(able).capitalize()}"
    maker = _maker(can, able)
    if maker and not said:
        named = f". {maker} makes a classifier of it"
    return f"model {model} {answers}; {asks}{said}{named}{reason}"


def _maker(can: frozenset[str], asked: Sequence[Task]) -> str:
    """What makes a classifier of a model that is none; empty where nothing does."""
    names = _names(asked)
    if {"image-embedding", "embedding"} <= can and "image-classification" in names:
        return "zero_shot_images(model, classes)"
    if can & _PROMPTED and "text-classification" in names:
        return "prompted(model, template, words=…)"
    return ""


def _names(tasks: Sequence[Task]) -> list[str]:
    return sorted(task.name for task in tasks)


def _to_name(tasks: Sequence[Task]) -> str:
    return f"name a model of {_few(tasks)}"


def _few(tasks: Sequence[Task]) -> str:
    """Their names; of many, such as all that are asked about texts, some."""
    names = _names(tasks)
    if len(names) <= _SHOWN + 1:
        return listed(names)
    return f"{listed(names[:_SHOWN])} and {len(names) - _SHOWN} more"
