"""Runs the week's job of Dagster with a stage that fails, and resumes it.

  dagster_week.py EXAMPLE REPORTS     EXAMPLE: the folder of the example; REPORTS is not there yet
"""
import os
import sys

import dagster as dg

sys.path.insert(0, sys.argv[1])
import afterword_week


def build_job():
    return afterword_week.defs.get_job_def("week")


def succeeded(result):
    return sorted(event.step_key for event in result.all_events if event.is_step_success)


def main():
    with dg.DagsterInstance.get() as instance:
        job = dg.reconstructable(build_job)
        first = dg.execute_job(job, instance)
        assert not first.success
        assert succeeded(first) == ["insights", "load"], succeeded(first)
        os.mkdir(sys.argv[2])
        again = dg.execute_job(job, instance, reexecution_options=(
            dg.ReexecutionOptions.from_failure(first.run_id, instance)))
        assert again.success
        assert succeeded(again) == ["alert", "deliver", "report"], succeeded(again)
    print("Dagster: report failed after load and insights; resumed with report, deliver and alert")


if __name__ == "__main__":
    main()
