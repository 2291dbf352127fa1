# SPDX-License-Identifier: MIT
"""The page of uhttpd in headless Chromium: log-in, terminal, files, status, pins."""

import re

import pytest
import web_page
from playwright.sync_api import expect
from upyfw.base.paths import REPO
from upyfw.image import page as page_file
from web_page import SIZES, in_terminal, log_in, view
from web_server import PASSWORD, serving

PAGE_BYTES = 60 * 1024
# the views of the page, and what each shows once it is whole
MARKS = {"Status": "Memory", "Files": "bin", "Terminal": "$:", "Pins": "no pins"}
# elements that end right of the window; one look, since an element may go at any moment
TOO_WIDE = """room => [...document.querySelectorAll("#home *")].filter(
    e => e.checkVisibility() && e.getBoundingClientRect().right > room + 1
).map(e => e.outerHTML.slice(0, 200))"""
FILES = {"/etc/system.conf": PASSWORD, "/t/a.txt": "alpha\n", "/t/<b>x&amp;'.txt": "name\n"}


@pytest.fixture(scope="module")
def browser():
    with web_page.browser() as found:
        yield found


@pytest.fixture(params=SIZES)
def page(request, machines, browser):
    """The page of a board with a password, and its server."""
    with (
        serving(machines, FILES) as web,
        web_page.opened(browser, web.url, request.param) as found,
    ):
        found.web = web
        yield found


desktop = pytest.mark.parametrize("page", ["desktop"], indirect=True)


def test_log_in_and_out(page):
    log_in(page, "wrong")
    expect(page.get_by_role("alert").first).to_contain_text("wrong user or password")
    log_in(page)
    expect(page.locator("#cards")).to_contain_text("Services")
    page.get_by_role("button", name="Log out").click()
    expect(page.get_by_role("button", name="Log in")).to_be_visible()
    assert page.request.get(f"{page.web.url}/api/status").status == 401


def test_command_and_editor_in_the_terminal(page):
    log_in(page)
    view(page, "Terminal")
    expect(page.locator("#screen")).to_contain_text("$:")
    in_terminal(page, "< 'é' * 3, 6 * 7", "ééé 42")
    in_terminal(page, "vi /t/a.txt", '"/t/a.txt" 1L')
    page.keyboard.type("obeta")
    page.keyboard.press("Escape")
    in_terminal(page, ":wq", "$:")
    page.keyboard.press("ArrowUp")
    page.keyboard.press("Control+c")
    in_terminal(page, "cat /t/a.txt; echo $COLUMNS > /t/columns.txt", "beta")
    in_terminal(page, "echo done", "done")
    files = page.web.files()
    assert files["/t/a.txt"] == b"alpha\nbeta\n"
    assert int(files["/t/columns.txt"]) > 20


def test_a_file_is_edited_and_saved(page):
    log_in(page)
    view(page, "Files")
    view(page, "t")
    view(page, "a.txt")
    text = page.get_by_label("Content of the file")
    expect(text).to_have_value("alpha\n")
    text.fill("alpha\nγ <b>\n")
    page.get_by_role("button", name="Save").click()
    expect(page.locator("#note")).to_contain_text("/t/a.txt is saved.")
    page.get_by_role("button", name="Back").click()
    expect(page.get_by_role("link", name="a.txt", exact=True)).to_be_visible()
    assert page.web.files()["/t/a.txt"] == "alpha\nγ <b>\n".encode()


@desktop
def test_files_are_made_sent_renamed_and_removed(page):
    log_in(page)
    view(page, "Files")
    view(page, "t")
    # a name that is markup is shown as it is
    expect(page.get_by_role("link", name="<b>x&amp;'.txt", exact=True)).to_be_visible()
    page.get_by_role("button", name="New folder").click()
    page.get_by_label("Answer").fill("new")
    page.get_by_role("button", name="OK").click()
    view(page, "new")
    page.locator("#upload").set_input_files(
        {"name": "é.bin", "mimeType": "application/octet-stream", "buffer": bytes(range(256))}
    )
    page.get_by_role("button", name="Rename é.bin").click()
    page.get_by_label("Answer").fill("z.bin")
    page.get_by_role("button", name="OK").click()
    expect(page.get_by_role("link", name="z.bin", exact=True)).to_be_visible()
    assert page.web.files()["/t/new/z.bin"] == bytes(range(256))
    page.get_by_role("button", name="Delete z.bin").click()
    page.get_by_role("button", name="Delete", exact=True).click()
    expect(page.locator("#listing")).to_contain_text("Nothing is here.")
    assert "/t/new/z.bin" not in page.web.files()


@desktop
def test_status_and_pins(page):
    log_in(page)
    expect(page.locator("#cards")).to_contain_text("port " + str(page.web.port))
    view(page, "Pins")
    expect(page.locator("#gpios")).to_have_text("this board has no pins")


def test_nothing_is_wider_than_the_window(page):
    log_in(page)
    for name, mark in MARKS.items():
        view(page, name)
        expect(page.locator(f"#{name.lower()}")).to_contain_text(mark)
        room = page.locator("#home").bounding_box()["width"]
        assert page.evaluate(TOO_WIDE, room) == []


@desktop
def test_every_control_has_a_name(page):
    """What a screen reader says of it."""
    log_in(page)
    for name, mark in MARKS.items():
        view(page, name)
        section = page.locator(f"#{name.lower()}")
        expect(section).to_contain_text(mark)
        for line in section.aria_snapshot().splitlines():
            assert not re.search(r"- (button|link|textbox|meter|combobox)(:|$| \[)", line), line


def test_size_of_the_page():
    data = page_file.files(REPO / "fsimage" / "www")[page_file.PATH]
    # four blocks of a flash
    assert len(data) <= 4 * 4096 - 3 * 8
    assert len(data) <= PAGE_BYTES


def test_the_sources_work_as_they_are(machines, browser):
    sources = (REPO / "fsimage" / "www").iterdir()
    overlay = {f"/www/{path.name}": path.read_bytes() for path in sources}
    with (
        serving(machines, {}, overlay) as web,
        web_page.opened(browser, web.url, "desktop") as found,
    ):
        expect(found.locator("#cards")).to_contain_text("Services")
