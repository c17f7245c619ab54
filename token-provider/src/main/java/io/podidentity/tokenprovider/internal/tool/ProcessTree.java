package io.podidentity.tokenprovider.internal.tool;

import java.util.List;
import java.util.stream.Collectors;

/** A process and all that it started. */
final class ProcessTree {
    private ProcessTree() {}

    /**
     * Kills a process and its descendants. One that is started in the instant between the listing and the kill is missed,
     * since an orphan is nobody's descendant.
     */
    static void kill(Process process) {
        List<ProcessHandle> descendants = process.descendants().collect(Collectors.toList());
        process.destroyForcibly();
        for (ProcessHandle descendant : descendants) {
            descendant.destroyForcibly();
        }
    }
}
