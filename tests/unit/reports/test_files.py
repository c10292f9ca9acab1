"""Reports take the place of files, and of nothing else (RELIABILITY G16)."""

import contextlib
import os
import socket
import tempfile
from pathlib import Path

import pytest

from pytest_ptm.ground import files
from pytest_ptm.ground.errors import ReportError
from pytest_ptm.ground.files import (
    check_place,
    check_report,
    remove_stale,
    write_whole,
)


@pytest.fixture
def place(tmp_path):
    """Makes the kind of thing asked for; where it stands."""
    with contextlib.ExitStack() as stack:

        def made(kind):
            path = tmp_path / "report"
            if kind == "a pipe":
                os.mkfifo(path)
            elif kind == "a folder":
                path.mkdir()
            else:
                # The path of a socket may not be long.
                folder = stack.enter_context(tempfile.TemporaryDirectory(dir="/tmp"))
                path = Path(folder) / "report"
                bound = stack.enter_context(socket.socket(socket.AF_UNIX))
                bound.bind(str(path))
            return path

        yield made


@pytest.mark.parametrize("does", [remove_stale, lambda path: write_whole(path, "x")])
@pytest.mark.parametrize("is_linked", [False, True], ids=["itself", "a-link-to-it"])
@pytest.mark.parametrize("kind", ["a pipe", "a folder", "a socket"])
def test_what_is_no_file_stays_where_it_is(place, tmp_path, kind, is_linked, does):
    thing = path = place(kind)
    if is_linked:
        path = tmp_path / "link"
        path.symlink_to(thing)
    before = thing.lstat()
    with pytest.raises(ReportError, match=f"it is {kind}; name a file") as caught:
        does(path)
    assert caught.value.code == "PTM105"
    assert thing.lstat() == before
    assert path.is_symlink() is is_linked


def test_devices_are_told_from_files():
    # Only looked at.
    with pytest.raises(ReportError, match="it is a device"):
        check_place(Path("/dev/null"))


def test_the_name_of_a_stream_is_no_file_wherever_it_leads(tmp_path):
    with (tmp_path / "redirected").open("w") as file:
        name = tmp_path / "stdout"
        name.symlink_to(f"/proc/self/fd/{file.fileno()}")
        again = tmp_path / "again"
        again.symlink_to("stdout")
        for path in (name, again):
            with pytest.raises(ReportError, match="a stream of this process"):
                check_place(path)


def test_a_folder_that_is_not_there_is_not_made(tmp_path):
    with pytest.raises(ReportError, match=r"there is no folder .*reprots"):
        write_whole(tmp_path / "reprots" / "run.json", "x")
    assert list(tmp_path.iterdir()) == []


def test_files_and_links_to_files_are_replaced(tmp_path):
    target, path = tmp_path / "precious", tmp_path / "report"
    target.write_text("kept")
    for leads_to in (target, tmp_path / "nowhere"):
        path.unlink(missing_ok=True)
        path.symlink_to(leads_to)
        write_whole(path, "new")
        assert path.read_text() == "new"
        assert not path.is_symlink()
    assert target.read_text() == "kept"
    write_whole(path, "newer")
    remove_stale(path)
    assert [each.name for each in tmp_path.iterdir()] == ["precious"]


def test_what_cannot_be_a_path_is_no_place(tmp_path):
    for name in ("a\0b", "a" * 300):
        with pytest.raises(ReportError, match="could not be written"):
            check_place(tmp_path / name)


def test_nothing_half_written_is_left_where_a_signal_comes_in_between(
    tmp_path, monkeypatch
):
    def interrupted(_):
        raise KeyboardInterrupt

    monkeypatch.setattr(files.os, "fsync", interrupted)
    with pytest.raises(KeyboardInterrupt):
        write_whole(tmp_path / "report", "x")
    assert list(tmp_path.iterdir()) == []


def test_a_file_that_is_no_older_report_is_never_taken_away(tmp_path):
    path = tmp_path / "test_reviews.py"
    mark = r"\{.*ours"
    check_report(path, mark)
    for report in ("", "\n", '{"ours": 1}'):
        path.write_text(report)
        check_report(path, mark)
    path.write_text("def test_it(): pass\n")
    with pytest.raises(ReportError, match="no such report; name another, or take it"):
        check_report(path, mark)
