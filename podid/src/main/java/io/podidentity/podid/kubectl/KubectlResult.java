package io.podidentity.podid.kubectl;

import java.util.List;
import java.util.Optional;

/**
 * How a run of kubectl ended. Its text form shows no output, which may be secret.
 *
 * @param stderr its first lines
 * @param failure why the exit code is not 0; empty if it is
 */
public record KubectlResult(int exitCode, String stdout, List<String> stderr, Optional<KubectlFailure> failure) {

    public KubectlResult {
        stderr = List.copyOf(stderr);
    }

    @Override
    public String toString() {
        return "KubectlResult[exitCode=" + exitCode + ", " + stderr + "]";
    }
}
