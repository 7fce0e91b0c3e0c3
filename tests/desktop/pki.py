# SPDX-License-Identifier: GPL-2.0-or-later
"""An authority that issues and revokes certificates, by GnuTLS's certtool."""
import datetime
import hashlib
import pathlib
import ssl
import subprocess


class Pki:
    def __init__(self, directory, name="Test authority"):
        self.directory = pathlib.Path(directory)
        self.directory.mkdir(parents=True)
        self.ca = self.directory / "ca.pem"
        self.ca_key = self.make_key("ca")
        self.certtool("--generate-self-signed", f'dn = "CN={name}"', "ca", "cert_signing_key",
                      "crl_signing_key", "expiration_days = 3650",
                      options=("--load-privkey", self.ca_key, "--outfile", self.ca))

    def certtool(self, verb, *template, options=()):
        file = self.directory / "template"
        file.write_text("\n".join(template) + "\n")
        subprocess.run(["certtool", verb, "--template", str(file), *map(str, options)], check=True,
                       capture_output=True)

    def make_key(self, name):
        key = self.directory / f"{name}.key"
        subprocess.run(["certtool", "--generate-privkey", "--key-type", "ecdsa", "--outfile",
                        str(key)], check=True, capture_output=True)
        key.chmod(0o600)
        return key

    def issue(self, name, dn, days=300, uses=("tls_www_client",)):
        """(certificate, key); with negative days one that has expired."""
        key = self.make_key(name)
        certificate = self.directory / f"{name}.pem"
        now = datetime.datetime.now(datetime.timezone.utc)
        dates = [f'{key} = "{now + datetime.timedelta(days=offset):%Y-%m-%d %H:%M:%S UTC}"'
                 for key, offset in (("activation_date", min(days, 0) - 2),
                                     ("expiration_date", days))]
        self.certtool("--generate-certificate", f'dn = "{dn}"', "signing_key", *uses, *dates,
                      options=("--load-privkey", key, "--load-ca-certificate", self.ca,
                               "--load-ca-privkey", self.ca_key, "--outfile", certificate))
        return certificate, key

    def issue_for_server(self, name="desk", days=300):
        return self.issue(name, f"CN={name}", days, ("tls_www_server", 'dns_name = "localhost"',
                                                     'ip_address = "127.0.0.1"'))

    def revoke(self, *certificates):
        """The list of the revoked, which are these and no other."""
        crl = self.directory / "crl.pem"
        revoked = self.directory / "revoked"
        revoked.write_text("".join(pathlib.Path(each).read_text() for each in certificates))
        load = ("--load-certificate", revoked) if certificates else ()
        self.certtool("--generate-crl", "crl_next_update = 30", "crl_number = 1",
                      options=("--load-ca-certificate", self.ca, "--load-ca-privkey", self.ca_key,
                               *load, "--outfile", crl))
        return crl


def fingerprint(certificate):
    """SHA-256 as people write it."""
    der = ssl.PEM_cert_to_DER_cert(pathlib.Path(certificate).read_text())
    digest = hashlib.sha256(der).hexdigest().upper()
    return ":".join(digest[i:i + 2] for i in range(0, len(digest), 2))
