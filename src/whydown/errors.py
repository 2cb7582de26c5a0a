"""What whydown raises: only for misuse, never for bad input (bad input is data and is counted).

WhydownError
├── UsageError     the command or a call was put wrongly              exit status 2
├── InputError     nothing that could be read, or nothing recognised  exit status 3
└── KnowledgeError a grammar or cause file that does not read         exit status 2
"""

from __future__ import annotations

from typing import ClassVar


class WhydownError(Exception):
    """One sentence a user understands, and the next step; `exit_status` is what the command ends with."""

    exit_status: ClassVar[int] = 5

    def __init__(self, message: str, next_step: str = "") -> None:
        """Say what is wrong in `message` and what to do about it in `next_step`."""
        super().__init__(message)
        self.message = message
        self.next_step = next_step

    def __str__(self) -> str:
        return f"{self.message} {self.next_step}".strip()


class UsageError(WhydownError):
    """The command or a call was put wrongly."""

    exit_status = 2


class InputError(WhydownError):
    """Nothing could be read, or nothing in it was recognised."""

    exit_status = 3


class KnowledgeError(WhydownError):
    """A grammar or cause file does not read; the message holds every problem of the file, with positions."""

    exit_status = 2
