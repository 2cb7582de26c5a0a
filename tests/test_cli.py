"""The command: exit statuses, one clear sentence for bad input, and what goes to which stream."""

from __future__ import annotations

import gzip
import json
import os
import signal
import subprocess
import sys
import unicodedata
from collections.abc import Callable, Iterator
from functools import lru_cache, partial
from pathlib import Path
from typing import NamedTuple

import pytest

from whydown import cli

ROOT = Path(__file__).parents[1]
CASE = ROOT / "sample_logs" / "lab" / "dh-group-differs-strongswan-strongswan"
EDGE, PEER = str(CASE / "edge.log"), str(CASE / "peer.log")
CLEAN = ROOT / "sample_logs" / "lab" / "clean-life-after-invalid-ke-retry-libreswan-strongswan"
PROGRAM = (sys.executable, "-c", "from whydown.cli import main; main()")
ENVIRONMENT = {**os.environ, "PYTHONIOENCODING": "utf-8", "XDG_CONFIG_HOME": "/nonexistent"}


class Done(NamedTuple):
    """How a command ended."""

    returncode: int
    stdout: str
    stderr: str


Run = Callable[..., Done]


@pytest.fixture(scope="session")
def knowledge_once() -> Iterator[None]:
    """Read the shipped grammars and causes once for all tests, not once a command."""
    with pytest.MonkeyPatch.context() as patch:
        for name in ("load_library", "load_knowledge"):
            load = getattr(cli, name)
            shipped = lru_cache(partial(load, None))
            patch.setattr(
                cli, name, lambda further, load=load, shipped=shipped: load(further) if further else shipped()
            )
        patch.setattr(cli, "_die_quietly_on_a_closed_pipe", lambda: None)  # the test runner is to live on
        patch.setenv("XDG_CONFIG_HOME", "/nonexistent")
        yield


@pytest.fixture
def whydown(knowledge_once: None, capfd: pytest.CaptureFixture[str]) -> Run:  # noqa: ARG001
    """Return a function that runs the command in this process, as the installed script would."""

    def run(*words: str) -> Done:
        with pytest.raises(SystemExit) as ended:
            cli.main(words)
        told = capfd.readouterr()
        return Done(int(ended.value.code or 0), told.out, told.err)

    return run


def shell(*words: str, stdin: bytes = b"", **env: str) -> Done:
    """Run the command as a process of its own."""
    done = subprocess.run(
        [*PROGRAM, *words], input=stdin, capture_output=True, check=False, timeout=120, env=ENVIRONMENT | env
    )
    return Done(done.returncode, done.stdout.decode(), done.stderr.decode())


def one_sentence(stderr: str) -> bool:
    """Whether standard error holds no more than a remark or two, and no traceback."""
    return "Traceback" not in stderr and 0 < len(stderr.strip().splitlines()) <= 3


# ------------------------------------------------------------------------------------------------- the main job


def test_a_scan_names_the_parameter_that_differs(whydown: Run) -> None:
    done = whydown("scan", "--edge", EDGE, "--peer", PEER)
    assert done.returncode == 0
    assert done.stdout.startswith("# IPsec session DOWN: No proposal chosen\n")
    assert "MODP_2048" in done.stdout
    assert "MODP_3072" in done.stdout


def test_json_lines_hold_the_incident_and_end_in_the_summary(whydown: Run) -> None:
    done = whydown("scan", "--edge", EDGE, "--peer", PEER, "--format", "jsonl")
    rows = [json.loads(line) for line in done.stdout.splitlines()]
    assert done.returncode == 0
    assert rows[-1]["type"] == "summary"
    assert {row["type"] for row in rows[:-1]} == {"incident"}
    assert rows[0]["cause"]["name"].startswith("dh-group-mismatch")
    assert len(rows[-1]["made_by"]["grammars"]) == 12
    assert sum(rows[-1]["by_source"].values()) == rows[-1]["lines"]


def test_no_incident_is_exit_status_0_and_json_lines_all_the_same(whydown: Run) -> None:
    done = whydown("scan", "--edge", str(CLEAN / "edge.log"), "--peer", str(CLEAN / "peer.log"), "--format", "jsonl")
    assert done.returncode == 0
    assert [json.loads(line)["type"] for line in done.stdout.splitlines()] == ["summary"]


