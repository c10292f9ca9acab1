"""The workflows of docs/ci.md: their structure, and their steps run as they stand."""

import os
import re
import shutil
import subprocess
import sys
import xml.etree.ElementTree as ET
from pathlib import Path

import pytest
import yaml
from ptm_suite import ACCURACY, KEYWORD, REVIEWS

from pytest_ptm.shell.options import OPTIONS

ROOT = Path(__file__).resolve().parent.parent.parent
PAGE = (ROOT / "docs" / "ci.md").read_text(encoding="utf-8")
GITHUB, GITLAB = (
    yaml.safe_load(block)
    for block in re.findall(r"^```yaml\n(.*?)^```", PAGE, re.MULTILINE | re.DOTALL)
)
# YAML 1.1 reads the key `on` as the truth value.
EVENTS = GITHUB[True]
STEPS = GITHUB["jobs"]["model"]["steps"]


def steps(**wanted):
    return [
        step
        for step in STEPS
        if all(word in str(step.get(key, "")) for key, word in wanted.items())
    ]


def test_the_workflow_runs_on_main_and_on_pull_requests_without_secrets():
    assert EVENTS == {"push": {"branches": ["main"]}, "pull_request": None}
    assert "pull_request_target" not in str(GITHUB)
    assert "secrets." not in str(GITHUB)
    assert GITHUB["permissions"] == {"contents": "read", "actions": "read"}


def test_only_the_job_that_runs_no_code_of_the_pull_request_may_write():
    for name, job in GITHUB["jobs"].items():
        may = job.get("permissions", GITHUB["permissions"])
        assert may["contents"] == "read"
        if "write" in may.values():
            assert name == "comment"
            used = [step.get("uses", "") for step in job["steps"]]
            assert not any("checkout" in each or "setup" in each for each in used)
            assert "head.repo.full_name == github.repository" in job["if"]
            assert not any("pytest" in step.get("run", "") for step in job["steps"])


def test_every_action_is_pinned_to_a_version():
    used = [
        step["uses"]
        for job in GITHUB["jobs"].values()
        for step in job["steps"]
        if "uses" in step
    ]
    assert len(used) >= 6
    for each in used:
        assert re.fullmatch(r"actions/[a-z-]+(/[a-z]+)?@v\d+", each), each


def test_no_step_takes_text_of_strangers_into_its_script():
    for job in GITHUB["jobs"].values():
        for step in job["steps"]:
            assert "${{" not in step.get("run", "")


def test_pull_requests_read_the_cache_and_main_alone_writes_it():
    (written,) = steps(uses="actions/cache@")
    (read,) = steps(uses="actions/cache/restore@")
    assert written["if"] == "github.event_name == 'push'"
    assert read["if"] == "github.event_name == 'pull_request'"
    assert written["with"] == read["with"]
    assert GITLAB[".model"]["cache"]["policy"] == "pull"
    assert GITLAB["model-baseline"]["cache"] == {"policy": "pull-push"}
    assert "cache" not in GITLAB["model"]
    (rule,) = GITLAB["model-baseline"]["rules"]
    assert rule["if"] == "$CI_COMMIT_BRANCH == $CI_DEFAULT_BRANCH"


def test_reports_are_kept_also_of_a_red_run_and_the_baseline_of_main():
    reports, baseline = steps(uses="upload-artifact")
    assert reports["if"] == "always()"
    assert reports["with"]["path"] == "reports/"
    assert baseline["if"] == "github.event_name == 'push'"
    assert baseline["with"]["path"] == "baseline/ptm.json"
    assert baseline["with"]["if-no-files-found"] == "error"
    (fetched,) = steps(run="gh run download")
    assert "--branch main --event push" in fetched["run"]
    assert f"--name {baseline['with']['name']}" in fetched["run"]
    template = GITLAB[".model"]["artifacts"]
    assert template["when"] == "always"
    assert template["reports"]["junit"] == "reports/junit.xml"
    assert "baseline/" in GITLAB["model-baseline"]["artifacts"]["paths"]
    assert "job=model-baseline" in GITLAB["model"]["script"][0]


def commands():
    """The steps that call pytest, those of main first: they make the baseline."""
    found = [
        *(step["run"] for step in steps(run="pytest ", name="Test, and keep")),
        *(step["run"] for step in steps(run="pytest ", name="Test, held")),
    ]
    assert len(found) == len(
        [s for s in STEPS if s.get("run", "").startswith("pytest")]
    )
    gitlab = [
        line
        for job in ("model-baseline", "model")
        for line in GITLAB[job]["script"]
        if line.startswith("pytest")
    ]
    assert len(gitlab) == 2
    return {"github": found, "gitlab": gitlab}


