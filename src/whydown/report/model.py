"""What an analysis ends in: the incidents, the sessions they belong to, and what could be heard at all."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from whydown.diagnose.incident import Incident
    from whydown.diagnose.traces import Trace
    from whydown.sessions.model import Heard, Session
    from whydown.tally import Tally


@dataclass(frozen=True, slots=True)
class Report:
    """Everything the formats write; `heard` holds every log with IKE lines, also where no session came of it."""

    incidents: tuple[Incident, ...]
    tally: Tally
    sessions: tuple[Session, ...] = ()
    heard: tuple[Heard, ...] = ()
    grammars: str = ""  # the digest of the knowledge that was used
    traces: tuple[Trace, ...] = ()  # why causes that were asked about were not chosen

    def listening(self) -> tuple[Heard, ...]:
        """Return what was heard: `heard`, or what the sessions heard where `heard` was not filled."""
        if self.heard:
            return self.heard
        return tuple(dict.fromkeys(h for session in self.sessions for h in session.hearing.heard))

    def hearing_of(self, incident: Incident) -> tuple[Heard, ...]:
        """Return what was heard of the incident's session; everything that was heard where the session is not known."""
        for session in self.sessions:
            if session.name == incident.session:
                return session.hearing.heard
        return self.listening()
