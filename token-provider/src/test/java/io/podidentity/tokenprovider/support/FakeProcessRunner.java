// SPDX-License-Identifier: Apache-2.0
package io.podidentity.tokenprovider.support;

import io.podidentity.tokenprovider.internal.tool.ProcessRunner;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** Starts nothing, notes what it should have started, and ends as a test told it. */
public final class FakeProcessRunner implements ProcessRunner {
    private final List<List<String>> commands = new ArrayList<>();
    private final List<Duration> limits = new ArrayList<>();
    private ProcessRunner.Result result = new ProcessRunner.Result(false, 0, "", "");
    private IOException failure;

    public FakeProcessRunner ends(int exitCode, String stdout, String stderr) {
        result = new ProcessRunner.Result(false, exitCode, stdout, stderr);
        return this;
    }

    public FakeProcessRunner isKilled(String stdout, String stderr) {
        result = new ProcessRunner.Result(true, -1, stdout, stderr);
        return this;
    }

    public FakeProcessRunner cannotStart(IOException e) {
        failure = e;
        return this;
    }

    @Override
    public ProcessRunner.Result run(List<String> command, long limitNanos) throws IOException {
        commands.add(List.copyOf(command));
        limits.add(Duration.ofNanos(limitNanos));
        if (failure != null) {
            throw failure;
        }
        return result;
    }

    public List<List<String>> commands() {
        return List.copyOf(commands);
    }

    public List<Duration> limits() {
        return List.copyOf(limits);
    }
}
