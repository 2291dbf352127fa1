# SPDX-License-Identifier: MIT
"""Certificates for TLS of boards: an authority of this user's own, and what it vouches for.

Source: RFC 5280; 825 days is what Apple's systems take at most (support.apple.com/103769).
"""

import datetime
import ipaddress
import re
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from upyfw.base.errors import BadInput
from upyfw.base.files import write_atomic
from upyfw.base.paths import cache_dir

_AUTHORITY_DAYS = 3650
_BOARD_DAYS = 825
_NAME = re.compile(
    r"[A-Za-z0-9]([A-Za-z0-9-]*[A-Za-z0-9])?(\.[A-Za-z0-9]([A-Za-z0-9-]*[A-Za-z0-9])?)*"
)
_AUTHORITY = "upyfw's own authority"


def make(names: tuple[str, ...], folder: Path) -> list[Path]:
    """Write cert.pem and key.pem of a board and ca.pem, whom to trust, to folder; their paths.

    names: those that clients use for the board, host names or addresses. Raises BadInput for a
    word that is neither, and if there is a key in folder.
    """
    known = [_alternative(name) for name in names]
    paths = [folder / name for name in ("cert.pem", "key.pem", "ca.pem")]
    if paths[1].exists():
        raise BadInput(f"{paths[1]}: there is a key already", "--to names another folder")
    authority, authority_key = _authority()
    key = ec.generate_private_key(ec.SECP256R1())
    builder = _builder(names[0][:64], authority.subject, key, _BOARD_DAYS)
    builder = builder.add_extension(x509.SubjectAlternativeName(known), critical=False)
    usage = x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH])
    builder = builder.add_extension(usage, critical=False)
    above = x509.AuthorityKeyIdentifier.from_issuer_public_key(authority_key.public_key())
    builder = builder.add_extension(above, critical=False)
    constraints = x509.BasicConstraints(ca=False, path_length=None)
    board = builder.add_extension(constraints, critical=True).sign(authority_key, hashes.SHA256())
    folder.mkdir(parents=True, exist_ok=True)
    _write_key(paths[1], key)
    write_atomic(paths[0], board.public_bytes(serialization.Encoding.PEM))
    write_atomic(paths[2], authority.public_bytes(serialization.Encoding.PEM))
    return paths


def _alternative(name: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ipaddress.ip_address(name))
    except ValueError:
        if not _NAME.fullmatch(name):
            raise BadInput(f"{name}: neither a host name nor an address") from None
        return x509.DNSName(name)


def _builder(
    name: str, issuer: x509.Name, key: ec.EllipticCurvePrivateKey, days: int
) -> x509.CertificateBuilder:
    # a board's clock may be behind
    start = datetime.datetime.now(datetime.UTC) - datetime.timedelta(days=1)
    return (
        x509.CertificateBuilder()
        .subject_name(_named(name))
        .issuer_name(issuer)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(start)
        .not_valid_after(start + datetime.timedelta(days=days))
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
    )


def _signs() -> x509.KeyUsage:
    """The use of an authority's key: it signs certificates, and nothing else."""
    rest = ("digital_signature", "content_commitment", "key_encipherment", "data_encipherment")
    rest += ("key_agreement", "crl_sign", "encipher_only", "decipher_only")
    return x509.KeyUsage(key_cert_sign=True, **dict.fromkeys(rest, False))


def _named(name: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])


def _authority() -> tuple[x509.Certificate, ec.EllipticCurvePrivateKey]:
    """The certificate and key of this user's authority, made at first use."""
    folder = cache_dir() / "tls"
    certificate_path, key_path = folder / "ca.pem", folder / "ca-key.pem"
    if not certificate_path.exists():
        folder.mkdir(parents=True, exist_ok=True)
        key = ec.generate_private_key(ec.SECP256R1())
        builder = _builder(_AUTHORITY, _named(_AUTHORITY), key, _AUTHORITY_DAYS)
        constraints = x509.BasicConstraints(ca=True, path_length=0)
        builder = builder.add_extension(_signs(), critical=True)
        made = builder.add_extension(constraints, critical=True).sign(key, hashes.SHA256())
        _write_key(key_path, key)
        write_atomic(certificate_path, made.public_bytes(serialization.Encoding.PEM))
    try:
        certificate = x509.load_pem_x509_certificate(certificate_path.read_bytes())
        key = serialization.load_pem_private_key(key_path.read_bytes(), None)
    except (OSError, ValueError):
        raise BadInput(
            f"{folder}: the authority is damaged", "remove the folder: another one is made"
        ) from None
    return certificate, key


def _write_key(path: Path, key: ec.EllipticCurvePrivateKey) -> None:
    """Write a key that only this user reads."""
    part = path.with_name(path.name + ".part")
    part.touch(mode=0o600)
    part.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
    )
    part.rename(path)
