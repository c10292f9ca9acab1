"""Which task a model is asked: what a test means without saying it.

Those that the behaviour can use, of these the declared one, else those that the rows
suit, that the model can do, whose fields the examples have, and that use most of them;
of what then remains, those that it can be loaded for.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Generic

from pytest_ptm.behaviours.fitting import advice, require_fit
from pytest_ptm.datasets.examples import Examples
from pytest_ptm.ground.display import listed
from pytest_ptm.ground.errors import ArgumentError, ModelError
from pytest_ptm.tasks import find_task, known_tasks
from pytest_ptm.tasks.given import refuse_raw
from pytest_ptm.tasks.protocol import CanDo, Model, P, P_co, Payload, Predictor
from pytest_ptm.tasks.task import Task

AnyModel = Model | Predictor[Payload, P_co]
"""What every ``evaluate_*`` takes first: a handle, or anything that can be asked."""


@dataclass(frozen=True, slots=True)
class Able(Generic[P]):
    """The tasks that a behaviour can use, whose answers are of type ``P``."""

    tasks: tuple[Task, ...]
    instead: Callable[[Task], str] = lambda task: ""
    """What to say to those who have a model of another task."""

    @property
    def names(self) -> list[str]:
        """Their names, sorted."""
        return sorted(task.name for task in self.tasks)

    @contextmanager
    def advising(
        self, model: object, examples: Examples | None = None
    ) -> Generator[None]:
        """Says why a model that can do none of these cannot be loaded for one of them.

        What a library says then is of its classes, and not of the model at hand.

        Raises:
            ModelError: it cannot be loaded.
        """
        try:
            yield
        except ModelError as error:
            can = model.can() if isinstance(model, CanDo) else None
            if can is None or not isinstance(model, Model):
                raise
            # A head that writes is none for rows whose labels are classes.
            suited = () if examples is None else _suited(self.tasks, examples)
            meant = suited or self.tasks
            if can.intersection(task.name for task in meant):
                raise
            said = advice(model.name, can, examples, meant, self.instead, error.message)
            raise ModelError(said, code=error.code) from error

    def require_fit(self, model: AnyModel[P], examples: Examples) -> None:
        """Nothing, where the model may be asked one of these about such examples.

        Raises:
            ArgumentError: examples and model are of different tasks, or neither is of
                one that is asked.
        """
        if not isinstance(model, Model):
            own = frozenset({model.task})
            require_fit(model.card.name, own, examples, self.tasks, self.instead)
            return
        can = model.can() if isinstance(model, CanDo) else None
        if model.task is not None:
            can = frozenset({model.task})
        require_fit(model.name, can, examples, self.tasks, self.instead)


def able_to(
    use: Callable[[Task], bool], *, instead: Callable[[Task], str] = lambda task: ""
) -> Able[Any]:
    """The tasks of which ``use`` says that they can be asked so."""
    able = tuple(task for task in known_tasks().values() if use(task))
    return Able(able, instead)


def answering(answers: type[P]) -> Able[P]:
    """The tasks with answers of this type."""
    return able_to(lambda task: task.answers is answers)


def chosen(model: AnyModel[P], examples: Examples, able: Able[P]) -> Task:
    """The task that this model is asked about these examples.

    Raises:
        ArgumentError: ``model`` is nothing that can be asked; it answers, or is
            declared for, another task; or several remain.
    """
    task = decided(model, able)
    if task is not None or not isinstance(model, Model):
        return task or _own(model, able)
    left = able.tasks if model.task is None else _declared(model.name, model.task, able)
    able.require_fit(model, examples)
    with able.advising(model, examples):
        left = _narrowed(model, examples, left)
    return _only(model.name, left)


def decided(model: AnyModel[P], able: Able[P]) -> Task | None:
    """The task, where no example has to be looked at to know it.

    Raises:
        ArgumentError: ``model`` is nothing that can be asked; it answers, or is
            declared for, another task.
    """
    if not isinstance(model, Model):
        return _own(model, able)
    if model.task is not None:
        declared = _declared(model.name, model.task, able)
        return declared[0] if len(declared) == 1 else None
    left: Sequence[Task] = able.tasks
    # Rows come first where a task says which are its questions.
    if len(left) > 1 and not any(task.suits for task in left):
        left = _can(model, left)
    return left[0] if len(left) == 1 else None


def without_rows(
    model: AnyModel[P], able: Able[P], *, beside: Task | None = None
) -> Task:
    """The task where the rows say nothing of it, because others are made of them.

    A model that is declared for ``beside`` is declared for what is made of its answers.

    Raises:
        ArgumentError: ``model`` is nothing that can be asked; it answers, or is
            declared for, another task; or several remain.
        ModelError: it can be loaded for none of them.
    """
    if not isinstance(model, Model):
        return _own(model, able)
    if model.task is not None and (beside is None or model.task != beside.name):
        return _only(model.name, _declared(model.name, model.task, able))
    left = _can(model, able.tasks)
    return _only(model.name, _loaded(model, left) if len(left) > 1 else left)


def _own(model: object, able: Able[P]) -> Task:
    """The one task of a predictor."""
    refuse_raw(model)
    predictor: Any = model
    if predictor.task not in able.names:
        raise ArgumentError(
            f"model {predictor.card.name} answers {predictor.task!r}; "
            f"this asks {listed(able.names)}{_instead(predictor.task, able)}"
        )
    return find_task(predictor.task)


def _instead(task: str, able: Able[P]) -> str:
    known = known_tasks().get(task)
    if known is None:
        return ""
    made = [each.name for each in able.tasks if each.of == task]
    so = (
        f'. Say task="{made[0]}" where it is made a model, in from_pretrained or '
        "from_encoder"
        if made
        else ""
    )
    return f"{able.instead(known)}{so}"


def _declared(name: str, task: str, able: Able[P]) -> Sequence[Task]:
    """The declared task, and those whose answers are made of its answers.

    Raises:
        ArgumentError: none of them is able.
    """
    declared = find_task(task)
    found = [each for each in able.tasks if declared.name in (each.name, each.of)]
    if not found:
        both = declared.of in able.names
        raise ArgumentError(
            f"model {name} is declared for {task!r}; this asks {listed(able.names)}"
            f"{able.instead(declared)}"
            f"{f'. Declare it for {declared.of!r}, and it can be asked both' * both}"
        )
    return found


def _narrowed(
    model: Model, examples: Examples, tasks: Sequence[Task]
) -> Sequence[Task]:
    """What remains after each step; one that leaves none is left to who is asked.

    A model that can do none of them says best why, as it is loaded; and so does the
    task whose fields the examples lack. Rows come first: texts with a mask are no
    question to a classifier, which would answer them all the same.
    """
    steps: tuple[Callable[[Sequence[Task]], Sequence[Task]], ...] = (
        lambda left: _suited(left, examples, model),
        lambda left: _can(model, left),
        lambda left: [task for task in left if not task.missing(examples)],
        lambda left: _using_most(left, examples),
        lambda left: _loaded(model, left),
    )
    for step in steps:
        if len(tasks) < 2:
            break
        tasks = step(tasks) or tasks
    return tasks


def _can(model: Model, tasks: Sequence[Task]) -> Sequence[Task]:
    can = model.can() if isinstance(model, CanDo) else None
    if can is None:
        return tasks
    names = {task.name for task in tasks}
    # Of one that can do none of them, two of a kind would say the same twice.
    return [task for task in tasks if task.name in can] or [
        task for task in tasks if task.like not in names
    ]


def _loaded(model: Model, tasks: Sequence[Task]) -> Sequence[Task]:
    """Those that the model can be loaded for, where only that tells.

    Raises:
        ModelError: it can be loaded for none of them.
    """
    found: list[Task] = []
    failed: list[ModelError] = []
    for task in tasks:
        try:
            model.predictor(task.name)
        except ModelError as error:
            failed.append(error)
        else:
            found.append(task)
    if not found:
        # What is wrong with the folder is the same whatever it is asked.
        told: dict[str, list[str]] = {}
        for task, error in zip(tasks, failed, strict=True):
            told.setdefault(error.message, []).append(task.name)
        if len(told) == 1:
            raise failed[0]
        why = "; ".join(f"{', '.join(names)}: {each}" for each, names in told.items())
        raise ModelError(
            f"model {model.name} can be asked none of this. {why}", code=failed[0].code
        ) from failed[0]
    return found


def _using_most(tasks: Sequence[Task], examples: Examples) -> Sequence[Task]:
    most = max(len(task.used(examples)) for task in tasks)
    return [task for task in tasks if len(task.used(examples)) == most]


def _suited(
    tasks: Sequence[Task], examples: Examples, model: object = None
) -> Sequence[Task]:
    """Those whose questions the rows plainly are, else those that do not say.

    Where the model can do none of these, those whose questions the rows might be.
    """
    says = [task for task in tasks if task.suits is not None]
    ready = [task for task in says if not task.missing(examples)]
    plainly = [task for task in ready if task.suits and task.suits(examples)]
    if plainly:
        return plainly
    left = [task for task in tasks if task not in says]
    can = model.can() if isinstance(model, CanDo) else None
    if not can or can.intersection(task.name for task in left):
        return left
    return [
        task
        for task in ready
        if task.name in can and task.might and task.might(examples)
    ] or left


def _only(name: str, tasks: Sequence[Task]) -> Task:
    if len(tasks) > 1:
        raise ArgumentError(
            f"model {name}: {listed(sorted(task.name for task in tasks))} could all "
            "answer this; say which with @pytest.mark.ptm(task=…) or ?task=… in the "
            "model's spec"
        )
    return tasks[0]
