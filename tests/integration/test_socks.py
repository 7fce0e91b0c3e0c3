# SPDX-License-Identifier: GPL-2.0-or-later
"""Calls through SOCKS proxies: without login, by password, and by Kerberos with a real KDC; and
proxies that lie."""
import subprocess

import pytest
from gi.repository import GLib

from daemon import NAME, Daemon
from kdc import Kdc, free_port
from managed_session import ManagedSession
from processes import wait_until
from share import Share
from socks_proxy import LIES_OF_DATA, LIES_OF_LEVELS, LIES_OF_TOKENS, SocksProxy
from test_reverse import Door, call, error_of

ALICE = "alice@DESKTOP.TEST"
SECRET = "down the rabbit hole"


class Site:
    """A realm with alice, whose desktop it is, and a proxy that has a key."""

    def __init__(self, session):
        self.kdc = Kdc(session.path("kdc"))
        self.keytab = session.path("keytab")

    def __enter__(self):
        self.kdc.__enter__()
        self.kdc.add_user("alice")
        for service in ("rcmd/localhost", "socks/localhost"):
            self.kdc.add_service(service, self.keytab)
        self.ticket = self.kdc.ticket("alice")
        return self

    def __exit__(self, *_):
        self.kdc.__exit__()


@pytest.fixture(scope="module")
def realm(build):
    with ManagedSession() as session, Site(session) as site:
        session.environment.update(site.ticket)
        daemon = Daemon(session, build)
        site.daemon = daemon.start()
        yield site
        process = daemon.process
        status = daemon.stop()
        Share.check_sanitizers(process)
        assert status == 0


@pytest.fixture
def site(realm, monkeypatch):
    """The proxy's side of Kerberos is in this process."""
    monkeypatch.setenv("KRB5_CONFIG", str(realm.kdc.conf))
    monkeypatch.setenv("KRB5RCACHENAME", "none:")
    realm.daemon.reset_setting("security-types")
    return realm


def through(proxy, host="127.0.0.1", user=None):
    name = f"{user}@" if user else ""
    return {"proxy": GLib.Variant("s", f"socks5://{name}{host}:{proxy.port}")}


def use(daemon, proxy, uri=None, host="127.0.0.1", user=None, **options):
    """A session of our own viewer, over the proxy; returns the Address that was told."""
    with Door() as door:
        path = call(daemon, uri.format(port=door.uri.rpartition(":")[2]) if uri else door.uri,
                    **through(proxy, host, user), **options)
        with door.viewer(daemon) as viewer:
            viewer.refresh(20)
            viewer.fence(b"x" * 60)
            return daemon.get("Address", path, NAME + ".Client")


def error_through(daemon, proxy, host="127.0.0.1", user=None, **options):
    with Door() as door:
        return error_of(daemon, door.uri, **through(proxy, host, user), **options)


# --- no login, and passwords


@pytest.mark.parametrize("answer", (None, "name", "ipv6"))
def test_without_login(site, answer):
    with SocksProxy(lie=answer) as proxy:
        address = use(site.daemon, proxy)
        assert proxy.seen[-1][:3] == ("to", 1, "127.0.0.1")
        assert address.startswith("127.0.0.1:")


def test_the_name_is_the_proxys_to_look_up(site):
    with SocksProxy() as proxy:
        address = use(site.daemon, proxy, "vnc://viewer.example.org:{port}")
        assert proxy.seen[-1][:3] == ("to", 3, "viewer.example.org")
        assert address.startswith("viewer.example.org:")


def test_ipv6(site):
    with SocksProxy(reply=5) as proxy:
        assert error_of(site.daemon, "vnc://[2001:db8::1]:5501", **through(proxy)) == "Refused"
        assert proxy.seen[-1] == ("to", 4, "2001:db8::1", 5501)


