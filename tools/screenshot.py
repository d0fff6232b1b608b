"""Take the README's picture: the queue of the console, on the folder of a demo run.

Usage: python tools/screenshot.py DEMO_FOLDER PICTURE.png
"""

import shutil
import sys
import threading
from pathlib import Path

import uvicorn
from playwright.sync_api import sync_playwright

from core.records import people
from core.settings import load_settings
from dashboards.console.app import create_app
from langnghe.demo.run import LEAD
from langnghe.house import House
from langnghe.serve import bind

WIDTH, HEIGHT = 1440, 900


def main(folder: Path, picture: Path) -> None:
    """Sign in with a new password, open the queue, and save what is seen."""
    house = House(load_settings(data_dir=folder))
    password = people.new_password()
    people.set_password(house.records, LEAD, password)
    sock = bind("127.0.0.1", 0)
    base = f"http://127.0.0.1:{sock.getsockname()[1]}"
    app = create_app(house.settings, house.records, house.engine)
    server = uvicorn.Server(uvicorn.Config(app, log_level="warning"))
    threading.Thread(target=server.run, kwargs={"sockets": [sock]}, daemon=True).start()
    with sync_playwright() as play:
        browser = play.chromium.launch(
            executable_path=shutil.which("chromium"), args=["--no-sandbox", "--disable-gpu"]
        )
        page = browser.new_page(viewport={"width": WIDTH, "height": HEIGHT})
        page.goto(base)
        page.fill("#username", LEAD)
        page.fill("#password", password)
        page.press("#password", "Enter")
        page.wait_for_url("**/queue")
        page.screenshot(path=picture)
        browser.close()
    server.should_exit = True


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
