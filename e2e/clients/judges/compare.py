"""Compares what clients got with what they should: compare.py SCENARIOS OUTCOMES... prints a table in Markdown; exits with 1 if a
client differs, or lacks a row."""

import sys


def rows_of(path):
    """The lines of a file, split at tabs, without comments."""
    with open(path, encoding="utf-8") as file:
        return [line.rstrip("\n").split("\t") for line in file if not line.startswith("#")]


scenarios = rows_of(sys.argv[1])
outcomes = {}
for path in sys.argv[2:]:
    for client, row, outcome in rows_of(path):
        outcomes.setdefault(client, {})[row] = outcome
differences = []


def cell(client, row, expected, otherwise):
    """What the client got there; a difference is remembered."""
    outcome = outcomes[client].get(row, "no row")
    hidden = dict(entry.split("=", 1) for entry in otherwise.split("; ") if entry).get(client)
    if hidden is None and outcome == expected:
        return "ok"
    if hidden is not None and outcome.startswith(hidden):
        return "ok, without the code"
    differences.append(f"{client}: {row}: {outcome}, not {hidden or expected}")
    return outcome


print("| Request | Answer | " + " | ".join(outcomes) + " |")
print("|---" * (len(outcomes) + 2) + "|")
for row, expected, otherwise, link in scenarios:
    cells = [cell(client, row, expected, otherwise) for client in outcomes]
    print(f"| {row} | [{expected}]({link}) | " + " | ".join(cells) + " |")
print(*differences, sep="\n", file=sys.stderr)
sys.exit(1 if differences or not outcomes else 0)
