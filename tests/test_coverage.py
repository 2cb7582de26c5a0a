"""docs/coverage.md is what the grammars and causes say: `python -m whydown.report.proof > docs/coverage.md` writes it."""

from __future__ import annotations

from pathlib import Path

from cases import knowledge, library
from whydown.report.proof import page, proofs

PAGE = Path(__file__).parents[1] / "docs" / "coverage.md"


def test_the_page_of_what_is_covered_is_current() -> None:
    written = page(knowledge(), library().grammars)
    assert PAGE.read_text(encoding="utf-8") == written, "python -m whydown.report.proof > docs/coverage.md"


def test_every_cause_can_be_proved_by_logs_that_a_grammar_reads() -> None:
    for name, proof in proofs(knowledge(), library().grammars).items():
        for role in next(iter(proof.values())):
            able = [vendor for vendor, fed in proof.items() if fed[role].fed == fed[role].of]
            assert able, f"no grammar can show what {name} looks for in the log of the {role}"
