// SPDX-License-Identifier: Apache-2.0
package io.podidentity.tokenprovider.internal.tool;

import java.io.IOException;
import java.util.List;

/** Runs a program. Tests replace it, so that no real process is needed. */
public interface ProcessRunner {
    /**
     * Runs a program until it ends. If it takes too long, kills it and every process that it started.
     *
     * @param command the absolute path of the program and its arguments; no shell interprets them
     * @param limitNanos how long it may take, in nanoseconds
     * @throws IOException if it cannot be started
     * @throws InterruptedException if the thread was interrupted; the program is killed in this case too
     */
    Result run(List<String> command, long limitNanos) throws IOException, InterruptedException;

    record Result(boolean timedOut, int exitCode, String stdout, String stderr) {
        @Override
        public String toString() {
            String end = "exit " + exitCode;
            if (timedOut) {
                end = "killed";
            }
            return end + " with " + stdout.length() + " characters";
        }
    }
}
