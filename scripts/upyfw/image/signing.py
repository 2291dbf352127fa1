# SPDX-License-Identifier: MIT
"""Keys for updates: ECDSA over P-256, as imgtool and OpenSSL keep them (PEM)."""

from pathlib import Path

from upyfw.base.errors import BadInput
from upyfw.base.files import write_atomic
from upyfw.base.paths import cache_dir

_POINT_BYTES = 64


def development() -> Path:
    """Return the path of this user's development key, which is made at first use.

    A board trusts it only if its /etc/upgrade.key says so: no release's does.
    """
    path = cache_dir() / "ota" / "development-key.pem"
    if not path.exists():
        generate(path)
    return path


def generate(path: Path) -> None:
    """Make a key. Raises BadInput if there is a file of that name."""
    from imgtool.keys import ECDSA256P1

    if path.exists():
        raise BadInput(f"{path}: there is a file already", "keys are never replaced")
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(path.name + ".part")
    ECDSA256P1.generate().export_private(str(part))
    part.chmod(0o600)
    part.rename(path)


def load(path: Path | None) -> object:
    """Return the key of a file, the development key without one; it may be a public one.

    Raises BadInput if it is no key of this kind.
    """
    from imgtool.keys import ECDSA256P1, ECDSA256P1Public
    from imgtool.keys import load as read

    path = path or development()
    try:
        key = read(str(path))
    except OSError as exc:
        raise BadInput(f"{path}: {exc.strerror}", "./upyfw ota keygen makes one") from None
    except (ValueError, TypeError):
        raise BadInput(f"{path}: no key", "./upyfw ota keygen makes one") from None
    if not isinstance(key, (ECDSA256P1, ECDSA256P1Public)):
        raise BadInput(f"{path}: no key for ECDSA over P-256", "./upyfw ota keygen makes one")
    return key


def point(key: object) -> bytes:
    """Return what a board must know of a key: X and Y, 64 bytes."""
    # SubjectPublicKeyInfo ends with the uncompressed point; RFC 5480, 2.2
    return key.get_public_bytes()[-_POINT_BYTES:]


def key_line(key: object, name: str) -> str:
    """Return the line of /etc/upgrade.key for a key."""
    return f"{point(key).hex()} # {name}\n"


def sign(key: object, digest: bytes) -> bytes:
    """Return a signature over a SHA-256, DER. Raises BadInput for a public key."""
    from cryptography.hazmat.primitives.asymmetric import ec
    from cryptography.hazmat.primitives.asymmetric.utils import Prehashed
    from cryptography.hazmat.primitives.hashes import SHA256

    check_private(key)
    return key.key.sign(digest, ec.ECDSA(Prehashed(SHA256())))


def check_private(key: object) -> None:
    """Raise BadInput for a public key."""
    from imgtool.keys import ECDSA256P1

    if not isinstance(key, ECDSA256P1):
        raise BadInput("the key is a public one", "sign with the private one, or see --signature")


def is_signed(key: object, digest: bytes, signature: bytes) -> bool:
    """Tell whether a signature over a SHA-256 is that of a key."""
    from cryptography.exceptions import InvalidSignature
    from cryptography.hazmat.primitives.asymmetric import ec
    from cryptography.hazmat.primitives.asymmetric.utils import Prehashed
    from cryptography.hazmat.primitives.hashes import SHA256
    from cryptography.hazmat.primitives.serialization import load_pem_public_key

    public = load_pem_public_key(key.get_public_pem())
    try:
        public.verify(signature, digest, ec.ECDSA(Prehashed(SHA256())))
    except InvalidSignature:
        return False
    return True


def write_public(key: object, path: Path) -> None:
    """Write the public half of a key, PEM."""
    write_atomic(path, key.get_public_pem())
