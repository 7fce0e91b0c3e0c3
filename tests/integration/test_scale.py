# SPDX-License-Identifier: GPL-2.0-or-later
"""A monitor whose logical pixels are bigger than those of the picture: the pointer goes where the
viewer sees it, by the portal and by Mutter itself."""
import pytest

from processes import wait_until
from rfb.client import EXTENSIONS
from share import shows_colour

POINTER_POS = -232
SIZE = (1920, 1080)
PLACES = ((300, 201), (1700, 1000), (1900, 20))  # also beyond the logical size
# One monitor: with two of them Mutter 48 sends no pointer apart (portal/second_look.h).
SCALED = {"size": SIZE, "settings": (
    ("org.gnome.mutter", "experimental-features", "['scale-monitor-framebuffer']"),)}


def pytest_generate_tests(metafunc):
    metafunc.parametrize("options", [SCALED], ids=["scaled"])


@pytest.mark.on("mutter")
@pytest.mark.parametrize("way", ("portal", "mutter"))
def test_the_pointer_is_where_it_is_seen(fresh, options, way):
    fresh.daemon.set_setting("capture", way)
    fresh.show_colour(20, 160, 90)
    actor, other = fresh.viewer(), fresh.viewer(extensions=(*EXTENSIONS, POINTER_POS))
    for factor in (1.0, 2.0, 1.5):  # under the eyes of both
        fresh.desktop.scale(factor)
        for viewer in (actor, other):
            viewer.wait_for(lambda rgb: rgb.shape[:2] == SIZE[::-1] and shows_colour(
                rgb, (20, 160, 90)), 20, "the colour")
        for place in PLACES:
            reach(actor, other, place, f"with {factor} by {way}")


def reach(actor, other, place, when):
    def told():
        # Again, as what comes while the session is opened anew goes nowhere.
        actor.pointer(*place)
        actor.wait_fence(b"moved")
        other.catch_up()
        # a scale of 1.5 leaves no pixel exactly where it was
        return other.pointer_place and all(
            abs(seen - wanted) <= 1 for seen, wanted in zip(other.pointer_place, place))
    wait_until(told, 5, f"{place} was not told {when}, but {other.pointer_place}")
