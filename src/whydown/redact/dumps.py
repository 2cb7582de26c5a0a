"""State dumps with pseudonyms: of JSON only the values that are read, of text every line."""

from __future__ import annotations

import ipaddress
import json
import re
from typing import TYPE_CHECKING, Any, TypeAlias

from whydown.dumps import nsx_json, objects
from whydown.redact import names
from whydown.report.secrets import without_secrets
from whydown.text import printable

if TYPE_CHECKING:
    from collections.abc import Iterator

    from whydown.redact.names import Named
    from whydown.redact.pseudonyms import Pseudonyms

Tree: TypeAlias = str | list[Any]  # of a text itself, of JSON its values

_TEXT_LIMIT = 8 * 1024 * 1024  # bytes, as many as are read
_JSON = re.compile(rb"(?:\xef\xbb\xbf)?\s*[\[{]")
_ADDRESSES = ("ipv4", "ipv6", "local_address", "peer_address", "ip_address")  # may be numbers
_PATHS = ("path", "intent_path", "policy_path")
# What stands in the paths of the Policy API and is no name of the user's.
_STEPS = frozenset(
    {
        *("infra", "global-infra", "orgs", "projects", "vpcs", "tier-0s", "tier-1s", "locale-services", "sessions"),
        *("ipsec-vpn-services", "local-endpoints", "ipsec-vpn-ike-profiles", "ipsec-vpn-tunnel-profiles"),
        *("ipsec-vpn-dpd-profiles", "sites", "enforcement-points"),
    }
)


def read(data: bytes) -> Tree:
    """Return a dump's values, as far as it reads; a secret is not among them."""
    if not _JSON.match(data):
        return data[:_TEXT_LIMIT].decode(errors="surrogateescape")
    try:
        return objects.read(data, nsx_json.KEYS)
    except objects.NotReadError as error:
        return error.roots


def texts(tree: Tree) -> tuple[str, ...]:
    """Return every text of a dump; numbers that are addresses as addresses are written."""
    return tuple(tree.split("\n")) if isinstance(tree, str) else tuple(_told(tree, ""))


def _told(value: Any, key: str) -> Iterator[str]:
    if isinstance(value, dict):
        length = value.get("prefix_length")
        for name, inner in value.items():
            for text in _told(inner, name):
                yield f"{text}/{length}" if name == "ipv4" and isinstance(length, int) else text
    elif isinstance(value, list):
        for inner in value:
            yield from _told(inner, key)
    elif (number := _number(value, key)) is not None:
        yield str(number)
    elif isinstance(value, str):
        yield value


def named(tree: Tree) -> set[Named]:
    """Return the names that JSON tells by its keys."""
    return set() if isinstance(tree, str) else {name for key, text in _leaves(tree, "") for name in _names(key, text)}


def _leaves(value: Any, key: str) -> Iterator[tuple[str, str]]:
    """Yield each text with the key under which it stands."""
    if isinstance(value, dict):
        for name, inner in value.items():
            yield from _leaves(inner, name)
    elif isinstance(value, list):
        for inner in value:
            yield from _leaves(inner, key)
    elif isinstance(value, str) and _number(value, key) is None:
        yield key, value


def _names(key: str, text: str) -> Iterator[Named]:
    if key in _PATHS:
        for step in text.split("/"):
            if step not in _STEPS:
                yield from names.atoms(step, "name")
    elif key == "display_name":
        yield from names.atoms(text, "session")
    elif key in ("id", "local_id", "peer_id", "entity_id"):
        yield from names.atoms(text, "id")


def written(tree: Tree, pseudonyms: Pseudonyms | None) -> str:
    """Return a dump as text, without secrets, and with pseudonyms where these are given."""
    rewrite = without_secrets if pseudonyms is None else pseudonyms.text
    if isinstance(tree, str):
        return "".join(f"{printable(rewrite(line.rstrip(chr(13))))}\n" for line in tree.removesuffix("\n").split("\n"))
    return "".join(json.dumps(_rewritten(root, "", pseudonyms), indent=1) + "\n" for root in tree)


def _rewritten(value: Any, key: str, pseudonyms: Pseudonyms | None) -> Any:
    if isinstance(value, dict):
        return {name: _inside(value, name, pseudonyms) for name in value}
    if isinstance(value, list):
        return [_rewritten(inner, key, pseudonyms) for inner in value]
    if pseudonyms is None:
        return without_secrets(value) if isinstance(value, str) else value
    number = _number(value, key)
    if number is not None:
        other = int(pseudonyms.spots.addresses.of(number))
        return str(other) if isinstance(value, str) else other
    return pseudonyms.text(value) if isinstance(value, str) else value


def _inside(node: dict[str, Any], key: str, pseudonyms: Pseudonyms | None) -> Any:
    """Return one value of an object; an address beside a prefix's length is a network's."""
    value, length = node[key], node.get("prefix_length")
    number = _number(value, key)
    if pseudonyms and key == "ipv4" and number is not None and isinstance(length, int) and 0 <= length <= 32:
        other = int(pseudonyms.spots.addresses.network(number, length))
        return str(other) if isinstance(value, str) else other
    return _rewritten(value, key, pseudonyms)


def _number(value: Any, key: str) -> ipaddress.IPv4Address | None:
    """Return the address that a number under such a key is."""
    if key not in _ADDRESSES or isinstance(value, bool):
        return None
    if isinstance(value, str) and value.isascii() and value.isdigit():
        value = int(value[:11])
    return ipaddress.IPv4Address(value) if isinstance(value, int) and 0 < value < 2**32 else None
