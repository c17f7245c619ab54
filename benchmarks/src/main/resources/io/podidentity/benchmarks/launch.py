"""Runs one command and reports what the kernel accounted for it.

Usage: launch.py ADDRESS [NAME=VALUE]... COMMAND [ARGUMENT]...

The command gets these environment variables and no others. Its standard output passes through; one line follows with
wall time in ns, CPU time in us, peak memory in kB and exit status. If ADDRESS is not empty, connections to its port 80
are accepted and never answered in the meantime.

This is a Python program, not a part of the JVM that measures, because a child's peak memory includes that of the
process it was forked from, because a JVM starts its children through a third program, and because Java has no wait4.
"""

import itertools
import os
import signal
import socket
import sys
import time

LIMIT_SECONDS = 180


def main(address, *words):
    # The kernel accepts the connections as long as this variable holds the socket.
    silent = socket.create_server((address, 80), backlog=512) if address else None
    variables = list(itertools.takewhile(lambda word: "=" in word, words))
    environment = dict(variable.split("=", 1) for variable in variables)
    command = words[len(variables) :]
    start = time.monotonic_ns()
    process = os.posix_spawn(command[0], command, environment, setsid=True)
    signal.signal(signal.SIGALRM, lambda *_: os.killpg(process, signal.SIGKILL))
    signal.alarm(LIMIT_SECONDS)
    _, status, usage = os.wait4(process, 0)
    wall = time.monotonic_ns() - start
    cpu = round((usage.ru_utime + usage.ru_stime) * 1_000_000)
    print(wall, cpu, usage.ru_maxrss, os.waitstatus_to_exitcode(status))


main(*sys.argv[1:])
