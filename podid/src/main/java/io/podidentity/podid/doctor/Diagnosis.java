package io.podidentity.podid.doctor;

import io.podidentity.emulator.cluster.Profile;
import io.podidentity.podid.check.rule.Finding;
import io.podidentity.podid.check.rule.Severity;
import java.util.List;

/**
 * What was found out about a namespace.
 *
 * @param profile that the cluster runs, and how that is known
 * @param workloads that are meant to have an identity, or the one that was asked for
 * @param findings errors and warnings of the checks that no workload has told
 */
record Diagnosis(
        String namespace,
        Profile profile,
        String reason,
        List<Workload> workloads,
        List<Finding> findings,
        List<MissingRight> missing,
        LiveText places) {

    /**
     * What was found out about a workload.
     *
     * @param object kind, namespace and name
     * @param links in the order in which they are needed, up to the first that fails
     * @param story how its pod gets a token, or why not, as {@code explain} tells it; empty if nobody asked for it
     */
    record Workload(String object, List<Link> links, String story) {

        boolean has(Link.State state) {
            return links.stream().anyMatch(link -> link.state() == state);
        }
    }

    /** What it comes to; the number is the exit code, 2 being of what cannot be used. */
    enum Verdict {
        HEALTHY(0),
        BROKEN(1),
        /** Nothing is known to be wrong, and not all of what could be was seen. */
        UNKNOWN(3);

        private final int code;

        Verdict(int code) {
            this.code = code;
        }

        int code() {
            return code;
        }
    }

    Verdict verdict() {
        if (count(Link.State.FAILED) > 0 || findings.stream().anyMatch(Diagnosis::isError)) {
            return Verdict.BROKEN;
        }
        return count(Link.State.UNKNOWN) > 0 || isBlind() ? Verdict.UNKNOWN : Verdict.HEALTHY;
    }

    /** How many workloads have such a link. */
    long count(Link.State state) {
        return workloads.stream().filter(workload -> workload.has(state)).count();
    }

    /** Whether there may be workloads, or what concerns them all, that the user may not see. */
    boolean isBlind() {
        return missing.stream().anyMatch(right -> LiveReading.KINDS.contains(right.what()));
    }

    /** A finding by its object and field, since there is no file. */
    static String said(Finding finding, LiveText places) {
        String path = places.path(finding.position().line());
        return finding.object() + (path.isEmpty() ? "" : " " + path) + ": " + places.named(finding.message()) + " ["
                + finding.about().id() + " " + finding.about().rule() + "]";
    }

    static boolean isError(Finding finding) {
        return finding.severity() == Severity.ERROR;
    }
}