def test_sides_can_be_swapped(whydown: Run) -> None:
    done = whydown("scan", "--edge", PEER, "--peer", EDGE, "--format", "jsonl")
    first = json.loads(done.stdout.splitlines()[0])
    assert first["session"]["edge"]["host"] == "peer-right"
    assert [(d["edge"], d["peer"]) for d in first["differs"]] == [("MODP_3072", "MODP_2048")]


def test_the_initiator_alone_cannot_know_the_parameter_and_asks_for_the_other_log(whydown: Run) -> None:
    done = whydown("scan", "--peer", PEER)
    assert done.returncode == 0
    assert "NO LOG GIVEN" in done.stdout
    assert "## Get next" in done.stdout
    assert "MODP_2048" not in done.stdout


def test_a_log_named_twice_is_read_once_and_on_its_side(whydown: Run) -> None:
    done = whydown("scan", EDGE, "--edge", EDGE, "--peer", PEER, "--format", "jsonl")
    once = whydown("scan", "--edge", EDGE, "--peer", PEER, "--format", "jsonl")
    assert done.stdout == once.stdout
    assert "without --edge or --peer" in done.stderr


def test_standard_input_is_read() -> None:
    done = shell("events", "-", stdin=Path(EDGE).read_bytes())
    assert done.returncode == 0
    assert "-:" in done.stdout


@pytest.mark.skipif(sys.platform == "win32", reason="only sockets can be asked there whether something waits")
@pytest.mark.parametrize("stamp", ["2026-11-21T20:40:01Z", "Nov 21 20:40:01"])
def test_an_event_of_a_live_pipe_is_shown_before_the_next_line_comes(stamp: str) -> None:
    command = [*PROGRAM, "events", "-q", "-"]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=ENVIRONMENT, cwd=ROOT) as running:
        assert running.stdin
        assert running.stdout
        for number in range(3):
            running.stdin.write(f"{stamp} gw charon: 0{number}[IKE] sending DPD request\n".encode())
            running.stdin.flush()
            assert b"dpd.sent" in running.stdout.readline()  # it would wait for ever
        running.stdin.close()
        assert running.stdout.read() == b""
        assert running.wait() == 0


@pytest.mark.parametrize("command", ["scan", "events"])
@pytest.mark.parametrize(
    ("written", "begins"), [("csv", "id,"), ("ecs", '{"@timestamp": "20'), ("ocsf", '{"class_uid": ')]
)
def test_each_format_for_programs_is_a_row_a_thing(whydown: Run, command: str, written: str, begins: str) -> None:
    done = whydown(command, "-q", "--edge", EDGE, "--peer", PEER, "--format", written)
    assert (done.returncode, done.stderr) == (0, "")
    rows = done.stdout.splitlines()
    assert rows[0].startswith(begins)
    assert len(rows) - (written == "csv") == len(
        [
            r
            for r in whydown(command, "-q", "--edge", EDGE, "--peer", PEER, "-f", "jsonl").stdout.splitlines()
            if '"type": "summary"' not in r
        ]
    )


@pytest.mark.parametrize("command", ["scan", "events"])
def test_parquet_goes_to_a_file(whydown: Run, command: str, tmp_path: Path) -> None:
    done = whydown(command, "-q", "--edge", EDGE, "--format", "parquet", "-o", str(tmp_path / "found.parquet"))
    assert (done.returncode, done.stdout) == (0, "")
    held = (tmp_path / "found.parquet").read_bytes()
    assert (held[:4], held[-4:]) == (b"PAR1", b"PAR1")


def test_events_come_one_a_line_in_both_formats(whydown: Run) -> None:
    as_text = whydown("events", "--edge", EDGE).stdout.splitlines()
    as_json = [json.loads(line) for line in whydown("events", "--edge", EDGE, "--format", "jsonl").stdout.splitlines()]
    assert len(as_text) == len(as_json) > 5
    assert {row["side"] for row in as_json} == {"edge"}
    refused = [row for row in as_json if row["kind"] == "proposals.mismatch"]
    assert refused
    assert refused[0]["origins"][0]["source"] == EDGE


