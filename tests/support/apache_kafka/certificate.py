"""A broker's certificate, made on the spot with the JDK's own tool."""

import shutil
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from deploy.embedded.processes import StartError

_PASSWORD = "of-no-worth"  # noqa: S105  # the key lives as long as the test


@dataclass(frozen=True, slots=True)
class Certificate:
    """A key with its certificate for 127.0.0.1, and the certificate alone for clients."""

    keys: Path
    ca_file: Path

    def listening(self, properties: Mapping[str, str], port: int) -> dict[str, str]:
        """A server's lines with one more listener: as CLIENT, but encrypted."""
        lines = {
            name.replace(".client.", ".tls."): value
            for name, value in properties.items()
            if name.startswith("listener.name.client.")
        }
        security = "SASL_SSL" if lines else "SSL"
        for name, more in {
            "listeners": f"TLS://127.0.0.1:{port}",
            "advertised.listeners": f"TLS://127.0.0.1:{port}",
            "listener.security.protocol.map": f"TLS:{security}",
        }.items():
            lines[name] = f"{properties[name]},{more}"
        return {
            **properties,
            **lines,
            "ssl.keystore.type": "PKCS12",
            "ssl.keystore.location": str(self.keys),
            "ssl.keystore.password": _PASSWORD,
        }


def make_certificate(folder: Path) -> Certificate:
    """A new one, signed by itself, in a new folder."""
    folder.mkdir(parents=True)
    made = Certificate(keys=folder / "keys.p12", ca_file=folder / "ca.pem")
    store = ("-alias", "kafka", "-keystore", str(made.keys), "-storepass", _PASSWORD)
    _keytool(
        *("-genkeypair", *store, "-storetype", "PKCS12", "-dname", "CN=kafka"),
        *("-keyalg", "EC", "-groupname", "secp256r1", "-validity", "2", "-ext", "SAN=ip:127.0.0.1"),
    )
    _keytool("-exportcert", *store, "-rfc", "-file", str(made.ca_file))
    return made


def _keytool(*arguments: str) -> None:
    tool = shutil.which("keytool")
    if tool is None:
        raise StartError("No certificate can be made: keytool is not installed.")
    done = subprocess.run(
        [tool, *arguments], capture_output=True, text=True, timeout=60, check=False
    )
    if done.returncode != 0:
        raise StartError(f"No certificate was made: {done.stdout}{done.stderr}")
