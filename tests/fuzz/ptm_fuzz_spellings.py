"""What is typed: specs of models, names of metrics, options, arguments."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from types import SimpleNamespace

from ptm_fuzzing import Target
from ptm_mutants import Plain

import pytest_ptm as ptm
from pytest_ptm import checks
from pytest_ptm import perturbations as changes
from pytest_ptm.backends import parse_spec
from pytest_ptm.ground.errors import ArgumentError
from pytest_ptm.shell.checked_settings import rerun_command, settings_of
from pytest_ptm.shell.configuration import read_raw
from pytest_ptm.shell.options import OPTIONS

TEXTS = [
    {"text": "a good film", "label": "pos", "who": "a"},
    {"text": "a bad film", "label": "neg", "who": "b"},
    {"text": "good", "label": "pos", "who": "b"},
]


def _by_word(texts: list[str]) -> list[list[float]]:
    return [[0.9, 0.1] if "bad" in text else [0.2, 0.8] for text in texts]


CLASSIFIER = ptm.from_function(_by_word, classes=["neg", "pos"])
WRITER = ptm.from_writer(lambda texts: [text.upper() for text in texts])
WRITTEN = [{"text": "yes", "references": ["YES"]}, {"text": "no", "references": "no"}]


def _spec(value: Plain, folder: Path) -> None:
    spec = parse_spec(value, base=folder)
    again = parse_spec(spec.text, base=folder)
    assert again == spec


class _Typed:
    """As much of pytest's config as reading settings needs."""

    def __init__(self, folder: Path, typed: Mapping[str, str], ini: Mapping[str, str]):
        self._typed, self._ini = typed, ini
        self.rootpath, self.inipath = folder, folder / "pytest.ini"
        flags = [f"--ptm-{name}={value}" for name, value in typed.items()]
        self.invocation_params = SimpleNamespace(dir=folder, args=tuple(flags))

    def getoption(self, name: str, default: object = None) -> object:
        found = next(each for each in OPTIONS if f"ptm_{each.field}" == name)
        value = self._typed.get(found.name)
        return [value] if value is not None and found.kind == "models" else value

    def getini(self, name: str) -> object:
        found = next(each for each in OPTIONS if each.ini_name == name)
        value = self._ini.get(found.name)
        return value.splitlines() if value and found.kind == "models" else value


SETTINGS = {
    "model": "a=./a",
    "device": "cpu",
    "dtype": "float32",
    "batch-tokens": "64",
    "seed": "1",
    "limit": "10",
    "confidence": "0.95",
    "early-stop": "off",
    "max-inconclusive": "1",
    "max-xfail": "1",
    "max-truncated": "0.1",
    "adjust": "holm",
    "against": "./b",
    "require": "true",
    "show-cases": "3",
}


def _settings(value: Plain, folder: Path) -> None:
    if not (isinstance(value, list) and len(value) == 2):
        raise ArgumentError("no settings")
    where, given = value
    given = {
        name: text
        for name, text in (given.items() if isinstance(given, dict) else ())
        if isinstance(text, str) and name in SETTINGS and "\x00" not in text
    }
    environ = {
        f"PTM_{name.replace('-', '_').upper()}": text for name, text in given.items()
    }
    typed, ini = ({}, {}) if where == "environ" else (given, {})
    if where == "ini":
        typed, ini = {}, given
    raw = read_raw(_Typed(folder, typed, ini), environ if where == "environ" else {})
    settings = settings_of(raw)
    rerun_command("a.py::b", raw, settings, rootpath=folder, cwd=folder)


def _metric(value: Plain, folder: Path) -> None:
    ptm.evaluate_metric(CLASSIFIER, TEXTS, metric=value)


def _metric_of_texts(value: Plain, folder: Path) -> None:
    ptm.evaluate_metric(WRITER, ptm.load_references(WRITTEN), metric=value)


def _calls(made: Mapping[str, Callable[..., object]]) -> Callable[[Plain, Path], None]:
    """Call one of them with arguments as they are mutated; what Python itself refuses,
    an argument by a name that there is none of, is not of interest."""

    def do(value: Plain, folder: Path) -> None:
        if not (isinstance(value, list) and len(value) == 2):
            raise ArgumentError("no call")
        name, given = value
        if name not in (*made,) or not isinstance(given, dict):
            raise ArgumentError("no call")
        try:
            made[name](**given)
        except TypeError as error:
            if "argument" not in str(error) and "keywords must be" not in str(error):
                raise

    return do


def _invariant(**given: Plain) -> None:
    ptm.evaluate_invariant(CLASSIFIER, TEXTS, **given)


def _under(name: str) -> Callable[..., None]:
    def called(**given: Plain) -> None:
        _invariant(under=getattr(changes, name)(**given))

    return called


def _checked(name: str) -> Callable[..., None]:
    def called(*, words: Plain = None, **given: Plain) -> None:
        of = () if words is None else words if isinstance(words, list) else (words,)
        check = getattr(checks, name)(*of, **given)
        ptm.evaluate_generates(WRITER, ["yes", "no"], expect=check)

    return called