def folders(platform):
    """What makes the folders that reports go into."""
    (step,) = steps(run="mkdir")
    (line,) = [each for each in GITLAB[".model"]["before_script"] if "mkdir" in each]
    return {"github": step["run"], "gitlab": line}[platform]


@pytest.mark.parametrize("platform", ["github", "gitlab"])
def test_every_option_of_the_workflows_exists(platform):
    flags = {option.flag for option in OPTIONS}
    for command in commands()[platform]:
        assert set(re.findall(r"--ptm-[a-z-]+", command)) <= flags


@pytest.fixture
def project(pytester, monkeypatch):
    """A project with one test, in the environment of a runner."""
    folder = pytester.path
    (folder / "tests").mkdir()
    (folder / "reviews.py").write_text(REVIEWS)
    (folder / "pytest.ini").write_text("[pytest]\n")
    shims = folder / "bin"
    shims.mkdir()
    # What the step "Install" would have put there.
    (shims / "pytest").write_text(
        f'#!/bin/sh\nexec "{sys.executable}" -m pytest "$@"\n'
    )
    (shims / "pytest").chmod(0o755)
    for name in [each for each in os.environ if each.startswith(("PTM_", "PYTEST_"))]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("PATH", f"{shims}:{os.environ['PATH']}")
    monkeypatch.setenv("PYTHONPATH", f"{ROOT}:{ROOT / 'tests'}:{folder}")
    monkeypatch.setenv("CI", "true")
    monkeypatch.setenv("PTM_MODEL", f"candidate={KEYWORD}")
    return folder


def run(command, folder, **environment):
    shell = shutil.which("bash")
    assert shell
    return subprocess.run(
        [shell, "-e", "-o", "pipefail", "-c", command],
        cwd=folder,
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        check=False,
    )


def test_both_platforms_call_pytest_in_the_same_words():
    assert commands()["gitlab"] == commands()["github"]


# Each is four runs of one command: what GitHub's do, GitLab's do as well.
@pytest.mark.heavy
@pytest.mark.parametrize("platform", ["github", "gitlab"])
def test_the_steps_run_as_they_stand(platform, project):
    on_main, on_request = commands()[platform]
    (project / "tests" / "test_it.py").write_text(ACCURACY.format(bound=0.75))
    runner = {}
    if platform == "github":
        runner = {
            "GITHUB_ACTIONS": "true",
            "GITHUB_WORKSPACE": str(project),
            "GITHUB_STEP_SUMMARY": str(project / "summary.md"),
        }
    assert run(folders(platform), project).returncode == 0
    done = run(on_main, project, **runner)
    assert done.returncode == 0, done.stdout + done.stderr
    assert (project / "baseline" / "ptm.json").exists()
    shutil.rmtree(project / "reports")
    assert run(folders(platform), project).returncode == 0

    done = run(on_request, project, **runner)
    assert done.returncode == 0, done.stdout + done.stderr

    # A worse model is red, and every report says so.
    worse = {**runner, "PTM_MODEL": f"candidate={KEYWORD}?good=bad"}
    done = run(on_request, project, **worse)
    assert done.returncode == 1, done.stdout + done.stderr
    reports = project / "reports"
    assert (reports / "ptm.md").read_text().startswith("## pytest-ptm: RED · 1 failed")
    assert (reports / "ptm.json").exists()
    (failure,) = ET.parse(reports / "junit.xml").iter("failure")
    assert failure.get("message", "").startswith("accuracy 0.2000 < 0.7500")
    if platform == "github":
        assert "::error file=tests/test_it.py,line=6,title=accuracy" in done.stdout
        assert (project / "summary.md").read_text().count("## pytest-ptm: ") == 3
    else:
        assert "::error" not in done.stdout

    # Without its baseline a pull request is not silently uncompared.
    shutil.rmtree(project / "baseline")
    assert run(on_request, project, **runner).returncode == 1


CODES = {
    0: (ACCURACY.format(bound=0.75), ()),
    1: (ACCURACY.format(bound=0.9), ()),
    2: ("from pytest_ptm import load_examples\nload_examples('nowhere.jsonl')\n", ()),
    4: (ACCURACY.format(bound=0.75), ("--ptm-device=nowhere",)),
    5: (ACCURACY.format(bound=0.75), ("-k", "nothing")),
}


@pytest.mark.parametrize("code", CODES)
def test_exit_codes_are_those_of_the_table(code, project, pytester, monkeypatch):
    assert re.search(rf"^\| {code} \|", PAGE, re.MULTILINE)
    source, arguments = CODES[code]
    (project / "tests" / "test_it.py").write_text(source)
    # Outside CI, or nothing collected would be PTM104 as well.
    monkeypatch.setenv("CI", "")
    pytester.syspathinsert(project)
    done = pytester.runpytest_inprocess(*arguments, "tests")
    assert done.ret == code, done.stdout.str() + done.stderr.str()
