"""Options: command line beats environment beats ini, and mistakes end the run early."""

import json

import pytest
from ptm_suite import KEYWORD

import pytest_ptm.devices
from pytest_ptm.shell.options import OPTIONS

SHOW_SETTINGS = """
import json, pathlib

def test_show(ptm_settings):
    shown = ptm_settings.model_dump(mode="json")
    pathlib.Path("settings.json").write_text(json.dumps(shown))
"""


@pytest.fixture
def shown(suite, monkeypatch):
    """Run with arguments, environment and ini; the settings a test then sees."""
    suite.makepyfile(test_show=SHOW_SETTINGS)

    def run(*arguments, environment=None, ini=""):
        suite.makeini("[pytest]\n" + ini)
        for name, value in (environment or {}).items():
            monkeypatch.setenv(name, value)
        result = suite.runpytest_inprocess(*arguments)
        assert result.ret == 0, result.stdout.str()
        return json.loads((suite.path / "settings.json").read_text())

    return run


def test_defaults(shown):
    settings = shown()
    assert settings["device"] == "auto"
    assert settings["dtype"] == "float32"
    assert settings["batch_tokens"] is None
    assert settings["seed"] == 0
    assert settings["require"] is False
    assert settings["show_cases"] == 5


EVERY = {
    "device": ("cpu", "auto", "auto"),
    "dtype": ("bfloat16", "float16", "auto"),
    "batch-tokens": (64, 128, 256),
    "seed": (1, 2, 3),
    "limit": (10, 20, 30),
    "show-cases": (1, 2, 3),
    "json": ("a.json", "b.json", "c.json"),
}


def test_the_command_line_beats_the_environment_beats_the_ini(shown):
    by_name = {option.name: option for option in OPTIONS}
    ini = "".join(f"{by_name[n].ini_name} = {v[2]}\n" for n, v in EVERY.items())
    environment = {by_name[n].env_name: str(v[1]) for n, v in EVERY.items()}
    typed = [f"{by_name[n].flag}={v[0]}" for n, v in EVERY.items()]

    from_ini = shown(ini=ini)
    from_environment = shown(ini=ini, environment=environment)
    from_command_line = shown(*typed, ini=ini, environment=environment)
    for name, (line, variable, file) in EVERY.items():
        field = by_name[name].field
        found = (from_command_line[field], from_environment[field], from_ini[field])
        assert found == (line, variable, file), name


def test_flags_are_read_everywhere(shown):
    assert shown("--ptm-offline")["offline"] is True
    assert shown(ini="ptm_offline = true\n")["offline"] is True
    assert shown(environment={"PTM_OFFLINE": "yes"})["offline"] is True
    assert shown(environment={"PTM_OFFLINE": "0"})["offline"] is False


def test_ci_switches_require_on_and_anything_said_wins(shown):
    assert shown(environment={"CI": "true"})["require"] is True
    assert shown("--no-ptm-require")["require"] is False
    assert shown(ini="ptm_require = false\n")["require"] is False
    assert shown(environment={"CI": "false"})["require"] is False


def test_models_of_the_command_line_stand_in_for_those_of_the_ini(shown):
    ini = f"ptm_model =\n  old={KEYWORD}\n  teacher={KEYWORD}?good=fine\n"
    names = [model["name"] for model in shown(ini=ini)["models"]]
    assert names == ["old", "teacher"]

    settings = shown(
        f"--ptm-model=new={KEYWORD}", f"--ptm-model=old={KEYWORD}?good=x", ini=ini
    )
    assert [model["name"] for model in settings["models"]] == ["new", "old"]
    assert [model["name"] for model in settings["named"]] == ["new", "old", "teacher"]
    assert settings["named"][1]["options"] == [["good", "x"]]


def test_models_of_the_environment_are_split_like_a_shell_does(shown):
    settings = shown(
        environment={"PTM_MODEL": f"a={KEYWORD} 'b={KEYWORD}?good=two words'"}
    )
    assert [model["name"] for model in settings["models"]] == ["a", "b"]
    assert settings["models"][1]["options"] == [["good", "two words"]]


def test_a_relative_model_starts_where_it_is_written(suite, shown):
    folder = suite.mkdir("models")
    (folder / "one").mkdir()
    (suite.path / "here").mkdir()
    settings = shown("--ptm-model=./here", ini="ptm_model = one=./models/one\n")
    assert settings["named"][0]["folder"] == str(suite.path / "here")
    assert settings["named"][1]["folder"] == str(folder / "one")


def test_workers_see_the_settings_of_the_controller(suite, monkeypatch):
    monkeypatch.setenv("PTM_SEED", "9")
    # Read by the workers themselves, the seed would be another.
    suite.makeconftest(
        """
        import os

        def pytest_xdist_setupnodes():
            os.environ["PTM_SEED"] = "1"
        """
    )
    suite.makeini(f"[pytest]\nptm_model = a={KEYWORD}\n")
    suite.makepyfile(test_show=SHOW_SETTINGS)
    suite.runpytest_inprocess("-n", "2", "--ptm-limit=3").assert_outcomes(passed=1)
    settings = json.loads((suite.path / "settings.json").read_text())
    assert (settings["seed"], settings["limit"]) == (9, 3)
    assert settings["models"][0]["name"] == "a"


