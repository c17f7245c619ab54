package io.podidentity.tokenprovider.internal.tool;

import java.util.List;
import java.util.stream.Collectors;

/** A process and every process that it started. */
final class ProcessTree {
    private ProcessTree() {}

    /**
     * Kills a process and its descendants. A process that is started between the listing and the kill is missed,
     * because an orphan is no longer a descendant of anything.
     */
    static void kill(Process process) {
        List<ProcessHandle> descendants = process.descendants().collect(Collectors.toList());
        process.destroyForcibly();
        for (ProcessHandle descendant : descendants) {
            descendant.destroyForcibly();
        }
    }
}
