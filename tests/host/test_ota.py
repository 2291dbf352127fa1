# SPDX-License-Identifier: MIT
"""upyfw ota: keys, signed images and lists, update sites."""

import hashlib
import re
import socket
import subprocess
import urllib.request

import esp_images
import pytest
import web_folder
from imgtool import image as tool
from upyfw import cli
from upyfw.base.errors import BadInput, UpyfwError
from upyfw.board import boards
from upyfw.image import signing, slotimage
from upyfw.release import updates

BOARD = boards.load("RPI_PICO")
FIRMWARE = bytes(range(256)) * 40


@pytest.fixture
def key(tmp_path):
    """The path of a key; its public half is beside it."""
    path = tmp_path / "k.pem"
    assert cli.run(["ota", "keygen", str(path)]) == 0
    return path


@pytest.fixture
def image(tmp_path):
    """The path of an image that is not signed."""
    path = tmp_path / "a.img"
    path.write_bytes(slotimage.wrap(BOARD, FIRMWARE, "1.2.3"))
    return path


def _ota(*words: object) -> int:
    return cli.run(["ota", *map(str, words)])


def test_keygen_makes_a_key_that_nobody_else_reads(capsys, tmp_path):
    key = tmp_path / "k.pem"
    assert _ota("keygen", key) == 0
    line = capsys.readouterr().out
    assert key.stat().st_mode & 0o777 == 0o600
    assert bytes.fromhex(line.split(" #")[0]) == signing.point(signing.load(key))
    assert b"PRIVATE" not in (tmp_path / "k.pem.pub").read_bytes()
    # it is never replaced
    assert _ota("keygen", key) == 2


def test_sign_verify_show(key, image, capsys, tmp_path):
    assert _ota("verify", image, "--key", key) == 1
    assert _ota("sign", image, "--key", key) == 0
    assert _ota("verify", image, "--key", f"{key}.pub") == 0
    found = slotimage.read(image.read_bytes())
    assert (found.version, found.board, found.firmware) == ("1.2.3", "RPI_PICO", FIRMWARE)
    capsys.readouterr()
    assert _ota("show", image) == 0
    assert "RPI_PICO" in capsys.readouterr().out
    other = tmp_path / "other.pem"
    _ota("keygen", other)
    assert _ota("verify", image, "--key", other) == 1


def test_imgtool_agrees(key, image):
    """MCUboot's own tool takes what we call signed."""
    _ota("sign", image, "--key", key)
    assert tool.Image.verify(str(image), signing.load(key))[0] == tool.VerifyResult.OK


def test_a_key_that_is_kept_elsewhere(key, image, tmp_path):
    """The digest goes out, a signature by OpenSSL comes in."""
    vector, signature = tmp_path / "vector", tmp_path / "signature"
    assert _ota("sign", image, "--vector-to-sign", vector) == 0
    call = ["openssl", "pkeyutl", "-sign", "-inkey", key, "-in", vector, "-out", signature]
    subprocess.run(list(map(str, call)), check=True, timeout=60)
    public = f"{key}.pub"
    assert _ota("sign", image, "--signature", signature, "--key", public) == 0
    assert _ota("verify", image, "--key", public) == 0
    # of another file
    image.write_bytes(slotimage.wrap(BOARD, FIRMWARE, "1.2.4"))
    assert _ota("sign", image, "--signature", signature, "--key", public) == 2
    # a public key signs nothing
    assert _ota("sign", image, "--key", public) == 2


@pytest.mark.parametrize("content", [b"", b"pears", b"\x3d\xb8\xf3\x96" + bytes(40), b"#upyOS,"])
def test_what_is_no_image(content, tmp_path, key):
    (tmp_path / "x").write_bytes(content)
    assert _ota("verify", tmp_path / "x", "--key", key) in (1, 2)
    (tmp_path / "k").write_bytes(content)
    assert _ota("verify", tmp_path / "x", "--key", tmp_path / "k") == 2


@pytest.mark.parametrize("signature", [b"zz", b"3", b"\xff\xfe", "ä".encode()])
def test_a_damaged_list(signature, tmp_path, key, capsys):
    path = tmp_path / "upgrade.inf"
    path.write_bytes(b"#upyOS,1.2.3,2030-01-01 \xff\n#files,0\n#sig," + signature + b"\n")
    assert _ota("verify", path, "--key", key) == 1
    assert f"{path}: is signed by another key" in capsys.readouterr().err
    assert _ota("show", path) == 0


def test_firmware_that_does_not_fit_is_refused():
    room = BOARD.room_bytes
    assert slotimage.wrap(BOARD, bytes(room))
    with pytest.raises(Exception, match="more than its region of 800KiB"):
        slotimage.wrap(BOARD, bytes(room + 256))


ESP32 = [name for name in boards.names() if boards.load(name).port == "esp32"]


