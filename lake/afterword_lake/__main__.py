"""The command `afterword-lake`: `serve` for the program's pipes, `publish TARGET` for people."""
import argparse
import json
import sys


def main():
    parser = argparse.ArgumentParser(prog="afterword-lake", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    commands.add_parser("serve", help="take orders from standard input, answer on standard output")
    own = commands.add_parser("publish", help="commit an export's runs to its Delta tables")
    own.add_argument("target", help="the folder, or s3:// address, of a Parquet export")
    arguments = parser.parse_args()
    if arguments.command == "serve":
        from afterword_lake.orders import serve

        sys.exit(serve(sys.stdin.buffer, sys.stdout.buffer))
    from afterword_lake.delta import publish

    try:
        print(json.dumps(publish(arguments.target)))
    except Exception as error:  # a line for people, not a trace
        from afterword_lake.orders import is_refused, words

        print(f"afterword-lake: {words(error)}", file=sys.stderr)
        # The program's codes: a repeat fails again, or may succeed later.
        sys.exit(2 if is_refused(error) else 3)


if __name__ == "__main__":
    main()
