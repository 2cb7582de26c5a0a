"""The command `whydown grammar`: what it prints and how it ends."""

from __future__ import annotations

from textwrap import dedent
from typing import TYPE_CHECKING

import pytest
from typer.testing import CliRunner, Result

from whydown.cli_grammar import app
from whydown.errors import KnowledgeError, UsageError

if TYPE_CHECKING:
    from pathlib import Path

GRAMMAR = dedent("""\
    grammar tiny
      vendor  Tiny
      usually peer
      app     tinyd
      source  its manual
      prefix  [$subsystem]

    event ike.delete in
      line    received DELETE for $conn[$ike_id]
      from    manual, page 7
      try     received DELETE for site-b[7]
      gives   conn=site-b

    ignore chatter
      line    loaded $*
      assumed from version 2
      try     loaded all
    """)
LINE = "received DELETE for site-b[7]"


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Make a folder with one grammar, the only one there is."""
    monkeypatch.setattr("whydown.grammar.places.shipped_folder", lambda: tmp_path)
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "none"))
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.delenv("WHYDOWN_GRAMMARS", raising=False)
    (tmp_path / "tiny.grammar").write_text(GRAMMAR, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def run(*words: str, given: str = "") -> Result:
    return CliRunner().invoke(app, list(words), input=given)


@pytest.mark.usefixtures("folder")
def test_check_counts_what_is_sound() -> None:
    result = run("check")
    assert (result.exit_code, result.output) == (0, "no problems: 1 grammars, 1 messages, 2 examples\n")


def test_check_asks_no_cache(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (folder / "tiny.reasons").write_text('reason session/x "X"\n  if edge ike.delete\n', encoding="utf-8")
    assert run("try", LINE).exit_code == 0
    monkeypatch.setattr("whydown.grammar.cache.Cache.find", None)
    assert run("check").exit_code == 0
    assert isinstance(run("try", LINE).exception, TypeError)  # which does ask it


def test_check_prints_every_problem_of_every_file_and_exits_1(folder: Path) -> None:
    (folder / "own.grammar").write_text(GRAMMAR.replace("grammar tiny", "grammar own").replace("tinyd", "ownd"))
    wrong = folder / "wrong.txt"
    wrong.write_text("grammar wrong\n  vendr x\n\nevent ike.upp in\n  line  \x1b[31m$nope\n", encoding="utf-8")
    result = run("check", "wrong.txt")
    assert result.exit_code == 1
    codes = [row[6:10] for row in result.output.split("\n") if row.startswith("error[")]
    assert codes == ["G016", "G008", "G014", "G010", "G019", "G020"]
    assert " --> wrong.txt:2:3" in result.output
    assert "\x1b" not in result.output
    assert result.output.endswith("6 problems in 1 of 3 files\n")


def test_a_cause_file_is_checked_with_the_grammars_that_feed_it(folder: Path) -> None:
    (folder / "own.causes").write_text('cause x "y"\n  explain session/peer-sent-delete\n', encoding="utf-8")
    result = run("check")
    assert result.exit_code == 1
    assert "own.causes:2:3" in result.output


CAUSE = """\
cause gone "Gone"
  explains  session/x
  fault     peer
  if        peer ike.delete in as told
  do        Look.
  from      us
  try       ours => none
