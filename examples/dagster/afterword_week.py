"""A week of Afterword as Dagster assets: one a stage, run by Pipes, each of which can be run again.

Settings are environment variables: AFTERWORD_STAGE (the script examples/stage), AFTERWORD_STORE,
DUMPS, REPORTS, AFTERWORD_CONFIG. Tried with Dagster 1.13.
"""
import os
import sys

import dagster as dg

STAGE = os.path.join(os.path.dirname(os.path.abspath(__file__)), "stage_in_pipes.py")


def stage_asset(name, after, description):
    @dg.asset(name=name, deps=after, group_name="reviews", description=description,
              retry_policy=dg.RetryPolicy(max_retries=int(os.environ.get("RETRIES", "2")),
                                          delay=float(os.environ.get("RETRY_SECONDS", "600"))))
    def stage(context: dg.AssetExecutionContext, pipes: dg.PipesSubprocessClient):
        return pipes.run(command=[sys.executable, STAGE, name], context=context) \
            .get_materialize_result()

    return stage


load = stage_asset("load", [], "The newest dump, in the store: one transaction.")
insights = stage_asset("insights", [load], "What customers say of the twenty most harmed scopes.")
report = stage_asset("report", [insights], "One page to mail.")
# Without recipients in AFTERWORD_CONFIG, leave it out. The alert does not wait for it.
deliver = stage_asset("deliver", [report], "Each recipient's message of the newest dump.")
alert = stage_asset("alert", [report], "Dangers and new negative reviews of the newest dump.")

week = dg.define_asset_job("week", selection=[load, insights, report, deliver, alert])
defs = dg.Definitions(
    assets=[load, insights, report, deliver, alert],
    jobs=[week],
    schedules=[dg.ScheduleDefinition(job=week, cron_schedule="15 6 * * 1")],
    resources={"pipes": dg.PipesSubprocessClient()},
)
