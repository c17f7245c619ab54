package io.podidentity.tokenprovider.internal.tool;

import java.io.IOException;
import java.util.List;

/** Runs a program; the seam between sources and other processes. */
public interface ProcessRunner {
    /**
     * Runs a program to its end, or kills it and all that it started when its time is over.
     *
     * @param command the absolute path of the program and its arguments; no shell reads them
     * @param limitNanos how long it may take
     * @throws IOException if it cannot be started
     * @throws InterruptedException if the thread was interrupted; the program is killed then too
     */
    ProcessResult run(List<String> command, long limitNanos) throws IOException, InterruptedException;
}
