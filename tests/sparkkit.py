"""Spark of this machine for tests: a cluster of two executors, and a driver of its own process.

Run as a program it is that driver: a job as JSON on standard input, what came of it on the last
line of standard output.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from dataclasses import asdict
from importlib.util import find_spec
from pathlib import Path
from typing import Any

MASTER = "local-cluster[2,1,1024]"
BOUND = 600.0  # seconds after which a driver is given up, so that no test hangs
# A JVM that lives for a minute starts sooner without its best compiler, and a task that is lost
# twice is lost enough.
_JAVA = "-XX:TieredStopAtLevel=1 -XX:+UseSerialGC"
_CONF = f"""
spark.ui.enabled false
spark.task.maxFailures 2
spark.sql.catalogImplementation in-memory
spark.sql.codegen.wholeStage false
spark.sql.codegen.factoryMode NO_CODEGEN
spark.driver.host 127.0.0.1
spark.driver.extraJavaOptions {_JAVA}
spark.executor.extraJavaOptions {_JAVA}
"""


def missing() -> str:
    """What is not here that Spark needs, or nothing."""
    if find_spec("pyspark") is None:
        return "PySpark is not installed: scripts/test installs it where a Java is"
    if shutil.which("java") is None and not os.environ.get("JAVA_HOME"):
        return "no Java on this machine: Spark needs Java 17"
    return ""


def environment(folder: Path) -> dict[str, str]:
    """The variables of a process that uses Spark, all of whose files go below a folder.

    Spark writes into its own home, which is therefore one of links.
    """
    import pyspark

    home, conf = folder / "spark", folder / "conf"
    home.mkdir(parents=True)
    for path in Path(pyspark.__file__).parent.iterdir():
        if path.name != "work":
            (home / path.name).symlink_to(path)
    conf.mkdir()
    (conf / "spark-defaults.conf").write_text(_CONF)
    tests = str(Path(__file__).parent)
    return {
        **os.environ,
        "SPARK_HOME": str(home),
        "SPARK_CONF_DIR": str(conf),
        "SPARK_LOCAL_DIRS": str(folder / "local"),
        "SPARK_LOCAL_IP": "127.0.0.1",
        "PYSPARK_PYTHON": sys.executable,
        "PYTHONPATH": os.pathsep.join([tests, os.environ.get("PYTHONPATH", "")]).rstrip(os.pathsep),
    }


def connect_server(port: int, variables: dict[str, str], log: Path) -> subprocess.Popen[bytes]:
    """A Spark Connect server before a cluster of its own."""
    command = [
        f"{variables['SPARK_HOME']}/bin/spark-submit",
        *("--class", "org.apache.spark.sql.connect.service.SparkConnectServer"),
        *("--master", MASTER),
        *("--conf", f"spark.connect.grpc.binding.port={port}"),
        *("--conf", "spark.connect.grpc.binding.address=127.0.0.1"),
        "spark-internal",
    ]
    with log.open("wb") as out:
        return subprocess.Popen(command, env=variables, stdout=out, stderr=subprocess.STDOUT)


def drive(job: dict[str, Any], variables: dict[str, str]) -> dict[str, Any]:
    """What came of a job in a driver of its own; AssertionError with its words where it failed."""
    done = subprocess.run(
        [sys.executable, __file__],
        input=json.dumps(job).encode(),
        env=variables,
        capture_output=True,
        timeout=BOUND,
        check=False,
    )
    assert done.returncode == 0, done.stderr.decode()[-4000:]
    answer: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return answer


def main() -> None:
    """Do the job: items, a month in which a worker dies, items that Spark gives up."""
    from payeratlas.build.executor import Item
    from payeratlas.build.executor_spark import Spark, connect
    from payeratlas.build.month import run
    from payeratlas.build.month_plan import read_plan
    from payeratlas.model.errors import StoreError
    from workkit import DO, Deadly

    job = json.load(sys.stdin)
    told: list[tuple[int, int]] = []
    session = connect(job["master"])
    spark = Spark(session)

    def tell(done: int, total: int) -> None:
        told.append((done, total))

    def given(name: str) -> list[Item]:
        return [Item(**item) for item in job[name]]

    answer: dict[str, Any] = {"told": told}
    answer["receipts"] = [asdict(receipt) for receipt in spark.map(DO, given("items"), tell)]
    deadly = Deadly(spark, Path(job["marker"]), job["act"], job["victim"])
    month = run(read_plan(Path(job["plan"])), job["out"], deadly)
    answer["month"] = month.as_dict()
    try:
        answer["lost"] = len(list(spark.map(DO, given("lost"))))
    except StoreError as error:
        answer["given up"] = str(error)
    session.stop()
    sys.stdout.write("\n" + json.dumps(answer) + "\n")


if __name__ == "__main__":
    main()
