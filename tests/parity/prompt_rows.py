"""What the comparisons of prompts in this folder share: records of a file, the program's prompts, a row of the table."""

import json
import subprocess
import sys


def json_lines(path):
    with open(path, encoding="utf-8", newline="\n") as file:
        return [json.loads(line) for line in file]


def our_documents(binary, data, name, shots, arguments):
    """(group, requests) of each document as the program has them; a request is [prompt] or [prompt, continuation]."""
    command = [binary, "tasks", name, "--prompts", "--shots", str(shots), "--data", str(data), *arguments]
    output = subprocess.run(command, check=True, capture_output=True).stdout
    for line in output.decode("utf-8").split("\n")[:-1]:
        record = json.loads(line)
        continuations = record.get("continuations", [])
        prefixes = record.get("choice_prefixes", [""] * len(continuations))
        pairs = [[record["prompt"] + prefix, continuation] for prefix, continuation in zip(prefixes, continuations)]
        if "unconditional_context" in record:
            pairs += [[record["unconditional_context"], continuation] for continuation in continuations]
        yield record.get("group", ""), pairs or [[record["prompt"]]]


def compare(name, shots, ours, others, side):
    """Prints the row of a task and its first differences; `side` names the others. How many documents differ."""
    differences = [index for index, pair in enumerate(zip(ours, others)) if pair[0] != pair[1]]
    differences += range(min(len(ours), len(others)), max(len(ours), len(others)))
    requests = sum(len(document) for document in others)
    print(f"| {name} | {shots} | {len(others)} | {requests} | {len(differences)} |", flush=True)
    for index in differences[:3]:
        print(f"  document {index}", file=sys.stderr)
        for who, documents in (("ours", ours), (side, others)):
            print(f"    {who + ':':<10} {documents[index] if index < len(documents) else None!r}", file=sys.stderr)
    return len(differences)
