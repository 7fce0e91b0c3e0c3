# SPDX-License-Identifier: GPL-2.0-or-later
"""The clipboard both ways, byte for byte: by our own viewer, between the compositor's clipboard and
the wire."""
import contextlib
import io
import random
import threading
import time

import pytest
from PIL import Image

from clipboard_desk import MIB, PLAIN, long_text
from processes import wait_until
from rfb import clipboard as wire
from rfb.client import EXTENSIONS

pytestmark = pytest.mark.on("mutter")


def connect(share, caps=wire.EVERYTHING, **options):
    """A viewer that knows the Extended Clipboard, once it has been told what there is."""
    viewer = share.viewer(extensions=EXTENSIONS + (wire.EXTENDED_CLIPBOARD,), **options)
    viewer.refresh()
    viewer.wait_told(lambda: viewer.clipboard.server_caps is not None, what="caps")
    if caps is not None:
        viewer.extended_cut_text(wire.caps(caps))
    hear_all(viewer)
    return viewer


def hear_all(viewer):
    """Until nothing comes any more, so that what comes is news."""
    while viewer.readable(0.4):
        viewer.read_message()


def connect_open(share, **options):
    viewer = connect(share, **options)
    end = viewer.clipboard
    viewer.wait_told(lambda: end.server_caps & wire.REQUEST and end.server_caps & wire.NOTIFY,
                     what="an open clipboard")
    hear_all(viewer)
    return viewer


def get(viewer, formats):
    """Asks as a viewer does that pastes."""
    before = len(viewer.clipboard.provided)
    viewer.extended_cut_text(wire.action(wire.REQUEST | formats))
    viewer.wait_told(lambda: len(viewer.clipboard.provided) > before, what="the contents")
    return viewer.clipboard.provided[-1]


def wait_notified(viewer, formats):
    viewer.wait_told(lambda: viewer.clipboard.notified and viewer.clipboard.notified[-1] == formats,
                     what=f"news of {formats} after {viewer.clipboard.notified}")


def put(viewer, contents):
    """Copies as a viewer does that gives when it is asked; serves until the desktop has all."""
    viewer.extended_cut_text(wire.action(wire.NOTIFY | sum(contents)))
    serve(viewer, contents, 1.5)


@contextlib.contextmanager
def offering(viewer, contents):
    """Copies, and gives to who asks meanwhile."""
    viewer.extended_cut_text(wire.action(wire.NOTIFY | sum(contents)))
    over = threading.Event()
    giver = threading.Thread(target=serve, args=(viewer, contents, 60, over))
    giver.start()
    try:
        yield
    finally:
        over.set()
        giver.join()


def serve(viewer, contents, seconds, over=threading.Event()):
    end = time.monotonic() + seconds
    answered = len(viewer.clipboard.requested)
    while time.monotonic() < end and not over.is_set():
        if viewer.readable(0.1):
            viewer.read_message()
        for formats in viewer.clipboard.requested[answered:]:
            answered += 1
            viewer.extended_cut_text(wire.provide(
                {bit: octets for bit, octets in contents.items() if bit & formats}))


def picture_bmp(width, height):
    image = Image.frombytes("RGB", (width, height), random.Random(1).randbytes(width * height * 3))
    octets = io.BytesIO()
    image.save(octets, "BMP")
    return image, octets.getvalue()


def test_a_mebibyte_of_text_to_the_viewer(shared, application):
    text = long_text(MIB)
    viewer = connect_open(shared)
    application.copy_for(viewer, {PLAIN: text.encode()}, wire.TEXT)
    assert get(viewer, wire.TEXT)[wire.TEXT] == wire.text_to_wire(text)


def test_a_mebibyte_of_text_from_the_viewer(shared, application):
    text = long_text(MIB)
    viewer = connect_open(shared)
    put(viewer, {wire.TEXT: wire.text_to_wire(text)})
    application.wait_types(PLAIN, "text/plain", "UTF8_STRING")
    assert application.paste() == text.encode()
    # Mutter's own clipboard has kept it
    viewer.close()
    assert application.paste() == text.encode()


def test_an_image_both_ways(shared, application):
    _, bmp = picture_bmp(300, 200)
    viewer = connect_open(shared)
    application.copy_for(viewer, {"image/bmp": bmp}, wire.DIB)
    assert get(viewer, wire.DIB)[wire.DIB] == bmp[14:]
    application.stop()

    image, bmp = picture_bmp(320, 180)
    with offering(viewer, {wire.DIB: bmp[14:]}):
        application.wait_types("image/png", "image/bmp")
        assert application.paste("image/bmp") == bmp
        with Image.open(io.BytesIO(application.paste("image/png"))) as pasted:
            assert pasted.convert("RGB").tobytes() == image.tobytes()


