"""How texts are scored: what stands before them, how long ones are cut into windows."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal, Protocol, Self, get_args, runtime_checkable

from pytest_ptm.ground.errors import ArgumentError
from pytest_ptm.ground.whole import whole
from pytest_ptm.tasks.asked_how import AskedHow, settle_whole
from pytest_ptm.tasks.choices.answers import ChoiceScores
from pytest_ptm.tasks.protocol import Payload, Predictor
from pytest_ptm.tasks.task import Task
from pytest_ptm.tasks.token_scores.answers import TokenScores

Masking = Literal["original", "within_word_l2r"]
Order = Literal["left_to_right"] | int
Normalise = Literal["none", "token", "byte"]
MASKINGS: tuple[Masking, ...] = ("original", "within_word_l2r")


@dataclass(frozen=True, slots=True)
class Scoring(AskedHow):
    """How a language model is asked for the tokens of a text; None is the usual way.

    ``bos``: whether a token that begins a text stands before it, so that its first
    token is scored too; usually where the model has one. ``window``: tokens that are
    seen at once, usually as many as the model can see; ``stride``: by how many a window
    of a longer text moves on, usually half a window. ``masking``: of a masked model,
    which tokens are hidden together with the scored one. ``order``: of a permuted
    model, in which the tokens are said, by a seed or from the left. ``normalise``: of
    choices, what the log-probability of each is divided by. ``chat``: whether a context
    is what a user says, in the model's chat template, and the text the answer.

    Raises:
        ArgumentError: one of them is none of that.
    """

    bos: bool | None = None
    window: int | None = None
    stride: int | None = None
    masking: Masking | None = None
    order: Order | None = None
    normalise: Normalise | None = None
    chat: bool | None = None

    def __post_init__(self) -> None:
        for name in ("window", "stride"):
            settle_whole(self, name, least=_LEAST[name])
        if (
            self.window is not None
            and self.stride is not None
            and self.stride >= self.window
        ):
            raise ArgumentError(
                f"stride={self.stride} is not below window={self.window}: the first "
                "token of a window has nothing before it, and would not be scored"
            )
        for name, known in (
            ("masking", MASKINGS),
            ("normalise", get_args(Normalise)),
        ):
            value = getattr(self, name)
            if value is not None and value not in known:
                raise ArgumentError(
                    f"{name}={value!r}: expected one of {', '.join(known)}"
                )
        for name in ("bos", "chat"):
            value = getattr(self, name)
            if value is not None and not isinstance(value, bool):
                raise ArgumentError(f"{name}={value!r}: expected True or False")
        if self.chat and self.bos is not None:
            raise ArgumentError(
                f"bos={self.bos} beside chat=True: what begins a text is the "
                "template's; leave it out"
            )
        if self.order in (None, "left_to_right"):
            return
        seed = whole(self.order)
        if seed is None:
            raise ArgumentError(
                f'order={self.order!r}: expected "left_to_right" or a seed, such as 0'
            )
        object.__setattr__(self, "order", seed)

    def suits(self, task: Task) -> bool:
        """Whether it scores texts, or chooses among them by their scores."""
        return issubclass(task.answers, TokenScores | ChoiceScores)

    def taken_by(self, predictor: Predictor[Payload, Any]) -> Any:  # noqa: ANN401
        """The language model, asked so; None of another model."""
        if not isinstance(predictor, Scorer):
            return None
        return predictor.scoring(self.over(predictor.how))


_LEAST = {"window": 2, "stride": 1}
AS_USUAL = Scoring()


@runtime_checkable
class Scorer(Protocol):
    """A predictor that can score texts in other ways than the usual one."""

    @property
    def how(self) -> Scoring:
        """The settings that it has."""
        ...

    def scoring(self, how: Scoring) -> Self:
        """The same model with these settings: another predictor, another fingerprint.

        Raises:
            ArgumentError: it has no such setting; the message says which it has.
        """
        ...
