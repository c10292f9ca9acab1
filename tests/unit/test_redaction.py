"""What is a secret, what is none, and that no half of one stays."""

import time

import pytest
from _pytest._io.saferepr import saferepr

from pytest_ptm.ground.display import clip, presentable, visible
from pytest_ptm.ground.errors import DataError, ModelError
from pytest_ptm.ground.redaction import read_environment_again, redacted

HUB_TOKEN = "hf_" + "aB3" * 11


@pytest.fixture
def environment(monkeypatch):
    """Set variables, and have them read again now and after the test."""

    def put(**variables):
        for name, value in variables.items():
            monkeypatch.setenv(name, value)
        read_environment_again()

    yield put
    monkeypatch.undo()
    read_environment_again()


@pytest.mark.parametrize(
    "name",
    ["HF_TOKEN", "AWS_SECRET_ACCESS_KEY", "openai_api_key", "DB_PASSWORD", "MYPASSWD"],
)
def test_the_value_of_a_variable_named_like_a_secret_is_taken_out(environment, name):
    environment(**{name: "canary-4711"})
    assert redacted("a canary-4711, CANARY-4711") == "a [redacted], [redacted]"


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("TOKENIZERS_PARALLELISM", "false"),
        ("USE_API_KEY", "1"),
        ("PTM_BATCH_TOKENS", "16384"),
        ("DEPLOY_TOKEN", "   "),
        ("SSH_KEY_PATH", "/usr/bin"),
        ("HARMLESS", "canary-4711"),
    ],
)
def test_a_switch_a_number_a_path_and_any_other_variable_stay(environment, name, value):
    environment(**{name: value})
    text = f"it was {value} and 1, false or /usr/bin"
    assert redacted(text) == text


def test_a_secret_that_is_no_regular_expression_is_found_as_it_is(environment):
    environment(A_TOKEN="a.*(b[c+$^|")
    assert redacted("<a.*(b[c+$^|>") == "<[redacted]>"
    assert redacted("<axx(b[c+$^|>") == "<axx(b[c+$^|>"


def test_of_two_secrets_of_one_beginning_nothing_stays(environment):
    environment(A_TOKEN="canary-47", B_TOKEN="canary-4711-and-more")
    assert redacted("canary-4711-and-more") == "[redacted]"


def test_a_key_of_several_lines_is_found_line_by_line_and_as_python_writes_it(
    environment,
):
    key = "-----BEGIN PRIVATE KEY-----\nMIIEvQIBADANBgkqhkiG9w0B\nshort\n"
    environment(SIGNING_KEY=key)
    for text in (key, f"E   {key.splitlines()[1]}", repr(key)):
        assert "MIIEvQIBADAN" not in redacted(text)


ADDRESSES = [
    ("https://user:hunter2@host/x", "https://[redacted]@host/x"),
    ("https://hunter2@host", "https://[redacted]@host"),
    ("ssh://git:a@b@host/x", "ssh://[redacted]@host/x"),
    ("see https://host/@name", "see https://host/@name"),
    ("?api_key=abc&n=1", "?api_key=[redacted]&n=1"),
    ("x?a=1&auth_token=abc", "x?a=1&auth_token=[redacted]"),
    ("python:m:f?max_tokens=64", "python:m:f?max_tokens=64"),
    ("[?key=value&…]", "[?key=value&…]"),
    (f"Bearer {HUB_TOKEN}.", "Bearer [redacted]."),
    ("hf_short", "hf_short"),
]


@pytest.mark.parametrize(("text", "shown"), ADDRESSES)
def test_what_an_address_says_of_its_user_is_taken_out(text, shown):
    assert redacted(text) == shown


def test_no_half_of_a_secret_is_left_by_cutting_a_text():
    for width in range(1, 60):
        assert "aB3a" not in clip(f"the token {HUB_TOKEN} was given", width)


def test_no_half_of_a_secret_is_left_where_pytest_cut_a_value(environment):
    environment(HF_TOKEN="canary-4711-of-the-hub")
    for text in (
        saferepr(f"{'x' * i}canary-4711-of-the-hub{'y' * 300}", 240) for i in range(230)
    ):
        shown = redacted(text)
        assert not any(half in shown for half in ("canary-4", "ry-4711", "the-hub"))
    assert redacted(f"token={HUB_TOKEN[:9]}...") == "token=[redacted]..."
    assert redacted("wait ... for the canary") == "wait ... for the canary"


@pytest.mark.parametrize("kind", [DataError, ModelError])
def test_an_error_of_ours_holds_no_secret_wherever_it_is_caught(environment, kind):
    environment(HF_TOKEN="canary-4711")
    error = kind("asked with canary-4711\n::stop-commands::x\x1b[2J", code="PTM301")
    assert str(error) == "PTM301 asked with [redacted]\n\\::stop-commands::x\\x1b[2J"
    assert "canary" not in repr(error) + error.message


@pytest.mark.parametrize("show", [redacted, visible, presentable])
def test_showing_a_text_twice_changes_nothing_more(show):
    text = f"::a ##[b {HUB_TOKEN} https://u:p@h \x1b[0m\u202e\ud800"
    assert show(show(text)) == show(text)


@pytest.mark.parametrize(
    "text",
    ["?" + "token" * 12_800, "?&" * 32_000, "://a" * 16_000, "hf_" * 21_334],
    ids=lambda text: text[:8],
)
def test_a_text_made_to_keep_the_search_busy_does_not(text):
    def seconds(length):
        started = time.process_time()
        redacted(text[:length])
        return time.process_time() - started

    # Sixteen times the text takes about sixteen times as long, not 256 times; the
    # quickest of three is what the machine disturbs least.
    short, whole = (min(seconds(n) for _ in range(3)) for n in (4_000, 64_000))
    assert whole < 80 * short