CHANGES = [
    ["typos", {"rate": 0.2}],
    ["typos", {"count": 2, "kinds": ["swap", "drop"]}],
    ["casing", {"to": "upper"}],
    ["punctuation", {"how": "add"}],
]
CHECKS = [
    ["contains", {"words": ["YES"], "ignore_case": True}],
    ["contains_any", {"words": ["YES", "NO"]}],
    ["one_of", {"words": ["YES", "NO"]}],
    ["matches", {"words": "YES?|NO"}],
    ["length", {"at_most": 10, "unit": "words"}],
    ["no_repetition", {}],
    ["valid_json", {}],
    ["written_in", {"words": "Latin"}],
    ["no_copy", {}],
    ["exact_match", {"words": ["YES"], "normalise": "squad"}],
]
SCHEMA = {
    "type": "object",
    "properties": {
        "a": {"type": "string", "pattern": "^x+$"},
        "b": {"$ref": "#/$defs/c"},
    },
    "required": ["a"],
    "$defs": {"c": {"type": "integer", "minimum": 0, "enum": [1, 2]}},
}


def _schema(value: Plain, folder: Path) -> None:
    check = checks.valid_json(schema=value)
    for answer in ('{"a": "x"}', "[1, 2]", "null", "no"):
        ptm.evaluate_generates(ptm.from_writer(_says(answer)), ["x"], expect=check)


def _says(answer: str) -> Callable[[list[str]], list[str]]:
    return lambda texts: [answer] * len(texts)


ASKED = {
    "accuracy": lambda **given: ptm.assert_accuracy(CLASSIFIER, TEXTS, **given),
    "metric": lambda **given: ptm.assert_metric(CLASSIFIER, TEXTS, **given),
    "bias": lambda **given: ptm.assert_bias_gap(
        CLASSIFIER, ptm.load_examples(TEXTS, groups=["who"]), **given
    ),
    "calibrated": lambda **given: ptm.assert_calibrated(CLASSIFIER, TEXTS, **given),
    "invariant": lambda **given: ptm.assert_invariant(
        CLASSIFIER, TEXTS, under=changes.casing("upper"), **given
    ),
    "cost": lambda **given: ptm.assert_cost(CLASSIFIER, TEXTS, **given),
    "not worse": lambda **given: ptm.assert_not_worse(
        CLASSIFIER, TEXTS, than=CLASSIFIER, **given
    ),
    "generates": lambda **given: ptm.assert_generates(WRITER, ["yes"], **given),
}
ARGUMENTS = [
    ["accuracy", {"at_least": 0.5, "label_map": {"pos": "pos", "neg": "neg"}}],
    ["accuracy", {"at_least": 0.5, "confidence": 0.9, "on_inconclusive": "pass"}],
    ["metric", {"metric": "f1", "positive": "pos", "at_least": 0.1}],
    ["metric", {"metric": "log_loss", "at_most": 9.0, "interval": "percentile"}],
    ["bias", {"group": "who", "at_most": 1.0, "min_group_size": 1}],
    ["calibrated", {"at_most": 1.0, "bins": 2, "temperature": 1.5}],
    ["invariant", {"at_most": 1.0, "tolerance": 0.5}],
    ["cost", {"at_most_p95_ms": 10000.0, "warm_up": 1, "passes": 1}],
    ["not worse", {"margin": 0.2}],
    [
        "generates",
        {"expect": [checks.contains("YES")], "at_least": 0.0, "samples": 1, "k": 1},
    ],
]

SPELLINGS = [
    Target(
        "model specs",
        [
            "./models/a",
            "old=./models/2026-10?task=text-classification",
            "owner/model@v1.2",
            f"a=./x?sha256={'ab' * 32}",
            "python:ptm_fakes:keyword?x=y&rate=.5",
        ],
        _spec,
    ),
    Target(
        "settings",
        [[where, SETTINGS] for where in ("typed", "environ", "ini")],
        _settings,
    ),
    Target(
        "metrics",
        ["accuracy", "f1_macro", "log_loss", "ece(bins=2)", "matthews_corrcoef"],
        _metric,
    ),
    Target(
        "metrics of texts",
        [
            "bleu(max_ngram_order=1, lowercase=true)",
            "ter(no_punct=true)",
            "f1",
            "rouge1",
        ],
        _metric_of_texts,
    ),
    Target(
        "changes",
        CHANGES,
        _calls({name: _under(name) for name, _ in CHANGES}),
    ),
    Target(
        "checks",
        CHECKS,
        _calls({name: _checked(name) for name, _ in CHECKS}),
    ),
    Target(
        "schemas",
        [SCHEMA, {"type": ["array", "null"], "items": {"type": "number"}}],
        _schema,
    ),
    Target("arguments", ARGUMENTS, _calls(ASKED)),
]
