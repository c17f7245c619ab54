"""The shell blocks of a Markdown file as one bash script.

usage: documents.py FILE [WORD=VALUE...]

A block is fenced with ```sh. One with a comment "<!-- not run: REASON -->" in the line above is left out, and its reason
printed. A fence without a language is an error: it could be a block that nobody runs. Words are replaced by values.
"""

import re
import shlex
import sys

path = sys.argv[1]
words = dict(argument.split("=", 1) for argument in sys.argv[2:])
lines = open(path, encoding="utf-8").read().split("\n")
number = 0
ran = 0
while number < len(lines):
    fence = re.fullmatch(r"```(\w*)", lines[number])
    if not fence:
        number += 1
        continue
    end = lines.index("```", number + 1)
    where = f"{path}, line {number + 1}"
    if not fence.group(1):
        sys.exit(f"{where}: a block without a language")
    if fence.group(1) == "sh":
        reason = re.fullmatch(r"<!-- not run: (.+) -->", lines[number - 1])
        if reason:
            print(f"echo {shlex.quote(f'## {where}: not run: {reason.group(1)}')}")
        else:
            block = "\n".join(lines[number + 1 : end])
            for word, value in words.items():
                block = re.sub(rf"\b{re.escape(word)}\b", value, block)
            print(f"echo {shlex.quote(f'## {where}')}\nset -v\n{block}\n{{ set +v; }} 2> /dev/null")
            ran += 1
    number = end + 1
print(f"echo '## {ran} blocks of {path} ran'")
