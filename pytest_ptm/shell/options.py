"""One table of options: command line, environment, ini file and documentation."""

from __future__ import annotations

from typing import Literal

import pytest

Value = str | int | float | bool
Kind = Literal["models", "text", "number", "decimal", "flag", "mode"]


class Option:
    """One setting: its names everywhere, its kind, what the documentation says.

    ``ini`` is off for what only a person may decide: no file can set it, addopts
    neither. ``alone`` is what a "mode" is when it is typed without a value.
    """

    # Plain, since a NamedTuple takes a third of a millisecond to define.
    def __init__(
        self,
        name: str,
        field: str,
        kind: Kind,
        help: str,
        *,
        metavar: str | None = None,
        default: str = "off",
        ini: bool = True,
        negatable: bool = False,
        alone: str | None = None,
    ) -> None:
        self.name, self.field, self.kind = name, field, kind
        self.help, self.metavar, self.default = help, metavar, default
        self.ini, self.negatable, self.alone = ini, negatable, alone

    @property
    def flag(self) -> str:
        """The spelling on the command line."""
        return f"--ptm-{self.name}"

    @property
    def ini_name(self) -> str:
        """The spelling in an ini file."""
        return f"ptm_{self.name.replace('-', '_')}"

    @property
    def env_name(self) -> str:
        """The spelling in the environment."""
        return f"PTM_{self.name.replace('-', '_').upper()}"


OPTIONS = (
    Option(
        "model",
        "models",
        "models",
        "Model to test: [name=]reference[@revision][?key=value]. Repeatable",
        metavar="SPEC",
        default="none",
    ),
    Option(
        "device",
        "device",
        "text",
        "Where models run: auto, cpu, cuda, cuda:N, mps or xpu",
        metavar="DEVICE",
        default="auto",
    ),
    Option(
        "dtype",
        "dtype",
        "text",
        "Number format of the weights: float32, float16, bfloat16, "
        "or auto for the checkpoint's own",
        metavar="DTYPE",
        default="float32",
    ),
    Option(
        "batch-tokens",
        "batch_tokens",
        "number",
        "Tokens in one batch, padding included",
        metavar="N",
        default="1024 on a CPU, 16384 on an accelerator",
    ),
    Option(
        "seed",
        "seed",
        "number",
        "Seed of everything random, 0 included",
        metavar="N",
        default="0",
    ),
    Option(
        "limit",
        "limit",
        "number",
        "Ask at most N examples of each data set, a seeded sample; "
        "every result is marked PARTIAL",
        metavar="N",
        default="all",
    ),
    Option(
        "confidence",
        "confidence",
        "decimal",
        "Judge by one-sided bounds at this confidence, such as 0.95, instead of by the "
        "figure itself",
        metavar="P",
        default="none",
    ),
    Option(
        "early-stop",
        "early_stop",
        "text",
        "Stop asking once a verdict is certain or confident: off, certain, confident",
        metavar="WHEN",
        default="off",
    ),
    Option(
        "max-inconclusive",
        "max_inconclusive",
        "number",
        "Fail a run with more inconclusive verdicts than N, however tests take them",
        metavar="N",
        default="any number",
    ),
    Option(
        "max-xfail",
        "max_xfail",
        "number",
        "Fail a run in which more than N tests that ask a model failed as expected",
        metavar="N",
        default="any number",
    ),
    Option(
        "max-truncated",
        "max_truncated",
        "decimal",
        "Fail a verdict over rows of which more than this share, 0 to 1, was truncated "
        "to what the model can see",
        metavar="SHARE",
        default="any share",
    ),
    Option(
        "adjust",
        "adjust",
        "text",
        "List verdicts reached at a confidence once more, adjusted for there being "
        "several: none or holm; with holm-gate those that are red only if shown bad "
        "are red only if Holm's procedure over all of them says so",
        metavar="HOW",
        default="none",
    ),
    Option(
        "known-failures",
        "known_failures",
        "text",
        "List of the examples that are known to fail: any other that fails in a listed "
        "test makes the run red",
        metavar="PATH",
        default="ptm-known-failures.toml beside the ini file, if it is there",
    ),
    Option(
        "known-failures-update",
        "known_failures_update",
        "mode",
        "Take out of that list what is fixed or gone; =accept adds what is new. "
        "Command line or environment only",
        metavar="accept",
        ini=False,
        alone="remove",
    ),
    Option(
        "against",
        "against",
        "text",
        "The model to compare with, a spec as of --ptm-model: ptm_against, and what "
        "assert_not_worse means without than=",
        metavar="SPEC",
        default="none",
    ),
    Option(
        "baseline",
        "baseline",
        "text",
        "Compare every verdict with the run document in this file",
        metavar="FILE",
        default="none",
    ),
    Option(
        "baseline-update",
        "baseline_update",
        "flag",
        "Write this run to --ptm-baseline, if it is whole. "
        "Command line or environment only",
        ini=False,
    ),
    Option(
        "require",
        "require",
        "flag",
        "Fail tests that have no model instead of skipping them, "
        "and a run that judged nothing",
        default="on where CI is set",
        negatable=True,
    ),
    Option(
        "show-cases",
        "show_cases",
        "number",
        "Worst examples shown with a failure, 0 to 100",
        metavar="N",
        default="5",
    ),
    Option("offline", "offline", "flag", "Take models from disk only, never a hub"),
    Option(
        "trust-remote-code",
        "trust_remote_code",
        "flag",
        "Run Python code that a checkpoint brings along. "
        "Command line or environment only",
        ini=False,
    ),
    Option(
        "allow-pickle",
        "allow_pickle",
        "flag",
        "Read weights from a pickle where there are no safetensors; still by torch's "
        "weights_only. Command line or environment only",
        ini=False,
    ),
    Option(
        "json",
        "json_path",
        "text",
        "Write the run document to this file",
        metavar="PATH",
        default="none",
    ),
    Option(
        "markdown",
        "markdown_path",
        "text",
        "Write the verdicts as Markdown, fit for a comment on a pull request, to this "
        "file",
        metavar="PATH",
        default="none",
    ),
)
BY_FIELD = {option.field: option for option in OPTIONS}