"""
REASON = 'reason session/x "X"\n  if edge ike.delete in\n'


def codes(output: str) -> list[str]:
    return [row[6:10] for row in output.split("\n") if row.startswith("error[")]


def test_a_block_of_ones_own_may_take_the_place_of_a_shipped_one_but_not_stand_twice(
    folder: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    (folder / "shipped.reasons").write_text(REASON, encoding="utf-8")
    (folder / "shipped.causes").write_text(CAUSE, encoding="utf-8")
    own = tmp_path_factory.mktemp("own")
    (own / "own.causes").write_text(CAUSE, encoding="utf-8")
    assert run("check", str(own)).exit_code == 0
    (own / "again.causes").write_text(CAUSE, encoding="utf-8")
    result = run("check", str(own))
    assert (result.exit_code, codes(result.output)) == (1, ["C021"])
    assert "there are two blocks 'cause gone'" in result.output


def test_what_is_wrong_with_a_status_or_a_vendors_commands_is_told(folder: Path) -> None:
    (folder / "own.status").write_text('status x "X"\n  channel Up\n  problem "Y" no-such-cause\n  from us\n')
    (folder / "own.commands").write_text('commands y "Y"\n  log  show $host\n  from us\n')
    result = run("check")
    assert (result.exit_code, sorted(codes(result.output))) == (1, ["C011", "C022"])


@pytest.mark.usefixtures("folder")
def test_a_missing_file_is_a_usage_error() -> None:
    result = run("check", "nothing.grammar")
    assert isinstance(result.exception, UsageError)
    assert "nothing.grammar cannot be read: No such file or directory." in str(result.exception)


def test_a_file_that_is_no_text_is_refused_in_one_sentence(folder: Path) -> None:
    (folder / "bad.grammar").write_bytes(b"grammar \xff\n")
    result = run("check")
    assert isinstance(result.exception, KnowledgeError)
    assert str(result.exception) == "bad.grammar is no UTF-8 text: byte 8 does not fit. Save it as UTF-8."


@pytest.mark.usefixtures("folder")
def test_try_shows_the_rule_its_source_and_the_fields() -> None:
    result = run("try", "May  4 08:13:20 gw tinyd[7]: [IKE] received DELETE for hq[9]")
    assert result.exit_code == 0
    assert result.output == dedent("""\
        tiny: ike.delete in, by tiny.grammar:9
          line  received DELETE for $conn[$ike_id]
          from  manual, page 7
            subsystem  IKE
            conn       hq
            ike_id     9
        """)


@pytest.mark.usefixtures("folder")
def test_try_reads_standard_input_and_tells_what_is_ignored_and_how_that_is_known() -> None:
    result = run("try", "-", given="\nloaded plugins\nmore\n")
    assert result.exit_code == 0
    assert result.output == dedent("""\
        tiny: ignored by ignore chatter, tiny.grammar:15
          line  loaded $*
          assumed  from version 2
        """)


@pytest.mark.usefixtures("folder")
def test_try_shows_how_far_the_nearest_wording_gets() -> None:
    result = run("try", "received DELETE for \x1bchq of 9")
    assert result.exit_code == 1
    assert result.output == dedent("""\
        no grammar reads this line; the nearest:

        tiny.grammar:9  ike.delete in
          received DELETE for $conn[$ike_id]
          received DELETE for \\x1bchq of 9
                              ^ expected '[' somewhere after this
        """)


@pytest.mark.usefixtures("folder")
def test_try_says_so_when_nothing_is_near() -> None:
    result = run("try", "quite another thing")
    assert result.exit_code == 1
    assert result.output.startswith("no grammar reads this line, and none begins like it")


@pytest.mark.usefixtures("folder")
def test_an_unknown_grammar_is_a_usage_error_with_a_suggestion() -> None:
    result = run("try", "--grammar", "tinny", "x")
    assert isinstance(result.exception, UsageError)
    assert "did you mean 'tiny'?" in str(result.exception)


@pytest.mark.usefixtures("folder")
def test_new_writes_a_block_for_the_grammar_of_the_line() -> None:
    result = run("new", "--from", "May  4 08:13:20 gw tinyd[7]: [IKE] hq[9]: no answer from 10.8.0.1")
    assert result.exit_code == 0
    assert result.stdout == dedent("""\
        event KIND DIRECTION
          line    $conn[$ike_id]: no answer from $remote
          from    FILL IN where it was seen: product and version, or file:line of its source
          try     [IKE] site-b[9]: no answer from 203.0.113.10
          gives   conn=site-b ike_id=9 remote=203.0.113.10
        """)
    assert "whydown: note: this block is for tiny.grammar\n" in result.stderr
    assert "whydown: note: kinds whose words fit: " in result.stderr


@pytest.mark.usefixtures("folder")
def test_new_tells_when_the_line_is_read_already() -> None:
    result = run("new", "--from", "received DELETE for hq[9]")
    assert "note: a grammar reads this line: tiny: ike.delete in, by tiny.grammar:9\n" in result.stderr


@pytest.mark.usefixtures("folder")
@pytest.mark.parametrize("words", [("new", "--from"), ("try",)])
def test_no_secret_of_a_line_is_printed(words: tuple[str, ...]) -> None:
    for line in ("received DELETE with psk = 'hunter2'", "loaded psk = 'hunter2'", "nothing, psk = 'hunter2'"):
        assert "hunter2" not in run(*words, line).output


@pytest.mark.usefixtures("folder")
def test_new_wants_a_line() -> None:
    assert isinstance(run("new", "--from", "-", given="\n").exception, UsageError)


def test_kinds_and_fields_are_listed_with_their_meanings() -> None:
    assert any(row.split("  ")[0] == "ike.delete" and "DELETE" in row for row in run("kinds").output.split("\n"))
    assert any(row.split()[:2] == ["ike_id", "int"] for row in run("fields").output.split("\n"))
    assert "gist" not in [row.split()[0] for row in run("kinds").output.split("\n") if row]


def test_sets_of_kinds_are_listed_with_what_they_stand_for() -> None:
    rows = run("kinds").output.split("\n")
    told = next(n for n, row in enumerate(rows) if row.startswith("new-ike-sa: "))
    assert rows[told + 1] == "  ike.up|ike.rekey"


def test_coverage_counts_seen_and_assumed_wordings_by_vendor(folder: Path) -> None:
    text = GRAMMAR.replace("grammar tiny", "grammar more").replace("  from    manual", "  assumed manual")
    (folder / "more.grammar").write_text(text, encoding="utf-8")
    rows = [row.split() for row in run("coverage").output.split("\n")]
    assert ["kind", "Tiny"] in rows
    assert ["ike.delete", "1+1"] in rows
    assert ["ike.up", "-"] in rows
    assert ["wordings", "assumed", "1"] in rows
    assert ["ignored", "wordings", "2"] in rows


def test_coverage_leaves_a_broken_file_out_and_says_so(folder: Path) -> None:
    (folder / "broken.grammar").write_text("nothing\n", encoding="utf-8")
    result = run("coverage")
    assert result.exit_code == 0
    assert "broken.grammar has 2 problems" in result.output + result.stderr


def test_fmt_lays_files_out_and_check_only_tells(folder: Path) -> None:
    untidy = GRAMMAR.replace("  vendor  Tiny", "    vendor Tiny").replace("  usually", "    usually")
    untidy = untidy.replace("  app ", "    app ").replace("  source", "    source").replace("  prefix", "    prefix")
    (folder / "tiny.grammar").write_text(untidy, encoding="utf-8")
    assert (run("fmt", "--check", ".").exit_code, run("fmt", "--check", ".").output) == (
        1,
        "tiny.grammar would change\n",
    )
    assert (folder / "tiny.grammar").read_text(encoding="utf-8") == untidy
    assert (run("fmt", "tiny.grammar").exit_code, run("fmt", "tiny.grammar").output) == (0, "")
    assert (folder / "tiny.grammar").read_text(encoding="utf-8") == GRAMMAR


def test_fmt_does_not_touch_a_file_whose_layout_does_not_read(folder: Path) -> None:
    (folder / "odd.grammar").write_text("grammar x\n\tvendor y\n", encoding="utf-8")
    result = run("fmt", "odd.grammar")
    assert result.exit_code == 1
    assert "error[G005]" in result.output
    assert (folder / "odd.grammar").read_text(encoding="utf-8") == "grammar x\n\tvendor y\n"