def test_by_password(site):
    with SocksProxy("password", ("alice", SECRET)) as proxy:
        account = f"alice@127.0.0.1:{proxy.port}"
        assert error_through(site.daemon, proxy, user="alice") == "NoPassword"
        assert not proxy.seen
        site.daemon.control("set-password", "--proxy", account, stdin=SECRET + "\n")
        use(site.daemon, proxy, user="alice")
        assert proxy.seen[:2] == [("methods", (2,)), ("user", "alice")]
        site.daemon.control("set-password", "--proxy", account, stdin="wrong\n")
        assert error_through(site.daemon, proxy, user="alice") == "ProxyDenied"
        site.daemon.control("remove-user", "--proxy", account)
        assert error_through(site.daemon, proxy, user="alice") == "NoPassword"
        assert SECRET not in site.daemon.process.log_text()
        assert site.daemon.control("remove-user", "--proxy", account, check=False).returncode == 1
    assert "alice@127" not in site.daemon.control("list-users").stdout


def test_a_password_is_not_sent_where_it_is_not_asked_for(site):
    with SocksProxy("none") as proxy:
        account = f"alice@127.0.0.1:{proxy.port}"
        site.daemon.control("set-password", "--proxy", account, stdin=SECRET + "\n")
        assert error_through(site.daemon, proxy, user="alice") == "ProxyDenied"
        site.daemon.control("remove-user", "--proxy", account)


def test_a_proxy_whose_rules_do_not_allow_it(site):
    with SocksProxy(reply=2) as proxy:
        assert error_through(site.daemon, proxy) == "ProxyDenied"


def test_a_proxy_that_hangs_up(site):
    with SocksProxy(lie="hang up") as proxy:
        assert error_through(site.daemon, proxy) == "ProxyFailed"


def test_there_is_no_proxy(site):
    with Door() as door:
        assert error_of(site.daemon, door.uri, proxy=GLib.Variant(
            "s", f"socks5://127.0.0.1:{free_port()}")) == "ProxyFailed"


def test_what_is_no_proxy(site):
    assert error_of(site.daemon, "vnc://127.0.0.1",
                    proxy=GLib.Variant("s", "socks5://a:b@127.0.0.1")) == "InvalidValue"


# --- GSS-API


def test_by_kerberos(site):
    with SocksProxy("gssapi", keytab=site.keytab) as proxy:
        use(site.daemon, proxy, host="localhost")
        assert proxy.seen[:5] == [
            ("methods", (1, 0)), ("user", ALICE), ("delegated", False), ("mutual", True),
            ("level", 2)]
        assert proxy.seen[5][0] == "to"


def test_by_the_command(site):
    with SocksProxy("gssapi", keytab=site.keytab) as proxy, Door() as door:
        site.daemon.control("connect", "--proxy", f"socks5://localhost:{proxy.port}",
                            "--proxy-authentication=gssapi", "--proxy-service", "socks", door.uri)
        with door.viewer(site.daemon) as viewer:
            viewer.refresh(20)
        assert proxy.seen[0] == ("methods", (1,))


@pytest.mark.parametrize("form", (None, "nec"))
@pytest.mark.parametrize("level", (1, 2))
def test_integrity_is_enough_for_tls(site, form, level):
    """And more is asked for. The proxy looks whether what comes is protected as it said."""
    with SocksProxy("gssapi", keytab=site.keytab, level=level, lie=form) as proxy:
        use(site.daemon, proxy, host="localhost")
        assert ("level", 2) in proxy.seen and proxy.seen[-1][0] == "to"


def list_what_does_not_encrypt(daemon):
    daemon.set_setting("security-types", "['x509-plain', 'vnc-auth']")
    wait_until(lambda: "vnc-auth" in daemon.get("StatusReason"), 5, "not listed")


def stopped_at_the_level(proxy):
    return proxy.seen[-1] == ("level", 2)


