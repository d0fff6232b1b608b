"""Take the picture in docs/airflow.md: the DAGs of the Airflow that runs on a folder.

Usage: python -m tools.local_airflow.screenshot FOLDER PICTURE.png
"""

import configparser
import shutil
import sys
from pathlib import Path

from playwright.sync_api import sync_playwright

from tools.local_airflow.configuration import USER, password

WIDTH, HEIGHT = 1440, 1110


def main(folder: Path, picture: Path) -> None:
    """Sign in, open the list of DAGs, and save what is seen."""
    home = folder / "home"
    written = configparser.RawConfigParser()
    written.read(home / "airflow.cfg")
    base = written.get("api", "base_url")
    with sync_playwright() as play:
        browser = play.chromium.launch(
            executable_path=shutil.which("chromium"), args=["--no-sandbox", "--disable-gpu"]
        )
        page = browser.new_page(viewport={"width": WIDTH, "height": HEIGHT})
        page.goto(f"{base}/dags")
        page.fill("input[name=username]", USER)
        page.fill("input[name=password]", password(home))
        page.keyboard.press("Enter")
        page.wait_for_url("**/dags*")
        page.get_by_text("weekly_report").first.wait_for()
        page.wait_for_load_state("networkidle")
        page.screenshot(path=picture)
        browser.close()


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
