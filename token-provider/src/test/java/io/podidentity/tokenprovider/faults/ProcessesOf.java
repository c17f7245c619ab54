// SPDX-License-Identifier: Apache-2.0
package io.podidentity.tokenprovider.faults;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.locks.LockSupport;

/** The processes with a variable of this value: what was started with it, and what came of that. Linux only. */
record ProcessesOf(String entry) {
    static ProcessesOf variable(String name, String value) {
        return new ProcessesOf(name + "=" + value);
    }

    /** Waits until there is none; false if some are there after ten seconds. */
    boolean awaitNone() throws IOException, InterruptedException {
        List<ProcessHandle> left = all();
        for (int look = 0; look < 100 && !left.isEmpty(); look++) {
            try {
                left.get(0).onExit().get(100, TimeUnit.MILLISECONDS);
            } catch (TimeoutException | ExecutionException e) {
                // It may be dead, and nobody have looked at it yet.
            }
            left = all();
        }
        return left.isEmpty();
    }

    /**
     * Kills those that are there; false if there is none within ten seconds. One that is just becoming another program
     * (exec) has no variables for a moment, and on a busy machine for a long one.
     */
    boolean killAll() throws IOException {
        List<ProcessHandle> all = all();
        for (int look = 0; look < 1_000 && all.isEmpty(); look++) {
            LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(10));
            all = all();
        }
        all.forEach(ProcessHandle::destroyForcibly);
        return !all.isEmpty();
    }

    /** Those that run. One that was killed has no memory any more, and so no variables. */
    List<ProcessHandle> all() throws IOException {
        List<ProcessHandle> all = new ArrayList<>();
        try (DirectoryStream<Path> entries = Files.newDirectoryStream(Path.of("/proc"), "[0-9]*")) {
            for (Path process : entries) {
                if (has(process)) {
                    ProcessHandle.of(Long.parseLong(process.getFileName().toString()))
                            .ifPresent(all::add);
                }
            }
        }
        return all;
    }

    private boolean has(Path process) {
        try {
            String variables = new String(Files.readAllBytes(process.resolve("environ")), StandardCharsets.UTF_8);
            return Set.of(variables.split("\0")).contains(entry);
        } catch (IOException | IllegalArgumentException e) {
            // It has ended, or is another user's.
            return false;
        }
    }
}
