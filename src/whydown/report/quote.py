"""How text from a log is shown: nothing a terminal or a ticket acts on, and no secret."""

from __future__ import annotations

import re
from functools import lru_cache

from whydown.text import printable

# `PSK "abc"`, `secret: abc`, `pre-shared key = abc`, `SK_ei => 32 bytes @ 0x..`: a key's name, then what it is.
_NAMED = re.compile(
    r"""(?ix)
    (?P<name>
        (?<![a-z0-9])(?:psk|pre[-_ ]?shared[-_ ]?(?:key|secret)|shared[-_ ]?(?:key|secret)|secret|passw(?:or)?d|passphrase
        |private[-_ ]?key|key[-_ ]?material|keymat|encryption[-_ ]key|integrity[-_ ]key|authentication[-_ ]key
        |sk_[a-z]{1,2}|skeyid(?:_[a-z])?|enckey|authkey|auth-trunc|aead|xauth[-_ ]?pass|eap[-_ ]?pass)
    )
    (?![ \t:=>]*\[secret\ not\ shown\])  # quoted already
    (?P<between>[ \t]*(?:=>|:=|[:=])[ \t]*|[ \t]+(?=["']|0x[0-9a-f]{8}))
    (?P<value>"[^"]{0,4096}"?|'[^']{0,4096}'?|\d+[ ]bytes[ ]@[ ]\S+(?:[ ]{1,4}[0-9a-f]{2}\b)*|(?:[^\s,;"']*[:=][ \t]+)*[^\s,;"']+)
    """
)
# A row of a memory dump: `   0: 3F 22 A1 ..`, `| 3f 22 a1 ..`, `  00 01 02 03  04 05 ..`
_DUMP = re.compile(
    r"(?i)(?:\b[0-9a-f]+:[ \t]+)?(?<![0-9a-f])(?:[0-9a-f]{2}[ \t]{1,2}){7,}[0-9a-f]{2}(?![0-9a-f]).{0,40}"
)
# One long hexadecimal word (an SPI has 16 digits, a UUID 32 with hyphens), or a base64 secret as ipsec.secrets has it.
_HEX_WORD = re.compile(r"(?i)(?<![0-9a-f])(?:0x)?[0-9a-f]{40,}(?![0-9a-f])")
_BASE64_SECRET = re.compile(r"(?<![A-Za-z0-9+/])0s[A-Za-z0-9+/]{12,}={0,2}")

HIDDEN = "[secret not shown]"


def without_secrets(text: str) -> str:
    """Return text without pre-shared keys, passwords, key material and memory dumps, each replaced by a remark."""
    return _remembered(text) if len(text) <= _SHORT else _hidden(text)


def _hidden(text: str) -> str:
    folded = text.lower() if text.isascii() else text.casefold()
    if any(word in folded for word in _WORDS):
        text = _NAMED.sub(lambda m: f"{m['name']}{m['between']}{HIDDEN}", text)
    if len(text) < _SHORTEST_DUMP and "0s" not in text:
        return text
    text = _DUMP.sub("[bytes not shown]", text)
    text = _HEX_WORD.sub("[bytes not shown]", text)
    return _BASE64_SECRET.sub(HIDDEN, text)


_WORDS = ("psk", "key", "secret", "pass", "sk_", "auth-trunc", "aead")  # one of them is in every name of a secret
_SHORTEST_DUMP = 23  # eight bytes with blanks between them
_SHORT = 80  # names, hosts and the words of a record come again and again
_remembered = lru_cache(maxsize=8192)(_hidden)


def quote(text: str) -> str:
    """Return a log's text as it may be shown: on one line, nothing a terminal acts on, no secret."""
    return printable(without_secrets(text)).replace("\t", "    ")


def prose(text: str) -> str:
    """Return text for a sentence of the report: as `quote`, and nothing a ticket's Markdown would load or run."""
    shown = re.sub(r"<(?=[A-Za-z/!?])", "< ", quote(text).replace("](", "] ("))
    return shown.replace("`", "'")


def wire(text: str) -> str:
    r"""Return text for JSON: no secret, and a byte that was no UTF-8 as `\xNN`; other controls JSON itself escapes."""
    shown = without_secrets(text)
    return shown if shown.isascii() else _SURROGATE.sub(lambda m: printable(m[0]), shown)


_SURROGATE = re.compile("[\ud800-\udfff]")