MISTAKES = [
    (
        ("--ptm-device=gpu",),
        "--ptm-device 'gpu': expected auto, cpu, cuda, cuda:N, mps*",
    ),
    (("--ptm-device=cuda:x",), "--ptm-device 'cuda:x': expected auto*"),
    (("--ptm-device=cuda",), "--ptm-device 'cuda' does not exist; found cpu.*"),
    (("--ptm-dtype=int8",), "--ptm-dtype 'int8':*float32*"),
    (("--ptm-batch-tokens=0",), "--ptm-batch-tokens 0:*greater than or equal to 1*"),
    (
        ("--ptm-batch-tokens=many",),
        "--ptm-batch-tokens 'many': expected a whole number",
    ),
    (("--ptm-seed=-1",), "--ptm-seed -1:*"),
    (("--ptm-limit=0",), "--ptm-limit 0:*"),
    (("--ptm-show-cases=101",), "--ptm-show-cases 101:*"),
    (("--ptm-model=a b",), "model spec 'a b': *neither a folder here nor*"),
    (("--ptm-model=",), "model spec '': the reference is empty*"),
    (("--ptm-model=a@b=x/y",), "model spec 'a@b=x/y': the name 'a@b' may hold*"),
    (
        ("--ptm-model=x/y?tusk=1",),
        "*the option 'tusk' is unknown; known: task, sha256*",
    ),
    (("--ptm-model=.@main",), "PTM308 *a folder has no revision; leave out '@main'"),
    (("--ptm-model=onnx:./x",), "*the onnx: backend is not there yet*"),
    (
        ("--ptm-model=x/y", "--ptm-model=z/y"),
        "--ptm-model: two models have the name 'y'*",
    ),
]


@pytest.mark.parametrize(("arguments", "message"), MISTAKES, ids=lambda v: str(v)[:40])
def test_a_mistake_ends_the_run_before_collection(
    suite, monkeypatch, arguments, message
):
    monkeypatch.setattr(pytest_ptm.devices, "available", list)
    suite.makepyfile(test_it="raise RuntimeError('collected')\n")
    result = suite.runpytest_inprocess(*arguments)
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    result.stderr.fnmatch_lines([f"ERROR: {message}"])


def test_a_mistake_in_environment_or_ini_says_where(suite, monkeypatch):
    monkeypatch.setenv("PTM_OFFLINE", "perhaps")
    result = suite.runpytest_inprocess()
    result.stderr.fnmatch_lines(
        ["ERROR: PTM_OFFLINE 'perhaps': expected true or false"]
    )
    monkeypatch.delenv("PTM_OFFLINE")
    suite.makeini("[pytest]\nptm_limit = few\n")
    result = suite.runpytest_inprocess()
    result.stderr.fnmatch_lines(["ERROR: ptm_limit 'few': expected a whole number"])


@pytest.mark.parametrize("name", ["trust-remote-code", "allow-pickle"])
def test_trust_is_never_given_by_a_file(suite, shown, monkeypatch, name):
    flag, field = f"--ptm-{name}", name.replace("-", "_")
    assert shown()[field] is False
    assert shown(flag)[field] is True
    suite.makeini(f"[pytest]\naddopts = {flag}\n")
    result = suite.runpytest_inprocess()
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    result.stderr.fnmatch_lines([f"*{flag} counts only when a person*"])
    suite.makeini("[pytest]\n")
    (suite.path / "typed.txt").write_text(flag)
    assert suite.runpytest_inprocess("@typed.txt").ret == pytest.ExitCode.USAGE_ERROR
    suite.makeini(f"[pytest]\nptm_{field} = true\n")
    assert suite.runpytest_inprocess("--strict-config").ret != 0
    assert shown(environment={f"PTM_{field.upper()}": "1"})[field] is True


@pytest.mark.parametrize("name", ["trust-remote-code", "allow-pickle"])
def test_a_conftest_cannot_give_trust_for_the_person(suite, name):
    suite.makepyfile(test_show=SHOW_SETTINGS)
    suite.makeconftest(
        f"""
        def pytest_load_initial_conftests(early_config): ...
        def pytest_cmdline_main(config):
            config.option.ptm_{name.replace("-", "_")} = True
        """
    )
    result = suite.runpytest_inprocess()
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    result.stderr.fnmatch_lines([f"*--ptm-{name} counts only when a person*"])


def test_what_only_a_person_may_decide_stands_in_the_header_and_the_document(suite):
    suite.makepyfile(test_show=SHOW_SETTINGS)
    result = suite.runpytest_inprocess(
        *("--ptm-allow-pickle", "--ptm-trust-remote-code", "--ptm-json=run.json")
    )
    result.stdout.fnmatch_lines(
        [
            "ptm: --ptm-trust-remote-code: code of checkpoints is run",
            "ptm: --ptm-allow-pickle: weights may be read from a pickle",
        ]
    )
    settings = json.loads((suite.path / "run.json").read_text())["settings"]
    assert (settings["allow_pickle"], settings["trust_remote_code"]) == (True, True)


def test_help_shows_every_option_and_ini_key(suite):
    result = suite.runpytest_inprocess("--help")
    text = result.stdout.str()
    for option in OPTIONS:
        assert option.flag in text
        assert (option.ini_name in text) is option.ini
    assert "--no-ptm-require" in text
