# SPDX-License-Identifier: GPL-2.0-or-later
"""dunst, a real notification service, on a desktop with layers (sway).

Its buttons are a menu, which a program shows: here one that takes the line that a test wrote down.
"""
import json

from person import NOTIFICATIONS

CONFIG = """[global]
    dmenu = {menu}
    history_length = 20
"""
MENU = """#!/bin/sh
cat > {offered}
grep -F "$(cat {choice})" {offered}
"""


class Dunst:
    def __init__(self, desktop):
        self.desktop = desktop
        directory = desktop.path("dunst")
        directory.mkdir()
        self.choice, self.offered = directory / "choice", directory / "offered"
        menu = directory / "menu"
        menu.write_text(MENU.format(offered=self.offered, choice=self.choice))
        menu.chmod(0o755)
        config = directory / "dunstrc"
        config.write_text(CONFIG.format(menu=menu))
        self.process = desktop.spawn("dunst", "dunst", "-config", config)
        desktop.wait_name("dunst", NOTIFICATIONS)

    def shown(self):
        return json.loads(self.control("count", "displayed"))

    def control(self, *words):
        return self.desktop.run("dunstctl", *words)

    def press(self, label):
        """A click on the newest one, and the line of the menu."""
        self.choice.write_text(label)
        self.control("context")

    def stop(self):
        self.process.stop()
