"""A Temporal server behind TLS that wants to know who comes: reached with the variables that all its clients know."""

from __future__ import annotations

import asyncio
import ipaddress
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from headgate.errors import CannotStart
from headgate.temporal_server import wait_until_ready
from workflows.client import connect


@dataclass(frozen=True, kw_only=True)
class Papers:
    """The files of somebody's certificate."""

    certificate: Path
    key: Path


def certified(folder: Path, name: str, by: tuple[x509.Certificate, ec.EllipticCurvePrivateKey] | None = None) -> Papers:
    """A certificate for this machine, signed by whoever is named, or by itself."""
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    now = datetime.now(UTC)
    builder = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(by[0].subject if by else subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(hours=1))
        .not_valid_after(now + timedelta(hours=1))
        .add_extension(x509.BasicConstraints(ca=by is None, path_length=None), critical=True)
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]), critical=False)
    )
    made = builder.sign(by[1] if by else key, hashes.SHA256())
    papers = Papers(certificate=folder / f"{name}.crt", key=folder / f"{name}.key")
    papers.certificate.write_bytes(made.public_bytes(serialization.Encoding.PEM))
    papers.key.write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    )
    return papers


def loaded(papers: Papers) -> tuple[x509.Certificate, ec.EllipticCurvePrivateKey]:
    key = serialization.load_pem_private_key(papers.key.read_bytes(), None)
    assert isinstance(key, ec.EllipticCurvePrivateKey)
    return x509.load_pem_x509_certificate(papers.certificate.read_bytes()), key


@asynccontextmanager
async def behind_tls(address: str, server: Papers, authority: Papers) -> AsyncIterator[str]:
    """The address of a door to the server at `address` that lets in who has a certificate of the authority."""
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH, cafile=str(authority.certificate))
    context.load_cert_chain(server.certificate, server.key)
    context.verify_mode = ssl.CERT_REQUIRED
    context.set_alpn_protocols(["h2"])
    host, _, port = address.rpartition(":")

    async def passed_on(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(ConnectionError, ssl.SSLError):
            while data := await reader.read(65536):
                writer.write(data)
                await writer.drain()
        writer.close()

    async def let_in(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        inner_reader, inner_writer = await asyncio.open_connection(host, int(port))
        await asyncio.gather(passed_on(reader, inner_writer), passed_on(inner_reader, writer))

    door = await asyncio.start_server(let_in, "127.0.0.1", 0, ssl=context)
    try:
        yield f"127.0.0.1:{door.sockets[0].getsockname()[1]}"
    finally:
        door.close()


async def test_a_server_that_wants_a_certificate_is_reached_with_one_and_only_so(
    tmp_path: Path, temporal_address: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    authority = certified(tmp_path, "authority")
    server, client = (certified(tmp_path, name, loaded(authority)) for name in ("server", "client"))
    async with behind_tls(temporal_address, server, authority) as address:
        with pytest.raises(CannotStart, match="does not answer"):
            await wait_until_ready(address, seconds=0)
        monkeypatch.setenv("TEMPORAL_TLS_SERVER_CA_CERT_PATH", str(authority.certificate))
        with pytest.raises(CannotStart, match="does not answer"):
            await wait_until_ready(address, seconds=0)
        monkeypatch.setenv("TEMPORAL_TLS_CLIENT_CERT_PATH", str(client.certificate))
        monkeypatch.setenv("TEMPORAL_TLS_CLIENT_KEY_PATH", str(client.key))
        await wait_until_ready(address, seconds=20)
        assert await (await connect(address)).service_client.check_health()
