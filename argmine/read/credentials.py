"""Credentials: from the environment alone, for one host each, sent there and nowhere else, never shown or kept."""

from __future__ import annotations

import os
from dataclasses import dataclass
from urllib.parse import urlencode, urlsplit


@dataclass(frozen=True, repr=False)
class Credential:
    """A secret for one host, from an environment variable: in a header, or as a parameter of the address."""

    host: str
    variable: str
    header: str = ""
    form: str = "{}"
    parameter: str = ""

    def secret(self) -> str:
        """Return the secret; "" where the variable is not set."""
        return os.environ.get(self.variable, "").strip()


CREDENTIALS: tuple[Credential, ...] = (
    Credential("api.github.com", "GITHUB_TOKEN", header="Authorization", form="Bearer {}"),
    Credential("api.stackexchange.com", "STACKEXCHANGE_KEY", parameter="key"),
    Credential("oauth.reddit.com", "REDDIT_TOKEN", header="Authorization", form="Bearer {}"),
)


def has_credential(host: str) -> bool:
    """Return whether the environment holds a secret for a host."""
    return any(credential.host == host and credential.secret() for credential in CREDENTIALS)


def with_credentials(address: str, granted: dict[str, str]) -> tuple[str, dict[str, str]]:
    """Return the address and headers to ask with; `granted` are Authorization headers by host, got while reading.

    A secret goes over https alone, save to a test server on this machine.
    """
    parts = urlsplit(address)
    host = parts.hostname or ""
    if parts.scheme != "https" and host not in ("127.0.0.1", "localhost"):
        return address, {}
    headers = {"Authorization": granted[host]} if host in granted else {}
    for credential in CREDENTIALS:
        secret = credential.secret()
        if credential.host != host or not secret or not secret.isascii() or not secret.isprintable():
            continue
        if credential.header:
            headers.setdefault(credential.header, credential.form.format(secret))
        else:
            address += ("&" if parts.query else "?") + urlencode({credential.parameter: secret})
    return address, headers


def hide_secrets(message: str, granted: dict[str, str]) -> str:
    """Return a message with every known secret in it as ***."""
    secrets = [credential.secret() for credential in CREDENTIALS]
    secrets += [value.rpartition(" ")[2] for value in granted.values()]
    for secret in secrets:
        if len(secret) > 3:
            message = message.replace(secret, "***")
    return message