def test_unmatched_lists_wordings_with_counts_and_places(whydown: Run, tmp_path: Path) -> None:
    log = tmp_path / "odd.log"
    line = "<30>1 2026-03-04T10:55:16.290000+00:00 gw charon 77 - - 05[IKE] the quick brown fox jumps over {} dogs\n"
    log.write_text("".join(line.format(n) for n in range(3)))
    done = whydown("unmatched", str(log))
    assert done.returncode == 0
    assert "3 lines of known programs" in done.stdout
    assert f"{log}:1" in done.stdout
    assert "whydown grammar new --from" in done.stdout


def test_the_result_goes_to_a_file_whole_or_not_at_all(whydown: Run, tmp_path: Path) -> None:
    target = tmp_path / "found.jsonl"
    done = whydown("scan", "--edge", EDGE, "--peer", PEER, "--format", "jsonl", "-o", str(target))
    assert (done.returncode, done.stdout) == (0, "")
    assert json.loads(target.read_text().splitlines()[-1])["type"] == "summary"
    assert [path.name for path in tmp_path.iterdir()] == ["found.jsonl"]


# --------------------------------------------------------------------------------------------------- fail on


@pytest.mark.parametrize(
    ("words", "status"),
    [
        (["--fail-on", "any"], 1),
        (["--fail-on", "open"], 1),
        (["--fail-on", "No proposal chosen"], 1),
        (["--fail-on", "dh-group-mismatch"], 1),
        (["--fail-on", "psk-mismatch"], 0),
        (["--fail-on", "psk-mismatch,confirmed"], 1),
        ([], 0),
    ],
)
def test_fail_on_exits_1_for_what_it_names_only(whydown: Run, words: list[str], status: int) -> None:
    done = whydown("scan", "--edge", EDGE, "--peer", PEER, "--format", "jsonl", *words)
    assert done.returncode == status
    assert done.stdout


def test_fail_on_refuses_a_name_nobody_knows_and_suggests_one(whydown: Run) -> None:
    done = whydown("scan", "--edge", EDGE, "--fail-on", "psk-mismach")
    assert (done.returncode, done.stdout) == (2, "")
    assert "did you mean 'psk-mismatch'" in done.stderr


# ------------------------------------------------------------------------------------------------- bad usage


@pytest.mark.parametrize(
    "words",
    [
        ["scan"],
        ["scan", "--format", "yaml", EDGE],
        ["scan", "--frobnicate"],
        ["scna"],
        ["scan", EDGE, "--zone", "Europe/Berln"],
        ["scan", EDGE, "--since", "yesterday"],
        ["scan", EDGE, "--grammars", "/nonexistent/grammars"],
        ["explain", "the meaning of life"],
        ["explain"],
        ["scan", "--edge", EDGE, "-o", EDGE],
        ["scan", "--edge", EDGE, "-o", "/nonexistent/folder/out.txt"],
        ["scan", "--edge", EDGE, "--peer", EDGE],
    ],
    ids=lambda words: " ".join(words)[-40:],
)
def test_wrong_usage_is_exit_status_2_and_says_what_is_wrong(whydown: Run, words: list[str]) -> None:
    done = whydown(*words)
    assert done.returncode == 2, done.stderr
    assert done.stdout == ""
    assert "Traceback" not in done.stderr
    assert done.stderr.strip()


def test_a_misspelt_zone_is_corrected(whydown: Run) -> None:
    assert "did you mean 'Europe/Berlin'" in whydown("scan", EDGE, "--zone", "Europe/Berln").stderr


# ------------------------------------------------------------------------------------------------- bad input


def test_a_missing_file_is_exit_status_3(whydown: Run) -> None:
    done = whydown("scan", "--edge", "/nonexistent/edge.log")
    assert (done.returncode, done.stdout) == (3, "")
    assert "/nonexistent/edge.log" in done.stderr
    assert one_sentence(done.stderr)


