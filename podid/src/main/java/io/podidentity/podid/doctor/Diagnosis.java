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
        List<WorkloadDiagnosis> workloads,
        List<Finding> findings,
        List<MissingRight> missing,
        LiveText places) {

    Diagnosis {
        workloads = List.copyOf(workloads);
        findings = List.copyOf(findings);
        missing = List.copyOf(missing);
    }

    /** Whether nothing is wrong, as far as it was seen. */
    boolean isHealthy() {
        return workloads.stream().noneMatch(WorkloadDiagnosis::isIll)
                && findings.stream().noneMatch(Diagnosis::isError);
    }

    static boolean isError(Finding finding) {
        return finding.severity() == Severity.ERROR;
    }
}
