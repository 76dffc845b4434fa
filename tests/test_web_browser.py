"""The workbench in a real browser: keys alone, both places side by side, no other host, no scripts, two people, paper."""

import re
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.web_desk import EXAMPLES, free_port, needs_web

playwright = pytest.importorskip("playwright.sync_api", reason="playwright (extra browser) is not installed")
axe = pytest.importorskip("axe_playwright_python", reason="axe-playwright-python (extra browser) is not installed")
CHROMIUM = shutil.which("chromium") or shutil.which("google-chrome")
pytestmark = [needs_web, pytest.mark.skipif(CHROMIUM is None, reason="no chromium on the PATH")]
FIRST = "a[href^='/s/']:has-text('某区总工会')"


def started(folder: Path, *more: str) -> tuple[Any, str]:
    """A server of a folder, and the link that it prints; its port stays its own over a restart."""
    log = folder.parent / "said.log"
    command = [sys.executable, "-m", "scorer", "serve", str(folder), "--port", str(free_port()), "--solo", *more]
    with log.open("w") as file:
        process = subprocess.Popen(command, stderr=file, stdout=file)
    for _ in range(200):
        if found := re.search(r"http\S+/link/\S+", log.read_text("utf-8")):
            return process, found[0]
        assert process.poll() is None, log.read_text("utf-8")
        time.sleep(0.1)
    raise AssertionError(log.read_text("utf-8"))


@pytest.fixture(scope="module")
def chromium() -> Iterator[Any]:
    with playwright.sync_playwright() as running:
        browser = running.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield browser
        browser.close()


