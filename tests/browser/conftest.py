"""A whole Headgate on the sample district for a browser: server, worker, application; and a real Chromium."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any, Final
from uuid import uuid4

import pytest
import pytest_asyncio
import uvicorn
from playwright.async_api import Browser, BrowserContext, Page, async_playwright, expect

from activities import files
from activities.world import World
from api.app import create_app
from headgate import assets, home, serve
from headgate.prepare import installed_browser
from headgate.settings import Settings
from tests.browser.opening import Colors, Desk, NewPage
from worker.run import working
from workflows.client import connect

PATIENCE_MS: Final = 20_000  #: on a busy machine
#: What axe looks for: everything in light, and in dark again what hangs on colors.
AXE: Final[dict[Colors, str]] = {
    "light": '{resultTypes: ["violations"]}',
    "dark": '{resultTypes: ["violations"], runOnly: ["color-contrast", "link-in-text-block"]}',
}

#: A page that lives looks each second and not each five or ten, so that a story does not wait for the next look.
SOONER: Final = """
const later = window.setTimeout;
window.setTimeout = (work, wait, ...rest) => later(work, wait >= 2000 && wait <= 10000 ? 1000 : wait, ...rest);
"""

expect.set_options(timeout=PATIENCE_MS)

FLAGS = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


@pytest_asyncio.fixture(scope="session")
async def desk(temporal_address: str, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Desk]:
    """The desk that all browser tests work at."""
    folder = tmp_path_factory.mktemp("desk")
    settings = Settings(
        home=folder,
        temporal_address=temporal_address,
        task_queue=f"browser-{uuid4().hex[:8]}",
        database_url=None,
        sample_accounts=300,
        sample_days=0,
    )
    await asyncio.to_thread(assets.put_in_place)
    home.make(settings)
    store = await asyncio.to_thread(home.prepared, settings, lambda _what: None)
    files.use(files.FolderStore(settings.files))
    client = await connect(temporal_address)
    world = World(store=store, client=client, task_queue=settings.task_queue, files=settings.files)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    config = uvicorn.Config(
        create_app(lambda: serve.opened(settings)), host="127.0.0.1", port=port, log_level="warning", access_log=False
    )
    server = uvicorn.Server(config)
    server.config.setup_event_loop = lambda: None  # type: ignore[attr-defined,method-assign]  # it runs in the tests' own loop
    async with working(world):
        running = asyncio.create_task(server.serve())
        while not server.started:
            await asyncio.sleep(0.05)
        yield Desk(address=f"http://127.0.0.1:{port}", store=store, world=world)
        server.should_exit = True
        await running
    files.use(None)
    store.close()


@pytest.fixture(scope="session")
def desk_address(desk: Desk) -> str:
    """Its address."""
    return desk.address


@pytest_asyncio.fixture(scope="session")
async def chromium() -> AsyncIterator[Browser]:
    """A real Chromium; where there is none, the test says how to get it and fails."""
    found = installed_browser()
    if found is None:
        pytest.fail("There is no Chromium: run `headgate prepare --for-tests`.")
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=found, args=FLAGS)
        yield browser
        await browser.close()


@pytest_asyncio.fixture
async def new_page(chromium: Browser, desk_address: str) -> AsyncIterator[NewPage]:
    """A function that opens an empty page of a fresh browser profile: `await new_page(script=False, colors="dark")`.

    A script error, or a request to another host, fails the test.
    """
    contexts: list[BrowserContext] = []
    strangers: list[str] = []
    errors: list[str] = []

    async def opened(*, script: bool = True, colors: Colors = "light", **options: Any) -> Page:
        context = await chromium.new_context(
            base_url=desk_address, java_script_enabled=script, color_scheme=colors, **options
        )
        contexts.append(context)
        await context.add_init_script(f"(() => {{ {SOONER} }})()")
        page = await context.new_page()
        page.on("request", lambda request: request.url.startswith(desk_address) or strangers.append(request.url))
        page.on("pageerror", lambda error: errors.append(str(error)))
        # An answer like 422 is reported as an error too; the pages mean it.
        page.on(
            "console",
            lambda message: (
                message.type == "error"
                and not message.text.startswith("Failed to load resource")
                and errors.append(message.text)
            ),
        )
        return page

    yield opened
    for context in contexts:
        await context.close()
    assert strangers == []
    assert errors == []


@pytest_asyncio.fixture
async def page(new_page: NewPage) -> Page:
    """A page without script: every form works without."""
    return await new_page(script=False)


@pytest_asyncio.fixture
async def live_page(new_page: NewPage) -> Page:
    """A page with script."""
    return await new_page()


@pytest.fixture(scope="session")
def axe() -> Callable[[Page], Awaitable[None]]:
    """`await axe(page)`: fails with every serious or critical violation that axe finds, in light and in dark.

    The page needs script (axe is one).
    """
    source = f"(() => {{ {(assets.MODULES / 'axe-core' / 'axe.min.js').read_text()} }})()"

    async def found(page: Page) -> None:
        await page.evaluate(source)  # through the debugger: the pages' own policy allows no script but theirs
        for colors, wanted in AXE.items():
            await page.emulate_media(color_scheme=colors)
            result = await page.evaluate(f"axe.run(document, {wanted})")
            wrong = [
                f"{colors}: {each['id']} ({each['impact']}): {each['help']}: "
                + " | ".join(node["html"][:200] for node in each["nodes"][:3])
                for each in result["violations"]
                if each["impact"] in ("serious", "critical")
            ]
            assert not wrong, "\n".join(wrong)

    return found
