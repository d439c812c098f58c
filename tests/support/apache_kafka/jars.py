"""Apache Kafka's jars: fetched once with Maven, kept in the user's cache."""

import hashlib
import os
import shutil
import subprocess
import tempfile
from pathlib import Path

from deploy.embedded.processes import StartError

_POM = Path(__file__).with_name("pom.xml")
_COPY = "org.apache.maven.plugins:maven-dependency-plugin:3.8.1:copy-dependencies"


def missing() -> str:
    """The programs that are not on this computer, empty when nothing is missing."""
    return " and ".join(name for name in ("java", "mvn") if shutil.which(name) is None)


def fetched() -> Path:
    """The folder with the jars, fetched when this is the first time."""
    cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "passerelle"
    jars = cache / f"apache-kafka-{hashlib.sha256(_POM.read_bytes()).hexdigest()[:12]}"
    if not jars.exists():
        cache.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=cache) as folder:
            _fetch(Path(folder) / "jars")
            try:
                (Path(folder) / "jars").rename(jars)
            except OSError:  # another process was faster
                if not jars.exists():
                    raise
    return jars


def _fetch(folder: Path) -> None:
    maven = shutil.which("mvn")
    if maven is None:
        raise StartError("Apache Kafka cannot be fetched: mvn is not installed.")
    done = subprocess.run(
        [
            *(maven, "--quiet", "--batch-mode", "--file", str(_POM), _COPY),
            *("-DincludeScope=runtime", f"-DoutputDirectory={folder}"),
        ],
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    if done.returncode != 0:
        first = next((x for x in done.stdout.splitlines() if "ERROR" in x), "no reason given")
        raise StartError(f"Apache Kafka cannot be fetched: {first}")