def test_a_missing_file_beside_a_good_one_is_exit_status_4_and_the_good_one_is_read(whydown: Run) -> None:
    done = whydown("scan", "--edge", EDGE, "--peer", "/nonexistent/peer.log")
    assert done.returncode == 4
    assert done.stdout.startswith("# ")
    assert "/nonexistent/peer.log" in done.stderr


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("empty.log", b""),
        ("blank.log", b"\n\n\n"),
        ("binary.log", bytes(range(256)) * 64),
        ("archive.zip", b"PK\x03\x04" + bytes(64)),
        ("other.log", b"Mar  4 10:55:16 host sshd[77]: Accepted publickey for root\n" * 5),
        ("prose.txt", b"It was a dark and stormy night.\n"),
        ("broken.gz", b"\x1f\x8b\x08\x00nothing that inflates"),
    ],
)
def test_nothing_to_recognise_is_exit_status_3_and_one_sentence(
    whydown: Run, tmp_path: Path, name: str, content: bytes
) -> None:
    log = tmp_path / name
    log.write_bytes(content)
    done = whydown("scan", str(log))
    assert (done.returncode, done.stdout) == (3, ""), done.stderr
    assert one_sentence(done.stderr), done.stderr


def test_an_empty_file_beside_a_good_one_does_no_harm(whydown: Run, tmp_path: Path) -> None:
    (tmp_path / "empty.log").write_bytes(b"")
    done = whydown("scan", "--edge", str(tmp_path / "empty.log"), "--edge", EDGE, "--peer", PEER)
    assert done.returncode in (0, 4)
    assert "MODP_3072" in done.stdout


def test_a_folder_without_logs_is_exit_status_3(whydown: Run, tmp_path: Path) -> None:
    done = whydown("scan", str(tmp_path))
    assert (done.returncode, done.stdout) == (3, "")
    assert one_sentence(done.stderr)


def test_a_folder_is_searched_for_logs(whydown: Run, tmp_path: Path) -> None:
    (tmp_path / "deep").mkdir()
    (tmp_path / "deep" / "charon.log").write_bytes(Path(EDGE).read_bytes())
    done = whydown("scan", "--edge", str(tmp_path), "--format", "jsonl")
    assert done.returncode == 0
    assert json.loads(done.stdout.splitlines()[-1])["events"] > 0


def test_a_truncated_gzip_is_exit_status_4_and_its_beginning_is_analysed(whydown: Run, tmp_path: Path) -> None:
    whole = gzip.compress(Path(EDGE).read_bytes() * 3)
    log = tmp_path / "edge.log.gz"
    log.write_bytes(whole[: len(whole) - 40])
    done = whydown("scan", "--edge", str(log), "--peer", PEER)
    assert done.returncode == 4
    assert done.stdout.startswith("# ")
    assert "edge.log.gz" in done.stderr


def test_a_file_that_may_not_be_read_is_said_to_be_so(whydown: Run, tmp_path: Path) -> None:
    log = tmp_path / "edge.log"
    log.write_bytes(Path(EDGE).read_bytes())
    log.chmod(0)
    if os.access(log, os.R_OK):
        pytest.skip("this user may read everything")
    assert whydown("scan", str(log)).returncode == 3


@pytest.mark.parametrize(
    ("name", "content"),
    [("broken.grammar", "grammar\n  what is this\n"), ("bytes.grammar", b"\xff\xfe\x00grammar".decode("latin-1"))],
)
def test_a_grammar_that_does_not_read_is_exit_status_2_with_its_place(
    whydown: Run, tmp_path: Path, name: str, content: str
) -> None:
    (tmp_path / name).write_bytes(content.encode("latin-1"))
    done = whydown("scan", "--edge", EDGE, "--grammars", str(tmp_path))
    assert (done.returncode, done.stdout) == (2, "")
    assert name in done.stderr
    assert done.stderr.count("error[") <= 3
    assert "Traceback" not in done.stderr


def test_invalid_utf8_and_a_long_line_are_counted_and_the_rest_goes_on(whydown: Run, tmp_path: Path) -> None:
    log = tmp_path / "edge.log"
    log.write_bytes(b"charon \xff\xfe " + b"x" * 200_000 + b"\n" + Path(EDGE).read_bytes())
    done = whydown("scan", "--edge", str(log), "--peer", PEER, "--format", "jsonl")
    rows = [json.loads(line) for line in done.stdout.splitlines()]
    assert done.returncode in (0, 4)
    assert any(row["type"] == "incident" and row["cause"] for row in rows)
    assert rows[-1]["cut"] == 1


