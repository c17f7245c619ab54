// SPDX-License-Identifier: Apache-2.0
package io.podidentity.podid.doctor;

import io.podidentity.emulator.cluster.ObjectRef;
import io.podidentity.emulator.cluster.Profile;
import io.podidentity.podid.check.rule.Finding;
import io.podidentity.podid.check.rule.Severity;
import java.util.List;

/**
 * What was found out about a namespace. {@link TextDiagnosis} and {@link JsonDiagnosis} print it.
 *
 * @param reason why the profile is that one
 * @param findings errors and warnings that no workload has told
 * @param places what the lines in the findings are about
 */
record Diagnosis(
        String namespace,
        Profile profile,
        String reason,
        List<Workload> workloads,
        List<Finding> findings,
        List<Live.MissingRight> missing,
        LiveText places) {

    /**
     * What was found out about a workload. Its links end at the first that fails; its story is what {@code explain}
     * tells, empty if nobody asked for it.
     */
    record Workload(ObjectRef object, List<Link> links, String story) {

        boolean has(Link.State state) {
            return links.stream().anyMatch(link -> link.state() == state);
        }
    }

    enum Verdict {
        HEALTHY,
        BROKEN,
        /** Nothing is known to be wrong, and not all of what could be was seen. */
        UNKNOWN
    }

    Verdict verdict() {
        if (countWorkloads(Link.State.FAILED) > 0 || countErrors() > 0) {
            return Verdict.BROKEN;
        }
        if (countWorkloads(Link.State.UNKNOWN) > 0 || isBlind()) {
            return Verdict.UNKNOWN;
        }
        return Verdict.HEALTHY;
    }

    long countWorkloads(Link.State state) {
        return workloads.stream().filter(workload -> workload.has(state)).count();
    }

    long countErrors() {
        return findings.stream().filter(Diagnosis::isError).count();
    }

    /** Whether there may be workloads, or what concerns them all, that the user could not see. */
    boolean isBlind() {
        return missing.stream().anyMatch(right -> right.remedy().isEmpty() || Live.KINDS.contains(right.what()));
    }

    static boolean isError(Finding finding) {
        return finding.severity() == Severity.ERROR;
    }
}
