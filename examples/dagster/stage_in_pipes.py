"""Runs one stage of a week inside Dagster Pipes: its output is logged, its exit code reported."""
import os
import subprocess
import sys

from dagster_pipes import open_dagster_pipes


def main():
    with open_dagster_pipes() as pipes:
        done = subprocess.run(["bash", os.environ["AFTERWORD_STAGE"], sys.argv[1]],
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        for line in done.stdout.splitlines():
            pipes.log.info(line)
        if done.returncode == 0:
            pipes.report_asset_materialization(
                metadata={"lines": len(done.stdout.splitlines()), "output": done.stdout[-4000:]})
    sys.exit(done.returncode)


main()