@pytest.mark.parametrize("name", ESP32)
def test_an_app_of_an_esp32_becomes_an_image(name, key, tmp_path):
    """The app begins with the second sector; whoever has one slot is told so."""
    board = boards.load(name)
    app = esp_images.app(board.chip.name)
    firmware = tmp_path / "firmware.bin"
    firmware.write_bytes(app)
    if len(board.slots) == 1:
        with pytest.raises(BadInput, match="has one slot"):
            updates.of_build(board, firmware)
        return
    path = tmp_path / "a.img"
    path.write_bytes(updates.of_build(board, firmware))
    assert path.read_bytes()[4096:].startswith(app)
    assert _ota("sign", path, "--key", key) == 0
    assert _ota("verify", path, "--key", f"{key}.pub") == 0
    found = slotimage.read(path.read_bytes())
    assert (found.board, found.firmware) == (name, app)
    assert tool.Image.verify(str(path), signing.load(key))[0] == tool.VerifyResult.OK
    with pytest.raises(UpyfwError, match="more than its region of"):
        slotimage.wrap(board, bytes(board.room_bytes + 4096))


def test_a_site(key, tmp_path):
    """Channels have lists of their own; what a list says is there, and the list is signed."""
    esp = boards.load("ESP32_GENERIC_C3")
    made = {board.name: slotimage.wrap(board, FIRMWARE) for board in (BOARD, esp)}
    for channel, folder in (("stable", tmp_path / "site"), ("test", tmp_path / "site" / "test")):
        updates.site(tmp_path / "site", made, signing.load(key), channel)
        text = (folder / updates.LIST).read_text()
        records = [line.split(",") for line in text.splitlines() if line[0] in "/@"]
        assert text.splitlines()[-2] == f"#files,{len(records)}"
        for record in records:
            path, size, digest = record[1:4] if record[0][0] == "@" else record[:3]
            data = (folder / path.lstrip("/")).read_bytes()
            assert (len(data), hashlib.sha256(data).hexdigest()) == (int(size), digest)
        assert "/etc/system.conf" not in text
        assert _ota("verify", folder / updates.LIST, "--key", f"{key}.pub") == 0
    (folder / updates.LIST).write_text(text.replace("#files,", "#files,1"))
    assert _ota("verify", folder / updates.LIST, "--key", f"{key}.pub") == 1


def test_serve(key, tmp_path):
    """Any web client gets the files."""
    esp = boards.load("ESP32_GENERIC_C3")
    made = {board.name: slotimage.wrap(board, FIRMWARE) for board in (BOARD, esp)}
    folder = updates.site(tmp_path, made, signing.load(key), "stable")
    with web_folder.served(folder) as base:
        with urllib.request.urlopen(f"{base}/{updates.LIST}", timeout=20) as answer:
            assert answer.read() == (folder / updates.LIST).read_bytes()
        for path in ("none", "etc", "", "../" + tmp_path.name, "%2e%2e/secret"):
            assert _curl(f"{base}/{path}").endswith(b"404")
    assert _ota("serve", tmp_path / "nothing") == 2


def _curl(url: str, *options: str) -> bytes:
    """What curl gets, and the status behind it."""
    command = ["curl", "-s", "-m", "20", "--path-as-is", "-w", "%{http_code}", *options, url]
    return subprocess.run(command, capture_output=True, check=True, timeout=30).stdout


def test_serve_goes_on_where_a_download_broke_off(tmp_path):
    """A range of a file, as curl asks for it, and all of it once it is another one."""
    data = bytes(range(256)) * 40
    path = tmp_path / "p.img"
    path.write_bytes(data)
    with web_folder.served(tmp_path) as base:
        url = f"{base}/p.img"
        assert _curl(url) == data + b"200"
        assert _curl(url, "-r", "10000-") == data[10000:] + b"206"
        assert _curl(url, "-r", "5-9") == data[5:10] + b"206"
        assert _curl(url, "-r", f"{len(data)}-").endswith(b"416")
        head = _curl(url, "-I").decode()
        assert "Accept-Ranges: bytes" in head
        tag = re.search(r'ETag: ("[^"]+")', head)[1]
        assert _curl(url, "-r", "9-", "-H", f"If-Range: {tag}") == data[9:] + b"206"
        path.write_bytes(data[1:])
        assert _curl(url, "-r", "9-", "-H", f"If-Range: {tag}") == data[1:] + b"200"


def test_serve_at_a_port_in_use(key, tmp_path, capsys):
    """One line, and the program goes on."""
    updates.site(tmp_path, {}, signing.load(key))
    with socket.create_server(("", 0)) as taken:
        port = taken.getsockname()[1]
        assert _ota("serve", tmp_path, "--port", port) == 1
    assert f"port {port}: Address already in use" in capsys.readouterr().err
    assert _ota("serve", tmp_path, "--port", 65536) == 2
