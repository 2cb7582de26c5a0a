"""Planted secrets: what daemons, configurations and tools write of keys and passwords, each with a canary in it.

No canary is a real secret; each is a word of its own, so that a leak tells where it is from.
"""

from __future__ import annotations

import base64
import hashlib
from typing import NamedTuple


class Planted(NamedTuple):
    """A message, and the texts of which none may ever be shown."""

    message: str
    canaries: tuple[str, ...]


def word(number: int) -> str:
    """Return a password's canary."""
    return f"Zq{number:03}canaryX"


def digits(number: int, count: int = 64) -> str:
    """Return a key's canary in hexadecimal."""
    return (hashlib.sha256(b"canary %d" % number).hexdigest() * 8)[:count]


def letters(number: int, count: int = 64) -> str:
    """Return a key's canary in base64."""
    raw = b"".join(hashlib.sha256(b"canary %d %d" % (number, n)).digest() for n in range(8))
    return base64.b64encode(raw).decode()[:count]


# {} is the password.
PASSWORDS = (
    "psk={}",
    "psk = {}",
    'psk="{}"',
    "psk='{}'",
    'psk=\\"{}\\"',
    'PSK "{}"',
    ': PSK "{}"',
    '192.0.2.1 198.51.100.7 : PSK "{}"',
    '@gw.example %any : PSK "{} and more of it"',
    "%any: PSK {}",
    ': RSA gw.key "{}"',
    ': ECDSA gw.key "{}"',
    ': PKCS8 gw.key "{}"',
    ': P12 gw.p12 "{}"',
    'carol : EAP "{}"',
    'carol : XAUTH "{}"',
    'carol : NTLM "{}"',
    ': PIN "{}"',
    'secret = "{}"',
    "secret = {}",
    "secret = two words {}",
    'ike-branch {{ id = gw.example secret = "{}" }}',
    "secrets {{ ike-1 {{ secret = {} }} }}",
    "pre-shared key: {}",
    "pre-shared-key {}",
    "pre-shared-key local {}",
    "pre-shared-key address 198.51.100.7 key {}",
    'pre-shared-key ascii-text "{}"',
    "Pre-Shared Key : {}",
    "preshared key = {}",
    "presharedkey={}",
    "PreSharedKey: '{}'",
    "psksecret {}",
    "set psksecret {}",
    "set psksecret ENC {}",
    "shared secret: {}",
    "shared_secret={}",
    "sharedsecret={}",
    "crypto isakmp key {} address 198.51.100.7",
    "crypto isakmp key 0 {} hostname gw.example",
    "ikev1 pre-shared-key {}",
    "ikev2 remote-authentication pre-shared-key {}",
    "key-string {}",
    "keystring={}",
    "isakmp_psk={}",
    "connection_psk_secret : {}",
    "vpn_psk: {}",
    "password={}",
    "password: {}",
    "password {}",
    'password "{}"',
    "passwd={}",
    "passwd: {}",
    "pwd={}",
    "passphrase {}",
    "passphrase: '{}'",
    "pass={}",
    "user_password={}",
    "xauth password: {}",
    "xauth_password={}",
    "xauth-pass={}",
    "eap_password={}",
    "eap-pass {}",
    "radius secret: {}",
    "radius_secret={}",
    "secret_key={}",
    "client_secret={}",
    "api_key={}",
    "apikey={}",
    "api-key: {}",
    "x-api-key: {}",
    "access_token={}",
    "auth_token={}",
    "token={}",
    "refresh_token={}",
    "session_token={}",
    "Authorization: Basic {}",
    "Authorization: Bearer {}",
    "authorization: bearer {}",
    'Authorization: Digest username="carol", response="{}"',
    "Proxy-Authorization: Basic {}",
    "Cookie: JSESSIONID={}",
    "Cookie: a=b; session={}; c=d",
    "Set-Cookie: JSESSIONID={}; Path=/; Secure",
    "JSESSIONID={}",
    "X-XSRF-TOKEN: {}",
    "X-Auth-Token: {}",
    "https://carol:{}@nsx.example/api/v1/vpn",
    "https://carol:{}@nsx.example:443",
    "GET http://:{}@192.0.2.1/x",
    "ldap://cn=admin:{}@192.0.2.1",
    "curl -u carol:{} https://nsx.example",
    "curl --user 'carol:{}' https://nsx.example",
    "wget --password={} https://nsx.example",
    "https://nsx.example/api?token={}&x=1",
    "https://nsx.example/api?password={}",
    '{{"psk": "{}"}}',
    '{{"psk":"{}","id":7}}',
    '{{"preshared_key": "{}"}}',
    '{{"pre_shared_key" : "{}"}}',
    '{{"presharedKey": "{}"}}',
    '{{"PSK": "{}"}}',
    '{{"password": "{}"}}',
    '{{"passphrase": "{}"}}',
    '{{"secret": "{}"}}',
    '{{"shared_secret": "{}"}}',
    '{{"token": "{}"}}',
    '{{"private_key": "{}"}}',
    '{{\\"psk\\": \\"{}\\"}}',
    '{{\\"password\\":\\"{}\\"}}',
    "{{'psk': '{}'}}",
    "<psk>{}</psk>",
    "<password>{}</password>",
    "<shared-secret>{}</shared-secret>",
    "psk=>{}",
    "psk:={}",
    "psk is {}",
    "PSK is '{}'",
    "using psk '{}'",
    "loaded PSK secret '{}' for 192.0.2.1",
    "left=192.0.2.1 psk={} right=198.51.100.7",
    "db_password={}",
    "MYSQL_PWD={}",
    "bind password '{}'",
    "tcp-md5 password {}",
    "neighbor 198.51.100.7 password {}",
    "neighbor 198.51.100.7 password 7 {}",
    "enable secret 5 {}",
    "snmp-server community {} RO",
    "private-key={}",
    "Suggestive peer configuration: Pre-shared key: {}",
    "mode=main psk={};ike=aes256",
)
# {} is the key in hexadecimal.
KEYS = (
    "SK_d => 0x{}",
    "SK_ai: {}",
    "SK_ar={}",
    "SK_ei secret => 32 bytes @ 0x7f {}",
    "SK_pi {}",
    "SK_pr secret {}",
    "SKEYID {}",
    "SKEYID_d: {}",
    "SKEYID_a => {}",
    "skeyid_e={}",
    "keymat {}",
    "KEYMAT => {}",
    "ENCRYPTION_KEY: 0x{}",
    "integrity key 0x{}",
    "encryption key: {}",
    "authentication key {}",
    "shared secret => 256 bytes {}",
    "PSK 0x{}",
    ": PSK 0x{}",
    "enc cbc(aes) 0x{}",
    "auth-trunc hmac(sha256) 0x{} 128",
    "aead rfc4106(gcm(aes)) 0x{} 128",
    "private value {}",
    "DH secret {}",
    "g^ir {}",
    "our CHILD SA key {}",
    "| key: {}",
    "crypt key: {}",
)
# {} is the key in base64.
BASE64 = (
    ": PSK 0s{}",
    "secret = 0s{}",
    "psk=0s{}==",
    "-----BEGIN PRIVATE KEY-----\\n{}\\n-----END PRIVATE KEY-----",
    "-----BEGIN RSA PRIVATE KEY-----#012{}#012-----END RSA PRIVATE KEY-----",
    "-----BEGIN EC PRIVATE KEY----- {} -----END EC PRIVATE KEY-----",
    "-----BEGIN OPENSSH PRIVATE KEY----- {}",
    "{}",
    "  {}==",
    "PrivateExponent: 0s{}",
    "Prime1: 0s{}",
    '{{"key": "-----BEGIN PRIVATE KEY-----\\n{}"}}',
    "wireguard PrivateKey = {}",
)
# {} are bytes in hexadecimal, with blanks or colons between.
BYTES = (
    "   0: {}  ?..",
    "|   {}",
    "| {}",
    "SK_ei secret => 32 bytes @ 0x7f6e3c004a10: {}",
    "DH shared secret => 256 bytes: {}",
    "  0000: {}",
    "chunk: {}",
    "private key: {}",
    "    {}",
)


def _spaced(number: int, between: str) -> str:
    raw = digits(number, 32)
    return between.join(raw[i : i + 2] for i in range(0, 32, 2))


def planted() -> list[Planted]:
    """Return every message with its canaries."""
    found = [Planted(text.format(word(n)), (word(n),)) for n, text in enumerate(PASSWORDS)]
    found += [Planted(text.format(digits(n)), (digits(n)[8:24],)) for n, text in enumerate(KEYS, 300)]
    found += [Planted(text.format(letters(n)), (letters(n)[8:24],)) for n, text in enumerate(BASE64, 400)]
    for n, text in enumerate(BYTES, 500):
        for between in (" ", ":", "  "):
            raw = _spaced(n, between)
            found.append(Planted(text.format(raw), (raw[12:30], raw.upper()[12:30])))
    return found