@pytest.fixture(scope="module")
def link(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A workbench that has taken the examples in and read them."""
    folder = tmp_path_factory.mktemp("served") / "desk"
    process, link = started(folder, "--take", str(EXAMPLES))
    try:
        yield link
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(20)


@pytest.fixture
def page(chromium: Any, link: str) -> Iterator[Any]:
    """A page of the lone user at the queue when everything was read; what a page asks elsewhere, or says wrong, fails."""
    context = chromium.new_context(viewport={"width": 1280, "height": 900})
    context.set_default_timeout(15_000)
    shown = context.new_page()
    wrong: list[str] = []
    home = link.split("/link/")[0]
    shown.on("request", lambda request: None if request.url.startswith((home, "data:")) else wrong.append(request.url))
    shown.on("console", lambda said: wrong.append(said.text) if said.type in ("error", "warning") else None)
    shown.on("pageerror", lambda error: wrong.append(str(error)))
    shown.goto(link)
    for _ in range(60):
        if "正在核对" not in shown.content() and shown.locator("table.list tbody tr").count() == 6:
            break
        time.sleep(0.5)
        shown.goto(home + "/queue")
    yield shown
    context.close()
    assert [one for one in wrong if "status of 409" not in one] == []


def open_first(page: Any) -> None:
    page.locator(FIRST).first.click()
    page.wait_for_load_state()


def left(page: Any) -> int:
    return int(page.locator("#counts b").inner_text())


def until(said: Callable[[], object], wanted: object = True) -> None:
    """Wait until something is so; the page's own policy forbids that the browser be asked to evaluate it."""
    for _ in range(100):
        if said() == wanted:
            return
        time.sleep(0.1)
    assert said() == wanted


def press(page: Any, key: str, count: int) -> None:
    """Press a key and wait until so many findings are left."""
    page.keyboard.press(key)
    until(lambda: left(page), count)


def test_a_submission_is_reviewed_by_keys_alone(page: Any) -> None:
    open_first(page)
    begun = time.monotonic()
    assert left(page) == 3
    assert page.locator("#side .pair > div").count() == 2  # both places beside one another
    assert "107人" in page.locator("#side").inner_text()
    press(page, "c", 2)
    until(lambda: page.locator(".card.current .code").inner_text(), "N201")  # the next is there by itself
    page.keyboard.press("d")
    page.keyboard.press("Space")
    page.keyboard.press("Tab")
    page.keyboard.type("另有一行")
    page.keyboard.press("Control+Enter")
    until(lambda: left(page), 1)
    until(lambda: page.locator(".card.current .code").inner_text(), "N205")
    press(page, "q", 0)
    until(lambda: page.locator(".card.current .code").inner_text(), "T405")
    page.keyboard.press("k")
    press(page, "u", 1)
    press(page, "e", 0)
    page.keyboard.press("o")
    page.keyboard.type("请核实户数与人数。")
    page.keyboard.press("Control+Enter")
    page.wait_for_selector(".written")
    page.keyboard.press("r")
    page.keyboard.type("01312027")
    page.locator(".act[open] button.main").press("Enter")
    page.wait_for_selector(".state:has-text('退回')")
    assert time.monotonic() - begun < 180


def test_keys_are_deaf_in_fields_and_awake_under_an_input_method(page: Any) -> None:
    page.goto(page.url.split("/queue")[0].rstrip("/") + "/queue?q=浏阳")
    page.locator("table.list tbody th a").first.click()
    page.wait_for_load_state()
    count = left(page)
    page.keyboard.press("o")
    page.keyboard.type("ceq")
    assert left(page) == count  # letters of a text are no verdicts
    page.keyboard.press("Escape")
    # what a Chinese input method sends outside of a field
    page.evaluate(
        "document.body.dispatchEvent(new KeyboardEvent('keydown', {key: 'Process', code: 'KeyC', keyCode: 229, bubbles: true}))"
    )
    until(lambda: left(page), count - 1)
    page.evaluate(
        "document.body.dispatchEvent(new KeyboardEvent('keydown', {key: 'c', code: 'KeyC', isComposing: true, bubbles: true}))"
    )
    time.sleep(0.5)
    assert left(page) == count - 1


def test_two_people_on_one_card_see_one_another(page: Any, chromium: Any, link: str) -> None:
    page.goto(page.url.split("/queue")[0].rstrip("/") + "/queue?q=攀枝花")
    page.locator("table.list tbody th a").first.click()
    page.wait_for_load_state()
    other = chromium.new_context().new_page()
    other.goto(link)
    other.goto(page.url)
    count = left(page)
    press(page, "c", count - 1)
    other.keyboard.press("q")
    until(lambda: bool(other.locator("#said").inner_text()))
    assert "刚才本机判为“属实”，您选的是“待核实”" in other.locator("#said").inner_text()
    other.context.close()


def test_everything_works_with_scripts_off(chromium: Any, link: str, page: Any) -> None:
    context = chromium.new_context(java_script_enabled=False)
    plain = context.new_page()
    plain.goto(link)
    plain.goto(link.split("/link/")[0] + "/queue?q=市财政")
    plain.locator("table.list tbody th a").first.click()
    plain.locator(".card button:has-text('属实')").first.click()
    assert plain.locator(".ruled").first.inner_text().startswith("属实")
    context.close()


PAGES = (
    *("/queue", "/jobs", "/upload", "/checks", "/check/T401", "/stats", "/consistency", "/samples", "/recheck", "/ledger"),
    *("/admin/users", "/admin/departments", "/admin/rounds", "/admin/rounds/1/deductions", "SUB", "SUB/history", "SUB/v/1"),
)


def test_every_page_passes_axe_fits_a_phone_and_prints(chromium: Any, link: str, page: Any) -> None:
    home = link.split("/link/")[0]
    first = page.locator(FIRST).first.get_attribute("href").split("?")[0]
    script = (Path(axe.__file__).parent / "axe.min.js").read_text("utf-8")
    # axe is put into the page from outside, which its own policy rightly forbids
    context = chromium.new_context(bypass_csp=True, viewport={"width": 1280, "height": 900})
    looked = context.new_page()
    looked.goto(link)
    faults = []
    for path in PAGES:
        looked.set_viewport_size({"width": 1280, "height": 900})
        looked.goto(home + path.replace("SUB", first))
        looked.evaluate(script)
        found = looked.evaluate("axe.run(document, {runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa']})")
        faults += [(path, fault["id"], fault["nodes"][0]["html"][:120]) for fault in found["violations"]]
        for width in (390, 320):  # 320: what is left of 1280 at 400 %
            looked.set_viewport_size({"width": width, "height": 800})
            if (wide := looked.evaluate("document.documentElement.scrollWidth")) > width:
                faults.append((path, f"{width} px", f"{wide}"))
    assert faults == []
    assert looked.pdf()[:4] == b"%PDF"
    context.close()


def test_a_server_killed_in_the_middle_loses_and_doubles_nothing(tmp_path: Path) -> None:
    import sqlite3

    folder = tmp_path / "desk"
    process, _ = started(folder, "--take", str(EXAMPLES))
    for pause in (0.3, 0.9, 1.4, 2.0):
        time.sleep(pause)
        process.kill()
        process.wait()
        process, _ = started(folder)
    for _ in range(120):
        rows = sqlite3.connect(folder / "scorer.sqlite3").execute("SELECT status FROM job").fetchall()
        if all(status == "完成" for (status,) in rows):
            break
        time.sleep(0.5)
    process.kill()
    process.wait()
    base = sqlite3.connect(folder / "scorer.sqlite3")
    assert base.execute("SELECT count(*), count(DISTINCT unit || project) FROM submission").fetchone() == (6, 6)
    assert base.execute("SELECT count(*) FROM run").fetchone() == (6,)
    base.close()
    said = subprocess.run(
        [sys.executable, "-m", "scorer", "serve", "verify", str(folder)], capture_output=True, text=True, encoding="utf-8", check=False
    )
    assert said.returncode == 0, said.stdout