def test_png_becomes_a_bitmap(shared, application):
    image = Image.new("RGBA", (50, 40), (200, 100, 50, 128))
    image.putpixel((3, 2), (1, 2, 3, 255))
    octets = io.BytesIO()
    image.save(octets, "PNG")
    viewer = connect_open(shared)
    application.copy_for(viewer, {"image/png": octets.getvalue()}, wire.DIB)
    dib = get(viewer, wire.DIB)[wire.DIB]
    assert dib[:4] == (124).to_bytes(4, "little")  # BITMAPV5HEADER
    rows = [dib[124 + 200 * y:124 + 200 * (y + 1)] for y in reversed(range(40))]
    assert rows[2][12:16] == bytes((3, 2, 1, 255))
    assert rows[0][:4] == bytes((50, 100, 200, 128))


def test_html_and_rtf(shared, application):
    html = "<p>Grüße <b>🐧</b></p>"
    rtf = rb"{\rtf1 hello}"
    viewer = connect_open(shared)
    application.copy_for(viewer, {"text/html": html.encode(), "text/rtf": rtf, PLAIN: b"hello"},
                         wire.TEXT | wire.RTF | wire.HTML)
    contents = get(viewer, wire.TEXT | wire.RTF | wire.HTML)
    assert contents[wire.TEXT] == b"hello\0"
    assert contents[wire.RTF] == rtf
    fragment = contents[wire.HTML]
    offsets = dict(line.split(b":") for line in fragment.split(b"\r\n")[:5])
    start, end = int(offsets[b"StartFragment"]), int(offsets[b"EndFragment"])
    assert fragment[start:end] == html.encode()
    application.stop()

    with offering(viewer, {wire.HTML: fragment}):
        application.wait_types("text/html")
        assert application.paste("text/html") == html.encode()


def test_latin1_for_who_knows_no_better(shared, application):
    viewer = shared.viewer()
    viewer.refresh()
    helper = connect_open(shared)  # says when the clipboard is there
    application.copy({PLAIN: "Grüße\nfür 5 €".encode()})
    viewer.wait_told(lambda: viewer.clipboard.latin1, what="the text")
    assert viewer.clipboard.latin1 == ["Grüße\nfür 5 ?".encode("latin-1")]
    application.stop()
    helper.close()
    viewer.cut_text("Ärger\nzurück".encode("latin-1"))
    wait_until(lambda: PLAIN in application.types() and
               application.paste() == "Ärger\nzurück".encode(), 10, "not what the viewer copied")


def test_one_viewer_pastes_what_another_copied(shared, application):
    first = connect_open(shared)
    second = connect_open(shared)
    text = "from one viewer\nto another 🐧"
    put(first, {wire.TEXT: wire.text_to_wire(text)})
    wait_notified(second, wire.TEXT)
    assert get(second, wire.TEXT)[wire.TEXT] == wire.text_to_wire(text)


@pytest.mark.parametrize("ways, to_viewer, from_viewer", [
    ("to-viewer", True, False), ("from-viewer", False, True), ("off", False, False)])
def test_the_ways_that_the_policy_leaves(shared, application, ways, to_viewer, from_viewer):
    application.copy({PLAIN: b"old"})
    shared.daemon.set_setting("clipboard", f"'{ways}'")
    wait_until(lambda: shared.daemon.get(
        "Clipboard", interface="org.gnome.DesktopSharing.Settings") == ways, 5, "not set")
    viewer = connect(shared)
    end = viewer.clipboard
    if to_viewer or from_viewer:
        viewer.wait_told(lambda: end.server_caps != wire.CAPS, what="an open clipboard")
    assert bool(end.server_caps & wire.REQUEST) == to_viewer
    assert bool(end.server_caps & wire.PROVIDE) == from_viewer
    application.stop()
    hear_all(viewer)
    if to_viewer:
        application.copy_for(viewer, {PLAIN: b"new"}, wire.TEXT)
    else:
        application.copy({PLAIN: b"new"})
    viewer.extended_cut_text(wire.action(wire.REQUEST | wire.TEXT))
    put(viewer, {wire.TEXT: b"intruder\0"})
    assert end.provided == ([{wire.TEXT: b"new\0"}] if to_viewer else [])
    assert (application.paste() == b"intruder") == from_viewer
    if not to_viewer:
        assert end.notified == []


