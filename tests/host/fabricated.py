# SPDX-License-Identifier: MIT
"""A made-up checkout with a Debian mirror and git repositories in a temporary folder.

The tool is the real one, copied; apt, git, cmake and tar are the real ones too. Only what they
fetch is small, and nothing leaves the machine.
"""

import hashlib
import io
import os
import shutil
import signal
import subprocess
import sys
import tarfile
import time
from pathlib import Path

from casefile import TREE

LIMIT_S = 180
SUITE = "trixie"


def sha256(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def tar(path: Path, top: str, files: dict[str, str]) -> Path:
    """Write a tarball of text files below one top folder."""
    with tarfile.open(path, "w:xz") as archive:
        for name, text in files.items():
            member = tarfile.TarInfo(f"{top}/{name}")
            member.size = len(text.encode())
            archive.addfile(member, io.BytesIO(text.encode()))
    return path


def program(folder: Path, name: str, script: str) -> Path:
    """Put a shell script into a folder as a program."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / name
    path.write_text(f"#!/bin/sh\n{script}\n")
    path.chmod(0o755)
    return path


def lx106_sdk(usr: Path) -> None:
    """Put empty files where an ESP8266 SDK has what MicroPython's Makefile uses."""
    libraries = ["main", "json", "lwip_open", "pp", "net80211", "wpa", "phy"]
    names = ["include/user_interface.h", "include/lwip/init.h"]
    for name in names + [f"lib/lib{library}.a" for library in libraries]:
        (usr / name).parent.mkdir(parents=True, exist_ok=True)
        (usr / name).touch()


def bare_machine(folder: Path, *words: str) -> subprocess.CompletedProcess:
    """Run upyfw where there are no boards, no sources, no compiler and no build: only the tool."""
    scripts = folder / "tree" / "scripts"
    shutil.copytree(TREE / "scripts", scripts, ignore=shutil.ignore_patterns("__pycache__"))
    env = {
        "PATH": str(folder / "no-programs"),
        "PYTHONPATH": str(scripts),
        "PYTHONDONTWRITEBYTECODE": "1",
        "HOME": str(folder),
        "UPYFW_CACHE": str(folder / "cache"),
    }
    call = [sys.executable, "-P", "-m", "upyfw", *words]
    return subprocess.run(
        call, env=env, cwd=folder, capture_output=True, text=True, timeout=LIMIT_S
    )


def left_on(folder: Path) -> list[str]:
    """Return what lies on a bare machine after the tool was there."""
    return sorted(path.name for path in folder.iterdir())


def git(folder: Path, *words: str) -> str:
    """Run git in a repository, as a made-up author."""
    who = ["-c", "user.name=A", "-c", "user.email=a@b", "-c", "protocol.file.allow=always"]
    command = ["git", "-C", str(folder), *who, *words]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout.strip()


class Mirror:
    """A Debian mirror in a folder, and an apt configuration that names it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.pool = folder / "pool"
        self.pool.mkdir(parents=True)
        self._stanzas: list[str] = []
        (folder / "sources.list").write_text(f"deb [trusted=yes] copy:{folder} {SUITE} main\n")
        (folder / "apt.conf").write_text(
            f'Dir::Etc::sourcelist "{folder}/sources.list";\nDir::Etc::sourceparts "/dev/null";\n'
        )
        self._write()

    def add(self, package: str, archive: Path, version: str = "1.0-1") -> Path:
        """Offer a source package; only its archive is served, as on some real mirrors."""
        served = self.pool / archive.name
        shutil.copy(archive, served)
        size, digest = served.stat().st_size, sha256(served)
        md5 = hashlib.md5(served.read_bytes()).hexdigest()
        self._stanzas.append(
            f"Package: {package}\nBinary: {package}\nVersion: {version}\nFormat: 3.0 (quilt)\n"
            f"Directory: pool\nArchitecture: any\nFiles:\n {md5} {size} {archive.name}\n"
            f"Checksums-Sha256:\n {digest} {size} {archive.name}\n"
            f" {'1' * 64} 100 {package}_{version}.dsc\n"
        )
        self._write()
        return served

    def _write(self) -> None:
        index = self.folder / "dists" / SUITE / "main" / "source" / "Sources"
        index.parent.mkdir(parents=True, exist_ok=True)
        index.write_text("\n".join(self._stanzas))
        name = "main/source/Sources"
        (self.folder / "dists" / SUITE / "Release").write_text(
            f"Suite: {SUITE}\nCodename: {SUITE}\nComponents: main\nArchitectures: amd64\n"
            f"SHA256:\n {sha256(index)} {index.stat().st_size} {name}\n"
        )


class Checkout:
    """A copy of the host tool with pins of its own, and a cache of its own."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.tree = folder / "tree"
        self.cache = folder / "cache"
        self.downloads = self.cache / "downloads"
        self.mirror = Mirror(folder / "mirror")
        self.bin = folder / "bin"
        for name in ("scripts/upyfw", "boards", "manifest"):
            ignored = shutil.ignore_patterns("__pycache__")
            shutil.copytree(TREE / name, self.tree / name, ignore=ignored)
        (self.tree / "ports").mkdir()

    def pin(self, text: str) -> None:
        """Write ports/upstream.toml."""
        (self.tree / "ports" / "upstream.toml").write_text(text)

    def environment(self, **changes: str) -> dict[str, str]:
        env = {
            "PATH": f"{self.bin}:{os.environ['PATH']}",
            "HOME": str(self.folder / "home"),
            "PYTHONPATH": str(self.tree / "scripts"),
            "UPYFW_CACHE": str(self.cache),
            "APT_CONFIG": str(self.mirror.folder / "apt.conf"),
            "GIT_CONFIG_COUNT": "1",
            "GIT_CONFIG_KEY_0": "protocol.file.allow",
            "GIT_CONFIG_VALUE_0": "always",
        }
        return {**env, **changes}

    def start(self, *words: str, **options) -> subprocess.Popen:
        """Start the tool in a process group of its own, as a terminal does."""
        env = self.environment(**options.pop("env", {}))
        command = [sys.executable, "-P", "-m", "upyfw", *words]
        pipes = {"stdin": subprocess.DEVNULL, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
        return subprocess.Popen(
            command,
            env=env,
            text=True,
            cwd=self.folder,
            start_new_session=True,
            **pipes,
            **options,
        )

    def run(self, *words: str, **options) -> tuple[int, str, list[str]]:
        """Run the tool; return its status, stdout, and the lines of stderr."""
        child = self.start(*words, **options)
        out, err = child.communicate(timeout=LIMIT_S)
        return child.returncode, out, err.splitlines()

    def interrupt(self, started: Path, *words: str, **options) -> tuple[int, str, list[str]]:
        """Run the tool, press Ctrl-C when a file appears, and return as run() does."""
        child = self.start(*words, **options)
        end = time.monotonic() + LIMIT_S
        while not started.exists() and child.poll() is None and time.monotonic() < end:
            time.sleep(0.02)
        os.killpg(child.pid, signal.SIGINT)
        out, err = child.communicate(timeout=LIMIT_S)
        return child.returncode, out, err.splitlines()


def errors(lines: list[str]) -> list[str]:
    """Return the error lines of the tool among the lines of stderr."""
    return [line for line in lines if line.startswith("upyfw: ")]