@pytest.mark.parametrize("form", (None, "nec"))
def test_integrity_is_not_enough_for_what_is_not_encrypted(site, form):
    list_what_does_not_encrypt(site.daemon)
    with SocksProxy("gssapi", keytab=site.keytab, level=1, lie=form) as proxy:
        assert error_through(site.daemon, proxy, "localhost") == "ProxyFailed"
        assert stopped_at_the_level(proxy)
    with SocksProxy("gssapi", keytab=site.keytab, level=2, lie=form) as proxy:
        use(site.daemon, proxy, host="localhost")
        assert proxy.seen[0] == ("methods", (1,)) and proxy.seen[-1][0] == "to"


def test_who_has_a_ticket_is_not_talked_out_of_encryption(site):
    """Where TLS does not protect what goes through, "none" is not there to be chosen."""
    with SocksProxy("none") as proxy:
        use(site.daemon, proxy, host="localhost")
        assert proxy.seen[0] == ("methods", (1, 0))
        list_what_does_not_encrypt(site.daemon)
        assert error_through(site.daemon, proxy, "localhost") == "ProxyDenied"
        assert proxy.seen[-1] == ("methods", (1,))
        use(site.daemon, proxy, host="localhost",
            proxy_authentication=GLib.Variant("s", "none"))


@pytest.mark.parametrize("level", (0, 3, 255))
def test_levels_that_are_none(site, level):
    with SocksProxy("gssapi", keytab=site.keytab, level=level) as proxy:
        assert error_through(site.daemon, proxy, "localhost") == "ProxyFailed"
        assert stopped_at_the_level(proxy)


@pytest.mark.parametrize("lie", (*LIES_OF_TOKENS, *LIES_OF_LEVELS))
def test_lies_of_the_login(site, lie):
    """The proxy is told that we do not go on."""
    with SocksProxy("gssapi", keytab=site.keytab, lie=lie) as proxy:
        assert error_through(site.daemon, proxy, "localhost") == "ProxyFailed"
        wait_until(lambda: ("aborted", True) in proxy.seen, 5, "the proxy is not told")


@pytest.mark.parametrize("lie", LIES_OF_DATA)
def test_lies_behind_the_login(site, lie):
    with SocksProxy("gssapi", keytab=site.keytab, lie=lie) as proxy:
        assert error_through(site.daemon, proxy, "localhost") == "ProxyFailed"


def test_what_is_repeated_ends_the_session(site):
    with SocksProxy("gssapi", keytab=site.keytab, lie="repeated data") as proxy, Door() as door:
        path = call(site.daemon, door.uri, **through(proxy, "localhost"))
        wait_until(lambda: path not in site.daemon.get("Clients"), 10, "it goes on")
    assert "what is not protected" in site.daemon.process.log_text()


def test_a_proxy_that_does_not_know_us(site):
    """Its name in the realm is another one, or it has no key."""
    with SocksProxy("gssapi", keytab=site.keytab) as proxy:
        assert error_through(site.daemon, proxy, "localhost",
                             proxy_service=GLib.Variant("s", "nobody")) == "ProxyFailed"


# --- another client, which goes half of the way


def test_curl_agrees_with_the_proxy(site, build):
    """curl 7.88 knows context and level, unless it has to wait for the method; it asks for no
    protection, which RFC 1961 does not have, and stops. curl 8.14 stops behind the context."""
    version = subprocess.run(["curl", "--version"], capture_output=True, text=True, check=True)
    with SocksProxy("gssapi", keytab=site.keytab, early=True) as proxy:
        subprocess.run(
            ["curl", "-sS", "-m", "10", "--proxy", f"socks5h://localhost:{proxy.port}",
             "--socks5-gssapi", "--socks5-gssapi-service", "rcmd", "http://127.0.0.1:1/"],
            env=dict(site.ticket, PATH="/usr/bin", LD_PRELOAD=str(
                build / "tests" / "integration" / "late-reader.so")), check=False, timeout=30)
        proxy.faults.clear()  # what it says next is none of SOCKS
        assert ("user", ALICE) in proxy.seen
        assert ("mutual", True) in proxy.seen
        if version.stdout.startswith("curl 7."):
            assert [each for each in proxy.seen if each[0] == "level"]
