# SPDX-License-Identifier: GPL-2.0-or-later
"""README's way to a Kerberos site, line by line, with a real KDC and a viewer that has a ticket."""
import subprocess
import sys

import pytest

from processes import wait_until
from rfb import login
from test_certificates import readme
from test_kerberos import ALICE, Site, have_ticket
from test_login import start_sasl
from test_viewers import VIEWERS, address, finish, start

pytestmark = pytest.mark.on("mutter")


def mechanisms_inside_tls(shared):
    wire = start_sasl(shared)
    try:
        return login.read_mechanisms(wire)
    finally:
        wire.close()


def test_the_readme_leads_to_a_kerberos_site(shared, monkeypatch):
    commands = readme("A Kerberos site")
    assert 1 < len(commands.splitlines()) - 1 < 10
    directory = shared.desktop.path("by-the-readme")
    directory.mkdir()
    with Site(shared) as site:
        for word, ours in (("HOST", "127.0.0.1"), ("/home/USER/.config", str(directory)),
                           ("REALM", site.home.realm)):
            assert word in commands
            commands = commands.replace(word, ours)
        assert "GSSAPI" not in mechanisms_inside_tls(shared)
        environment = dict(site.home.environment, **shared.desktop.environment)
        environment["PATH"] += ":/usr/sbin"
        subprocess.run(["sh", "-c", commands], env=environment, check=True, timeout=60,
                       capture_output=True)
        wait_until(lambda: "GSSAPI" in mechanisms_inside_tls(shared), 5, "no Kerberos is offered")
        have_ticket(monkeypatch, site.alice)
        viewer = start(shared, sys.executable, "-B", VIEWERS / "gtkvnc_viewer.py", "--user",
                       "nobody", "--certificate", shared.daemon.certificate, address(shared))
        told = shared.client_object(State="connected", User=ALICE)
        assert (told["SecurityType"], told["Mechanism"]) == ("x509-sasl", "GSSAPI")
        finish(viewer)
