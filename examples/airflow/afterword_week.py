"""A week of Afterword as an Airflow DAG: one task a stage, each of which can be run again.

Settings are environment variables of the workers: AFTERWORD_STAGE (the script examples/stage),
AFTERWORD_STORE, DUMPS, REPORTS, AFTERWORD_CONFIG. Tried with Airflow 3.3.
"""
import datetime
import os
import subprocess

from airflow.exceptions import AirflowException, AirflowFailException
from airflow.sdk import dag, task

# What a retry cannot mend: a check failed, usage or input, the budget is spent.
FINAL = {1, 2, 5}


def run_stage(name):
    """Runs a stage; its standard output is the task's value."""
    done = subprocess.run(["bash", os.environ["AFTERWORD_STAGE"], name],
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    print(done.stdout, end="")
    if done.returncode in FINAL:
        raise AirflowFailException(f"{name}: exit code {done.returncode}, not tried again")
    if done.returncode:
        raise AirflowException(f"{name}: exit code {done.returncode}, tried again")
    return done.stdout[-4000:]


@dag(
    schedule="15 6 * * 1",
    start_date=datetime.datetime(2026, 1, 5, tzinfo=datetime.timezone.utc),
    catchup=False,
    # A second run would only wait for the store.
    max_active_runs=1,
    default_args={"retries": 2, "retry_delay": datetime.timedelta(minutes=10)},
    tags=["reviews"],
)
def afterword_week():
    @task
    def load():
        return run_stage("load")

    @task
    def insights():
        return run_stage("insights")

    @task
    def report():
        return run_stage("report")

    # Without recipients in AFTERWORD_CONFIG, leave it out. The alert does not wait for it.
    @task
    def deliver():
        return run_stage("deliver")

    @task
    def alert():
        return run_stage("alert")

    load() >> insights() >> report() >> [deliver(), alert()]


week = afterword_week()
