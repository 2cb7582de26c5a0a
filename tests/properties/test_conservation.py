"""From any bytes to events: no exception but the one that says there is no line, and every line accounted for."""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from whydown.errors import InputError
from whydown.grammar.library import load
from whydown.pipeline import read_events
from whydown.sources.files import Input
from whydown.tally import Tally

if TYPE_CHECKING:
    from pathlib import Path

library = functools.cache(load)

scraps = st.sampled_from(
    [
        b"\n",
        b"\r\n",
        b"#012",
        b"\xff",
        b"\0",
        b"<30>1 2026-11-21T20:40:01Z gw-b charon 7 - - ",
        b'2026-11-21T20:40:01.123Z edge-01 NSX 7 VPN [nsx@6876 comp="nsx-edge" subcomp="iked"] ',
        b"Nov 21 20:40:01 gw-b pluto[7]: ",
        b"Message: Authentication failed (24)",
        b"  Reason:",
        b"Remote ID mismatch",
        b"15[IKE] <site-b|7> received DELETE for IKE_SA site-b[7]",
        b"13[CFG] received proposals: IKE:AES_CBC_256/HMAC_SHA1_96/PRF_HMAC_SHA1/MODP_2048",
        b'"site-b" #7: deleting state (STATE_MAIN_I1) and NOT sending notification',
        b"message repeated 3 times: [ 15[IKE] x]",
        b"last message repeated 3 times",
        b'{"__REALTIME_TIMESTAMP":"1795293601000000","SYSLOG_IDENTIFIER":"charon","MESSAGE":"a\\nb"}',
    ]
)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow], deadline=None)
@given(content=st.lists(scraps | st.binary(max_size=9), max_size=40).map(b"".join), sifted=st.booleans())
def test_every_line_of_any_input_is_counted_once(tmp_path: Path, content: bytes, *, sifted: bool) -> None:
    log = tmp_path / "a.log"
    log.write_bytes((b"Nov 21 20:40:00 gw-b cron[7]: x\n" * 40 if sifted else b"") + content)
    tally = Tally()
    try:
        events = list(read_events([Input(str(log))], library=library(), tally=tally))
    except InputError:
        assert tally.lines == 0
        return
    assert all(event.origins for event in events)
    assert tally.lines + tally.unfolded == (
        tally.other + tally.events + tally.continued + tally.ignored + tally.unknown + tally.repeated + tally.blank
    )
