"""Secrets in a text, found by how daemons, configurations and tools write them, and a remark in their place.

What is hidden wrongly costs a word; what is shown wrongly cannot be taken back. So each rule hides rather too much,
but for the daemons' own sentences about keys, which name none. Every rule is linear in the length of the text.
"""

from __future__ import annotations

import re
from functools import lru_cache

from ahocorasick_rs import AhoCorasick, MatchKind

HIDDEN = "[secret not shown]"
_OPEN = r"(?!\[secret[ ]not[ ]shown\])"  # what is hidden need not be hidden again
_BYTES = "[bytes not shown]"

# A private key as a file has it, wherever its lines were folded to one; a key that is cut off ends with the text.
_PEM = re.compile(
    r"-----BEGIN [A-Z0-9 ]{0,32}(?:PRIVATE|SECRET|Static) [Kk](?:EY|ey)[^-]{0,16}-----.*?"
    r"(?:-----END [A-Z0-9 ]{0,32}(?:PRIVATE|SECRET|Static) [Kk](?:EY|ey)[^-]{0,16}-----|\Z)",
    re.DOTALL,
)
# scheme://user:password@host
_URL = re.compile(r"((?<![A-Za-z0-9+.-])[A-Za-z][A-Za-z0-9+.-]{1,20}://[^\s:/@\"']{0,128}:)[^\s@\"']{1,256}(?=@)")
_USER = re.compile(rf"(?i)((?<![\w-])(?:-u|--(?:proxy-)?user)[ =]{{1,2}}[\"']?[^\s:\"']{{1,128}}:){_OPEN}[^\s\"']+")
# Headers of HTTP, whole. A cookie has a name; the cookies of IKE are no secret and have none.
_HEADER = re.compile(
    r"(?i)(\bauthorization[\"'\\]{0,3}[ \t]*[:=][ \t]*|\bcookie2?[\"'\\]{0,3}[ \t]*[:=][ \t]*[\"'\\]{0,3}(?=[^\s=;,]{1,128}=)).{1,4096}"
)

_QUOTED = r"\\{1,3}\"[^\"]{0,4096}\"?|\"(?:[^\"\\]|\\.){0,4096}\"?|'(?:[^'\\]|\\.){0,4096}'?"
_NAMES = r"""
    psk|psksecret|psk_?value|pre[-_ ]?shared[-_ ]?(?:key|secret)|shared[-_ ]?(?:key|secret)
    |(?:[a-z0-9]{1,16}[-_]?)?(?:secret(?:[-_]?key)?|passw(?:or)?d|passphrase|pass|pwd|api[-_]?key)
    |[a-z0-9]{1,16}[-_]token|token(?=["'\\]{0,3}[ \t]*=|["'\\])
    |j?session[-_]?id|private[-_]?key|key[-_ ]?material|keymat|(?:encryption|integrity|authentication|crypt)[-_ ]key
    |key[-_]?string|sk_[a-z]{1,2}|skeyid(?:_[a-z])?|enckey|authkey|auth-trunc|aead
"""
# `psk=abc`, `secret: abc`, `"password": "abc"`, `SK_ei => 32 bytes @ 0x..`, `PSK "abc"`: a key's name, then what it is.
_NAMED = re.compile(
    rf"""(?isx)
    (?P<name>(?<![a-z0-9])(?:{_NAMES}))
    (?![ \t:=>"'\\]*\[secret[ ]not[ ]shown\])
    (?P<between>
        ["'\\]{{0,3}}[ \t]*(?:=>|:=|[:=])[ \t]*
        |[ \t]+(?=["']|\\+["]|0x[0-9a-f]{{8}})
        |[ \t]+is[ \t]+(?=["']|\S*\d)
    )
    (?P<value>{_QUOTED}|\d+[ ]bytes(?:[ ]@[ ][0-9a-fx]+)?:?(?:[ :]{{1,4}}[0-9a-f]{{2}}\b)*|(?:[^\s"']*[:=][ \t]+)*[^\s"'&<]+)
    """
)
# `secret = several words`, as a configuration has it: all of the line.
_STATED = re.compile(rf"""(?ix)((?<![a-z0-9])(?:{_NAMES})[ \t]+=[ \t]+){_OPEN}(?!["'\\])[^"'}}\n]+""")
_TAG = re.compile(rf"(?ix)(<(?:[a-z]{{1,16}}:)?(?:{_NAMES})(?:\s[^<>]{{0,128}})?>){_OPEN}[^<]{{1,4096}}")
# ipsec.secrets: `192.0.2.1 : PSK "abc"`, `: RSA gw.key "abc"`
_SECRETS = re.compile(
    rf"""(?ix)
    ((?<!:):[ ]{{0,4}}(?:
        PSK[ ]{{1,4}}(?={_QUOTED}|0[sx]|\S+[ ]*$|[^\s0-9]{{0,64}}[0-9]\S*[A-Za-z]|[^\s]{{0,64}}[A-Za-z]\S*[0-9])
        |(?:RSA|ECDSA|PKCS8|P12|BLISS)[ ]{{1,4}}[^\s"'{{]{{1,256}}[ ]{{1,4}}(?=\\{{0,3}}["'])
        |(?:PIN|EAP|XAUTH|NTLM)[ ]{{1,4}}(?=\\{{0,3}}["'])
    )){_OPEN}(?:{_QUOTED}|\S+)
    """
)
# Configurations of routers, and what pre-shared keys are followed by in them.
_CONFIGURED = re.compile(
    r"""(?ix)
    ((?<![\w-])(?:
        (?:isakmp|ike)[ ]key|key-string|psksecret|pre-shared-key|preshared-key|(?<!of[ ])password|passphrase|(?:eap|xauth)[-_]?pass
        |enable[ ]secret|snmp-server[ ]community
    )[ ]{1,4}(?:(?:[0-9]|ENC|local|remote|hex|hexadecimal|ascii-text|address[ ]\S{1,64}[ ]key)[ ]{1,4}){0,3})
    (?!(?:is|was|for|and|or|of|in|from|not|to|with|has|authentication|mismatch|failed|failure|incorrect|invalid|missing
        |required|changed|expired|successful|successfully|accepted|rejected|found|mode|method|file|prompt)\b)
    (?!(?:[0-9][ ])?\[secret)\\{0,3}["']?(?:
        [^\s"']+["']?(?=$|[ ]*[\r\n]|[ ]+(?:address|hostname|level|encrypted|RO|RW|role)\b)
        |(?=[^\s"']{0,64}[0-9!@#$%^*+])[^\s"']+["']?
    )
    """
)
_X = "[0-9A-Fa-f]"
# A row of a memory dump: `   0: 3F 22 A1 ..`, `| 3f 22 a1 ..`, `00:01:02:..` (a fingerprint is hidden, too).
_DUMP = re.compile(rf"(?<!{_X})(?:(?:{_X}{_X}[ \t]{{1,2}}){{7,}}|(?:{_X}{_X}:){{15,}}){_X}{_X}(?!{_X}).{{0,40}}")
# One long hexadecimal word: an SPI has 16 digits, a UUID 32 with hyphens.
_HEX_WORD = re.compile(rf"(?<!{_X})(?:0[xX]{_X}{{32,}}|{_X}{{40,}})(?!{_X})")
# base64: as ipsec.secrets marks it, a row of a key, and a key's last row.
_MARKED = re.compile(r"(?<![A-Za-z0-9+/])0s[A-Za-z0-9+/]{12,}={0,2}")
_ROW = re.compile(
    r"(?<![A-Za-z0-9+/])(?=[A-Za-z0-9+/]{0,64}?[a-z])(?=[A-Za-z0-9+/]{0,64}?[A-Z])(?=[A-Za-z0-9+/]{0,64}?[0-9])"
    r"(?:[A-Za-z0-9+/]{40,}={0,2}|(?<![^\s])[A-Za-z0-9+/]{16,}={1,2}(?=\s*$))"
)