def add_options(parser: pytest.Parser) -> None:
    """Declare every option of the table."""
    group = parser.getgroup("ptm", "behaviour tests of pre-trained models (pytest-ptm)")
    for option in OPTIONS:
        text = f"{option.help} (default: {option.default})"
        dest = f"ptm_{option.field}"
        if option.kind == "flag":
            group.addoption(
                option.flag, action="store_true", dest=dest, default=None, help=text
            )
            if option.negatable:
                group.addoption(
                    f"--no-ptm-{option.name}",
                    action="store_false",
                    dest=dest,
                    help=f"Switch {option.flag} off",
                )
        elif option.kind == "mode":
            group.addoption(
                option.flag,
                nargs="?",
                const=option.alone,
                dest=dest,
                metavar=option.metavar,
                default=None,
                help=text,
            )
        else:
            group.addoption(
                option.flag,
                action="append" if option.kind == "models" else "store",
                dest=dest,
                metavar=option.metavar,
                default=None,
                help=text,
            )
        if option.ini:
            types: dict[str, Literal["linelist", "bool", "string"]] = {
                "models": "linelist",
                "flag": "bool",
            }
            parser.addini(
                option.ini_name,
                text,
                type=types.get(option.kind, "string"),
                default=None,
            )


def markdown_table() -> str:
    """The table of options, as the README and docs/options.md show it."""
    rows = [
        "| option | ini | environment | what it does | default |",
        "|---|---|---|---|---|",
    ]
    for option in OPTIONS:
        value = f"={option.metavar}" if option.metavar else ""
        value = f"[={option.metavar}]" if option.kind == "mode" else value
        negative = f", `--no-ptm-{option.name}`" if option.negatable else ""
        ini = f"`{option.ini_name}`" if option.ini else "none"
        rows.append(
            f"| `{option.flag}{value}`{negative} | {ini} | `{option.env_name}` | "
            f"{option.help} | {option.default} |"
        )
    return "\n".join(rows) + "\n"