# ------------------------------------------------------------------------------------------- hostile and secret


def test_escape_sequences_of_a_log_reach_no_stream(whydown: Run, tmp_path: Path) -> None:
    log = tmp_path / "edge.log"
    attack = b"\x1b]0;owned\x07\x1b[2J\xc2\x9b31m\xe2\x80\xae"
    lines = Path(EDGE).read_bytes().splitlines()
    log.write_bytes(b"\n".join(line + attack for line in lines) + b"\n")
    for words in (["scan"], ["events"], ["unmatched"], ["scan", "--format", "jsonl"], ["events", "--format", "jsonl"]):
        done = whydown(*words, "--edge", str(log))
        acting = {c for c in done.stdout + done.stderr if unicodedata.category(c) in ("Cc", "Cf", "Cs")}
        assert acting <= {"\n"}, words


def test_secrets_of_a_log_are_in_no_output(whydown: Run, tmp_path: Path) -> None:
    log = tmp_path / "edge.log"
    head = "<30>1 2026-03-04T10:55:16.290000+00:00 gw charon 77 - - 05[IKE] "
    secrets = [
        'PSK "canary-secret-1"',
        "secret: canary-secret-2 NO_PROPOSAL_CHOSEN",
        "SK_ei secret => 32 bytes @ 0xca9a5ec3e7",
        "   0: CA 9A 5E C3 E7 00 11 22 33 44 55 66 77 88 99 AA  .^......",
        "xauth password: canary-secret-3 AUTHENTICATION_FAILED 192.0.2.1",
    ]
    log.write_text(Path(EDGE).read_text() + "".join(f"{head}{secret}\n" for secret in secrets))
    for words in (["scan"], ["events"], ["unmatched"], ["scan", "--format", "jsonl"], ["events", "--format", "jsonl"]):
        done = whydown(*words, "--edge", str(log))
        assert "canary" not in done.stdout + done.stderr, words
        assert "CA 9A 5E" not in done.stdout + done.stderr, words


# --------------------------------------------------------------------------------------- streams and behaviour


def test_no_colour_where_nobody_sees_it(whydown: Run) -> None:
    assert "\x1b" not in whydown("scan", "--edge", EDGE, "--peer", PEER).stdout


def test_quiet_says_nothing_beside_the_result(whydown: Run) -> None:
    assert whydown("scan", "--edge", EDGE, "--peer", "/nonexistent/peer.log", "-q").stderr == ""


def test_verbose_counts_the_lines_on_standard_error(whydown: Run) -> None:
    done = whydown("scan", "--edge", EDGE, "-v")
    assert "lines read" in done.stderr
    assert f"{EDGE}: " in done.stderr


def test_a_reader_that_goes_away_is_no_error() -> None:
    with subprocess.Popen([*PROGRAM, "events", EDGE], stdout=subprocess.PIPE, stderr=subprocess.PIPE) as running:
        assert running.stdout
        assert running.stderr
        running.stdout.close()
        assert running.stderr.read() == b""
        assert running.wait(60) in (0, 141, -signal.SIGPIPE)


def test_an_interrupt_is_exit_status_130_without_a_traceback() -> None:
    with subprocess.Popen(
        [*PROGRAM, "events", "-"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    ) as running:
        assert running.stdin
        assert running.stdout
        assert running.stderr
        running.stdin.write(Path(EDGE).read_bytes())
        running.stdin.flush()
        assert running.stdout.readline()  # it reads
        running.send_signal(signal.SIGINT)
        assert running.wait(60) == 130
        assert b"Traceback" not in running.stderr.read()


def test_an_internal_error_is_one_sentence_without_the_logs_text() -> None:
    program = (
        "import whydown.cli as c\n"
        "def broken(*a, **k): raise KeyError('canary from a log')\n"
        "c.load_library = broken\n"
        "c.main()"
    )
    for words, seen in ((["scan", EDGE], False), (["scan", EDGE, "--debug"], True)):
        done = subprocess.run([sys.executable, "-c", program, *words], capture_output=True, text=True, check=False)
        assert done.returncode == 5
        assert done.stdout == ""
        assert "internal error: KeyError" in done.stderr
        assert ("Traceback" in done.stderr) is seen
        assert ("canary" in done.stderr) is seen


def test_the_version_names_the_grammars_and_needs_no_parser(whydown: Run) -> None:
    done = whydown("--version")
    assert done.returncode == 0
    name, version, *_, digest = done.stdout.split()
    assert (name, version[0].isdigit(), len(digest.rstrip(")"))) == ("whydown", True, 12)
    program = "import sys\nfrom whydown.cli import main\ntry: main(['--version'])\nfinally: print(*sys.modules)"
    loaded = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True).stdout.split()
    assert not {"pyparsing", "pandas", "rich.console", "ahocorasick_rs"} & set(loaded)