# Without one of these in it (in small letters) no text holds a secret that is told by its name.
_HINTS = (
    *(
        "psk",
        "secret",
        "passw",
        "passp",
        "pass=",
        "pass:",
        "pass =",
        "pass :",
        'pass"',
        "pass'",
        "pass\\\\",
        "pass>",
        "pass ",
    ),
    *("pwd", "token", "sk_", "aead", "auth-trunc", "skeyid", "keymat", "://", "cookie", "community", "authorization"),
    *(
        f"{word}{gap}key"
        for word in ("shared", "private", "api", "crypt", "enc", "auth")
        for gap in ("", " ", "-", "_")
    ),
    *(f"{word}{gap}key" for word in ("encryption", "integrity", "authentication") for gap in (" ", "-", "_")),
    *(f"key{gap}{word}" for word in ("string", "material") for gap in ("", " ", "-", "_")),
    *("isakmp key", "ike key", "static key", "sessionid", "session_id", "session-id", "-u ", "-u=", "-user ", "-user="),
    *(f": {word} " for word in ("rsa", "ecdsa", "pkcs8", "p12", "bliss", "pin", "eap", "xauth", "ntlm")),
)
_BY_NAME = (
    (_PEM, HIDDEN),
    (_HEADER, rf"\1{HIDDEN}"),
    (_URL, rf"\1{HIDDEN}"),
    (_USER, rf"\1{HIDDEN}"),
    (_SECRETS, rf"\1{HIDDEN}"),
    (_STATED, rf"\1{HIDDEN}"),
    (_NAMED, rf"\g<name>\g<between>{HIDDEN}"),
    (_TAG, rf"\1{HIDDEN}"),
    (_CONFIGURED, rf"\1{HIDDEN}"),
)
_BY_LOOK = (
    (_DUMP, _BYTES),
    (_HEX_WORD, _BYTES),
    (_MARKED, HIDDEN),
    (_ROW, _BYTES),
)


def without_secrets(text: str) -> str:
    """Return text without pre-shared keys, passwords, key material and memory dumps, each replaced by a remark."""
    return _remembered(text) if len(text) <= _SHORT else _hidden(text)


def _hidden(text: str) -> str:
    folded = text.lower() if text.isascii() else text.casefold()
    if _is_hinted(folded):
        for rule, remark in _BY_NAME:
            text = rule.sub(remark, text)
    if len(text) < _SHORTEST:
        return text
    for rule, remark in _BY_LOOK:
        text = rule.sub(remark, text)
    return text


def _is_hinted(folded: str) -> bool:
    """Whether one of the hints stands in a text: one search for all, since nearly every text has none."""
    try:
        return bool(_hinted(folded))
    except UnicodeEncodeError:  # bytes that were no UTF-8 are in no hint
        return bool(_hinted(folded.encode(errors="replace").decode()))


_hinted = AhoCorasick(_HINTS, matchkind=MatchKind.LeftmostFirst).find_matches_as_indexes
_SHORT = 80  # names, hosts and the words of a record come again and again
_SHORTEST = 14  # characters of what shows by its look
_remembered = lru_cache(maxsize=8192)(_hidden)
