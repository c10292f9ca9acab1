"""What a run was asked to do, checked."""

from __future__ import annotations

import re
from typing import Annotated, Literal

from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    ValidationError,
)

from pytest_ptm.ground.display import clip
from pytest_ptm.ground.errors import SettingsError
from pytest_ptm.ground.shares import meant_share
from pytest_ptm.spec import ModelSpec

_DEVICE = re.compile(r"auto|cpu|mps|(cuda|xpu)(:\d+)?")
Dtype = Literal["float32", "float16", "bfloat16", "auto"]


def _device(value: str) -> str:
    if not _DEVICE.fullmatch(value):
        raise ValueError("expected auto, cpu, cuda, cuda:N, mps or xpu")
    return value


def _update(value: str) -> str:
    if value not in {"remove", "accept"}:
        raise ValueError(
            "expected nothing, or =accept. A word behind it counts as its value: "
            "put it last, or write --ptm-known-failures-update=remove"
        )
    return value


class Settings(BaseModel):
    """The settings of one run; see docs/options.md for where each comes from."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    models: tuple[ModelSpec, ...] = ()
    """Models that tests without a marker run on."""
    named: tuple[ModelSpec, ...] = ()
    """Every model that a marker or ``ptm_load`` may name, those of ``models`` too."""
    device: Annotated[str, AfterValidator(_device)] = "auto"
    dtype: Dtype = "float32"
    batch_tokens: Annotated[int, Field(ge=1)] | None = None
    """Tokens in one batch, padding included; None: what suits the device."""
    seed: Annotated[int, Field(ge=0, lt=2**32)] = 0
    limit: Annotated[int, Field(ge=1)] | None = None
    confidence: Annotated[float, Field(gt=0.5, lt=1)] | None = None
    """Judge by one-sided bounds at this confidence; None: by the figure itself."""
    early_stop: Literal["off", "certain", "confident"] = "off"
    max_inconclusive: Annotated[int, Field(ge=0)] | None = None
    max_xfail: Annotated[int, Field(ge=0)] | None = None
    max_truncated: Annotated[float, Field(ge=0, le=1)] | None = None
    """The share of rows that may be truncated in any verdict; None: any."""
    adjust: Literal["none", "holm", "holm-gate"] = "none"
    """holm-gate: verdicts that are red only if shown bad are red only together."""
    known_failures: str | None = None
    known_failures_update: Annotated[str, AfterValidator(_update)] | None = None
    """"remove": take out of the list what is fixed; "accept": add what is new too."""
    against: ModelSpec | None = None
    """The model that ``ptm_against`` and comparisons without ``than=`` mean."""
    baseline: str | None = None
    """The run document of an earlier run, an absolute path."""
    baseline_update: bool = False
    require: bool = False
    require_asked: bool = False
    """Whether a person typed --ptm-require, rather than CI having set it."""
    show_cases: Annotated[int, Field(ge=0, le=100)] = 5
    offline: bool = False
    trust_remote_code: bool = False
    allow_pickle: bool = False
    json_path: str | None = None
    markdown_path: str | None = None


def no_name_twice(models: tuple[ModelSpec, ...], *, source: str) -> None:
    """Refuse two models of one name: a node id could mean either.

    Raises:
        SettingsError: a name stands twice.
    """
    seen: dict[str, ModelSpec] = {}
    for model in models:
        if model.name in seen:
            raise SettingsError(
                f"{source}: two models have the name {model.name!r} "
                f"({seen[model.name].text} and {model.text}); "
                f"name one: other={model.reference}"
            )
        seen[model.name] = model


def explained(error: ValidationError, names: dict[str, str]) -> SettingsError:
    """A validation error in the options' words; ``names`` maps field to option."""
    first = error.errors()[0]
    field = str(first["loc"][0])
    reason = first["msg"].removeprefix("Value error, ")
    given = first["input"]
    hint = ""
    # Of the options that are shares.
    if isinstance(given, float) and first["type"].startswith("less_than"):
        hint = meant_share(given)
    shown = clip(repr(given), 200)
    return SettingsError(f"{names.get(field, field)} {shown}: {reason}{hint}")