@pytest.mark.parametrize(
    "spelling", ["No proposal chosen", "no-proposal-chosen", "NO_PROPOSAL_CHOSEN", "noproposalchosen"]
)
def test_explain_takes_a_reason_however_it_is_spelt(whydown: Run, spelling: str) -> None:
    done = whydown("explain", spelling)
    assert done.returncode == 0
    assert done.stdout.startswith("# IPsec session down: No proposal chosen\n")
    assert "dh-group-mismatch" in done.stdout


def test_explain_takes_several_words_without_quotes(whydown: Run) -> None:
    assert whydown("explain", "peer", "not", "responding").stdout.startswith(
        "# IPsec session down: Peer not responding"
    )


def test_explain_tells_a_cause(whydown: Run) -> None:
    done = whydown("explain", "dh-group-mismatch")
    assert done.returncode == 0
    assert "## Do this" in done.stdout


def test_explain_takes_what_the_console_shows(whydown: Run) -> None:
    done = whydown(
        "explain", "--status", "down", "--channel", "negotating", "--tunnel", "IPSec negotiation not started"
    )
    assert done.returncode == 0
    assert done.stdout.startswith("# The console shows: Down / Negotiating / Down (IPsec negotiation not started)\n")


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--status", "Up", "--tunnel", "IKE SA down"], "it differs in: status"),
        (["--tunnel", "purple"], "It has: Down / Negotiating"),
        ([], "Name a reason or a cause, or say what the console shows."),
        (["psk-mismatch", "--status", "Down"], "Name a reason or a cause, or say what the console shows."),
    ],
)
def test_explain_says_what_it_does_not_know(whydown: Run, words: list[str], said: str) -> None:
    done = whydown("explain", *words)
    assert (done.returncode, done.stdout) == (2, "")
    assert said in done.stderr


def test_why_not_shows_each_incident_clause_by_clause(whydown: Run) -> None:
    done = whydown("scan", "--edge", EDGE, "--peer", PEER, "--why-not", "psk-mismatch")
    assert done.returncode == 0
    assert done.stdout.startswith("# IPsec session DOWN: No proposal chosen")
    assert "## psk-mismatch/computed: The pre-shared keys differ" in done.stdout
    assert (
        "if either auth.key_mismatch version!=1 as found\n          no such event, and somebody listened" in done.stdout
    )


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--why-not", "psk-mismach"], "did you mean 'psk-mismatch'"),
        (["--why-not", "psk-mismatch", "--format", "jsonl"], "text only"),
    ],
)
def test_why_not_of_what_there_is_not_is_wrong_usage(whydown: Run, words: list[str], said: str) -> None:
    done = whydown("scan", "--edge", EDGE, *words)
    assert (done.returncode, done.stdout) == (2, "")
    assert said in done.stderr


def test_help_names_every_command_and_the_exit_statuses(whydown: Run) -> None:
    done = whydown("--help")
    assert done.returncode == 0
    for word in ("scan", "events", "explain", "unmatched", "grammar", "Exit status"):
        assert word in done.stdout


@pytest.mark.parametrize("zone", ["UTC", "+02:00", "-0530", "Europe/Berlin"])
def test_zones_are_read_in_every_usual_spelling(whydown: Run, zone: str) -> None:
    assert whydown("events", EDGE, "--zone", zone).returncode == 0
