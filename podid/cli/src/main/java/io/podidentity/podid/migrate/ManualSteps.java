// SPDX-License-Identifier: Apache-2.0
package io.podidentity.podid.migrate;

import io.podidentity.emulator.cluster.ObjectRef;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.Set;

/** What a person must change, since podid cannot do so with certainty. Not thread-safe. */
final class ManualSteps {

    private final Set<String> steps = new LinkedHashSet<>();
    private final Set<ObjectRef> workloads = new HashSet<>();

    void add(String step) {
        steps.add(step);
    }

    void add(String subject, String step) {
        add(subject + ": " + step);
    }

    void add(ObjectRef workload, String step) {
        workloads.add(workload);
        add(workload.toString(), step);
    }

    /** The steps, each with the object that it is about; sentences without a full stop. */
    Set<String> steps() {
        return steps;
    }

    boolean isAbout(ObjectRef workload) {
        return workloads.contains(workload);
    }
}
