"""Slow templates are found, and quick ones are not called slow."""

from __future__ import annotations

import pytest

from whydown.grammar import cost
from whydown.grammar.cost import slow
from whydown.grammar.syntax import read_grammar

HEADER = "grammar x\n  vendor  x\n  usually peer\n  app     x\n  source  x\n"


def slow_ones(template: str, slots: str = "", clause: str = "line") -> list[str]:
    other = "" if clause == "line" else "  line    other words\n"
    text = f"{HEADER}{slots}event ike.up local\n{other}  {clause}    {template}\n  from    a\n  try     b\n"
    grammar, problems = read_grammar(text, "x")
    assert problems == ()
    assert grammar is not None
    return [t.written for t in slow(grammar)]


@pytest.mark.parametrize("clause", ["line", "more"])
@pytest.mark.parametrize(
    "regex",
    [r"[a-z ]*[a-z, ]*[a-z. ]*", r"a*a*a*a*a*", r"[^;]*;?[^;]*;?[^;]*"],
)
def test_repeats_that_share_a_text_are_slow(regex: str, clause: str) -> None:
    template = "refused: ${reason:list}!"
    assert slow_ones(template, f"  slot    list /{regex}/\n", clause) == [template]


@pytest.mark.parametrize("enough", [0.01, 0.02, 0.03])
def test_the_length_at_which_a_machine_has_seen_enough_changes_no_answer(
    monkeypatch: pytest.MonkeyPatch, enough: float
) -> None:
    monkeypatch.setattr(cost, "_ENOUGH", enough)
    assert slow_ones("refused: ${reason:list}!", "  slot    list /[a-z ]*[a-z, ]*/\n")
    assert slow_ones("refused: ${reason:list}!", "  slot    list /[a-z ]*[a-z, ]*[a-z. ]*/\n")
    assert not slow_ones("refused: ${reason:list}!", "  slot    list /[a-z, ]*/\n")


@pytest.mark.parametrize(
    "template",
    [
        "sending packet: from $src[$src_port] to $dst[$dst_port] ($bytes bytes)",
        "$* to $* in $* of $reason at $_ by $error",
        "conn $ts_local===$local<$_...$remote<$_===$ts_remote",
        "IKE peer $local:$local_port $*ID $local_id, $remote_id",
        "received ${reason:No answer|No answer at all|No} $*$$",
    ],
)
def test_templates_of_shipped_types_are_not(template: str) -> None:
    assert slow_ones(template) == []
