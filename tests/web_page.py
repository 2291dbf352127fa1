# SPDX-License-Identifier: MIT
"""A browser at the page of uhttpd. As a program it draws docs/page-*.png."""

import contextlib
import tempfile
from collections.abc import Iterator
from pathlib import Path

from machines import Machines, image
from playwright.sync_api import Browser, Page, expect, sync_playwright
from upyfw.base.paths import REPO
from upyfw.source import tools

LIMIT_MS = 60_000
SIZES = {
    "desktop": {"viewport": {"width": 1200, "height": 760}, "color_scheme": "light"},
    "phone": {
        "viewport": {"width": 390, "height": 844},
        "color_scheme": "dark",
        "is_mobile": True,
        "has_touch": True,
    },
}
BLINK = """# A light that blinks
import time

from machine import Pin


def __main__(args):
    led = Pin(25, Pin.OUT)
    while proc.sts != "S":
        led.toggle()
        time.sleep(0.5)
"""


@contextlib.contextmanager
def browser() -> Iterator[Browser]:
    """Debian's Chromium, without a window."""
    tools.require("chromium")
    with sync_playwright() as playwright:
        found = playwright.chromium.launch(
            executable_path=tools.TOOLS["chromium"].find().place, args=["--no-sandbox"]
        )
        yield found
        found.close()


@contextlib.contextmanager
def opened(
    browser: Browser, url: str, size: str, scale: float = 1, any_certificate: bool = False
) -> Iterator[Page]:
    """The page in a window of a size; what it complains of, or loads from elsewhere, fails."""
    context = browser.new_context(
        **SIZES[size], device_scale_factor=scale, ignore_https_errors=any_certificate
    )
    context.set_default_timeout(LIMIT_MS)
    expect.set_options(timeout=LIMIT_MS)
    page = context.new_page()
    wrong: list[str] = []
    page.on("pageerror", lambda error: wrong.append(str(error)))
    page.on("console", lambda line: _note(wrong, line.type, line.text))
    page.on("request", lambda request: request.url.startswith(url) or wrong.append(request.url))
    page.goto(url)
    yield page
    assert wrong == []
    context.close()


def _note(wrong: list[str], kind: str, text: str) -> None:
    """Keep what the console of the browser says, but for answers that the page takes care of."""
    if kind in ("error", "warning") and "Failed to load resource" not in text:
        wrong.append(text)


def log_in(page: Page, password: str = "pw7") -> None:
    page.get_by_label("User").fill("admin")
    page.get_by_label("Password").fill(password)
    page.get_by_role("button", name="Log in").click()


def view(page: Page, name: str) -> None:
    page.get_by_role("link", name=name, exact=True).click()


def in_terminal(page: Page, line: str, text: str) -> None:
    """Type a line in the terminal, and wait for a text in it."""
    page.keyboard.type(line)
    page.keyboard.press("Enter")
    expect(page.locator("#screen")).to_contain_text(text)


def draw(url: str, folder: Path) -> None:
    """Take the pictures of the documentation."""
    with browser() as found:
        with opened(found, url, "desktop") as page:
            expect(page.locator("#cards")).to_contain_text("Services")
            page.screenshot(path=folder / "page-status.png")
            view(page, "Files")
            view(page, "opt")
            view(page, "blink.py")
            expect(page.locator("#text")).to_be_visible()
            page.screenshot(path=folder / "page-editor.png")
            page.get_by_role("button", name="Back").click()
            view(page, "Terminal")
            expect(page.locator("#screen")).to_contain_text("$:")
            for line, text in (("ls /etc", "Total"), ("free -h", "Stack"), ("ps", "uhttpd start")):
                in_terminal(page, line, text)
            page.screenshot(path=folder / "page-terminal.png")
        with opened(found, url, "phone") as page:
            view(page, "Terminal")
            expect(page.locator("#screen")).to_contain_text("$:")
            in_terminal(page, "vi /opt/blink.py", "sleep(0.5)")
            page.screenshot(path=folder / "page-phone-vi.png")
            page.keyboard.type(":q\r")
            view(page, "Pins")
            expect(page.locator("#gpios")).to_contain_text("GPIO 28")
            page.screenshot(path=folder / "page-phone-pins.png")


def main() -> None:
    """Draw the page of the emulated board."""
    with tempfile.TemporaryDirectory() as folder:
        machines = Machines(Path(folder))
        files = {"/opt/blink.py": BLINK}
        with machines.at_prompt("RPI_PICO", image("RPI_PICO", files)) as session:
            assert session.target.cable.wait()
            session.run("uhttpd start")
            session.target.stream(lambda data: None)
            draw(f"http://127.0.0.1:{session.target.cable.forward(80)}", REPO / "docs")
            session.target.stream(None)


if __name__ == "__main__":
    main()
