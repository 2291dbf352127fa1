# SPDX-License-Identifier: MIT
"""The password of a board: from the environment, the keyring of this machine, or a prompt."""

import os
import sys

import keyring
import rich_click as click
from keyring.errors import KeyringError

from upyfw.base.errors import BadInput

VARIABLE = "UPYFW_PASSWORD"
SERVICE = "upyfw"


def password(host: str, user: str) -> str:
    """Return the password of a user of a board. BadInput if nobody can be asked."""
    known = os.environ.get(VARIABLE)
    if known is not None:
        return known
    try:
        kept = keyring.get_password(SERVICE, f"{user}@{host}")
    except KeyringError:
        # this machine has none, or it is locked
        kept = None
    if kept is not None:
        return kept
    if not sys.stdin.isatty():
        hint = f"set {VARIABLE}, or keep it: keyring set {SERVICE} {user}@{host}"
        raise BadInput(f"{host} asks for the password of {user}", hint)
    return click.prompt(f"Password of {user} at {host}", hide_input=True, err=True)
