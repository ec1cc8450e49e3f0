"""How a connection to Temporal is secured: TLS, a certificate of one's own, an API key.

The SDK reads the variables that all of Temporal's clients know: TEMPORAL_TLS (`true`), TEMPORAL_TLS_SERVER_CA_CERT_PATH,
TEMPORAL_TLS_SERVER_NAME, TEMPORAL_TLS_CLIENT_CERT_PATH and TEMPORAL_TLS_CLIENT_KEY_PATH, TEMPORAL_API_KEY.
"""

from __future__ import annotations

from typing import TypedDict

from temporalio.envconfig import ClientConfig
from temporalio.service import TLSConfig


class Secured(TypedDict):
    """What `Client.connect` is told beside address and namespace."""

    tls: bool | TLSConfig
    api_key: str | None


def secured() -> Secured:
    """As the environment says; without any of it a plain connection. Raises OSError for a file that cannot be read."""
    said = ClientConfig.load_client_connect_config(disable_file=True)
    return Secured(tls=said.get("tls") or False, api_key=said.get("api_key"))
