"""The official SDK against `afterword fake-llm`: python conformance.py PROGRAM REPORT.xml"""
import os, sys

sys.dont_write_bytecode = True
for name in [name for name in os.environ if name.startswith("OPENAI_")]:
    del os.environ[name]

import harness

PROGRAM, REPORT = sys.argv[1], sys.argv[2]
import checks_chat, checks_errors, checks_files, checks_faults, checks_script

servers = harness.Server(PROGRAM, "--api-key", "sk-test-0123456789abcdef",
                         "--api-key", "sk-other-0123456789abcde", "--batch-seconds", "0.8")
for module in [checks_chat, checks_errors, checks_files, checks_faults, checks_script]:
    module.begin(servers, PROGRAM)
try:
    failures = harness.run(REPORT)
finally:
    servers.stop()
sys.exit(1 if failures else 0)
