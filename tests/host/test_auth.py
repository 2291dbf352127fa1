# SPDX-License-Identifier: MIT
"""Passwords are stored as the standard says."""

import hashlib
import importlib.util
import sys
from types import SimpleNamespace

import pytest
from casefile import TREE


@pytest.fixture
def auth(monkeypatch):
    """The device's module, with what it imports from the device faked."""
    sdata = SimpleNamespace(sysconfig={"auth": {"user": "admin", "paswd": ""}})
    monkeypatch.setitem(sys.modules, "sdata", sdata)
    monkeypatch.setitem(sys.modules, "micropython", SimpleNamespace(const=lambda value: value))
    spec = importlib.util.spec_from_file_location("auth", TREE / "modules/upyos/settings/auth.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.mark.parametrize("password", ["", "pw1", "ä€", "x" * 64, "y" * 200])
def test_stored_form(auth, password):
    salt = bytes(range(16))
    name, iterations, salt_hex, digest = auth.hashed(password, salt, 7).split("$")
    wanted = hashlib.pbkdf2_hmac("sha256", password.encode(), salt, 7).hex()
    assert (name, iterations, salt_hex, digest) == ("pbkdf2", "7", salt.hex(), wanted)


@pytest.mark.parametrize(
    ("stored", "password", "fits"),
    [
        ("", "anything", True),
        ("!", "!", False),
        ("!", "", False),
        ("pbkdf2$1$00$00", "x", False),
        ("pbkdf2$", "x", False),
        ("pbkdf2$x$y$z", "x", False),
    ],
)
def test_check(auth, stored, password, fits):
    auth.sdata.sysconfig["auth"]["paswd"] = stored
    assert auth.check("admin", password) is fits


@pytest.mark.parametrize("stored", ["secret", hashlib.sha1(b"secret").hexdigest().upper()])
def test_older_forms_are_replaced(auth, stored, monkeypatch):
    auth.sdata.sysconfig["auth"]["paswd"] = stored
    replaced = []
    monkeypatch.setattr(auth, "_replace", replaced.append)
    assert auth.check("admin", "Secret") is False
    assert auth.check("nobody", "secret") is False
    assert replaced == []
    assert auth.check("admin", "secret") is True
    (auth.sdata.sysconfig["auth"]["paswd"],) = replaced
    assert replaced[0].startswith("pbkdf2$")
    assert auth.check("admin", "secret") is True


def test_own_form_matches(auth):
    auth.sdata.sysconfig["auth"]["paswd"] = auth.hashed("pw7", iterations=3)
    assert auth.check("admin", "pw7") is True
    assert auth.check("admin", "pw8") is False
    assert auth.check("root", "pw7") is False


def test_a_check_comes_in_slices(auth):
    auth.sdata.sysconfig["auth"]["paswd"] = auth.hashed("pw7", iterations=100)
    assert sum(1 for _ in auth.checking("admin", "pw7")) == 100 // 16
