package io.podidentity.tokenprovider;

import java.util.List;
import java.util.stream.Collectors;

/** A process and all that it started. */
final class ProcessTree {
    private ProcessTree() {}

    /** Kills a process and its descendants, and once more those that were started meanwhile. */
    static void kill(Process process) {
        for (int round = 0; round < 2; round++) {
            // Listed before the parent dies, since an orphan is nobody's descendant.
            List<ProcessHandle> descendants = process.descendants().collect(Collectors.toList());
            process.destroyForcibly();
            for (ProcessHandle descendant : descendants) {
                descendant.destroyForcibly();
            }
        }
    }
}