def test_who_only_looks_has_no_part_in_it(shared, application):
    viewer = connect_open(shared)
    shared.daemon.set_setting("view-only", "true")
    viewer.wait_told(lambda: viewer.clipboard.server_caps == wire.CAPS, what="that it is over")
    before = len(viewer.clipboard.notified)
    application.copy({PLAIN: b"secret"})
    viewer.extended_cut_text(wire.action(wire.REQUEST | wire.TEXT))
    viewer.cut_text(b"intruder")
    put(viewer, {wire.TEXT: b"intruder\0"})
    assert viewer.clipboard.provided == []
    assert len(viewer.clipboard.notified) == before
    assert application.paste() == b"secret"
    shared.daemon.set_setting("view-only", "false")
    wait_notified(viewer, wire.TEXT)
    assert get(viewer, wire.TEXT) == {wire.TEXT: b"secret\0"}


def test_more_than_the_limit_stays_where_it_is(shared, application):
    shared.daemon.set_setting("clipboard-limit", "uint32 4")
    viewer = connect_open(shared)
    application.copy_for(viewer, {PLAIN: b"x" * 4097}, wire.TEXT)
    assert get(viewer, wire.TEXT) == {}
    application.stop()
    hear_all(viewer)
    application.copy_for(viewer, {PLAIN: b"x" * 4096}, wire.TEXT)
    assert get(viewer, wire.TEXT) == {wire.TEXT: b"x" * 4096 + b"\0"}
    viewer.extended_cut_text(wire.provide({wire.TEXT: b"y" * 4097 + b"\0"}))
    viewer.extended_cut_text(wire.provide({wire.TEXT: b"y" * (60 << 20)}))  # 60 KB on the wire
    viewer.wait_fence(b"still there")
    time.sleep(0.5)
    assert application.paste() == b"x" * 4096


def test_an_application_that_hangs_costs_nobody_else_anything(shared, application):
    viewer = connect_open(shared)
    count = shared.desktop.path("questions")
    application.copy_for(viewer, {PLAIN: b"never given", "text/html": b"neither"},
                         wire.TEXT | wire.HTML, "--hang", "--count", count)
    count.unlink(missing_ok=True)
    for number in range(200):
        viewer.extended_cut_text(wire.action(wire.REQUEST | wire.TEXT))
        assert viewer.wait_fence(b"%d" % number) < 1
    viewer.refresh()
    # the answer comes in the end: that there is nothing
    viewer.wait_told(lambda: viewer.clipboard.provided, 30, "an answer")
    assert viewer.clipboard.provided[0] == {}
    questions = count.read_text().splitlines() if count.exists() else []
    assert len(questions) <= 3, questions


def test_a_hail_of_offers_reaches_the_compositor_as_a_few(shared, application):
    viewer = connect_open(shared)
    monitor = shared.desktop.spawn("monitor", "dbus-monitor", "--session", "member='SetSelection'")
    wait_until(lambda: "NameAcquired" in monitor.log_tail(), 5, "dbus-monitor does not look")
    for _ in range(200):
        viewer.extended_cut_text(wire.action(wire.NOTIFY | wire.HTML))
        viewer.extended_cut_text(wire.action(wire.NOTIFY | wire.TEXT))
    application.wait_types(PLAIN)
    hear_all(viewer)
    offers = monitor.log.read_text().count("member=SetSelection")
    shared.desktop.processes.stop("monitor")
    assert 1 <= offers <= 20


def test_a_broken_zlib_stream_ends_only_who_sent_it(shared, application):
    worker = connect_open(shared)
    viewer = connect_open(shared)
    viewer.extended_cut_text(wire.action(wire.PROVIDE | wire.TEXT) + b"no zlib at all")
    assert viewer.closed_within(5)
    worker.wait_fence(b"still there")


@pytest.mark.on("sway")
def test_where_viewers_only_look_there_is_none(shared):
    viewer = connect(shared)
    assert viewer.clipboard.server_caps == wire.CAPS
    viewer.extended_cut_text(wire.action(wire.REQUEST | wire.TEXT))
    viewer.extended_cut_text(wire.action(wire.PEEK))
    hear_all(viewer)
    assert viewer.clipboard.provided == viewer.clipboard.notified == []
