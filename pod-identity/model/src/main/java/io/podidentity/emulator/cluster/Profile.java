// SPDX-License-Identifier: Apache-2.0
package io.podidentity.emulator.cluster;

import java.util.Arrays;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * What runs in the emulated cluster: a version of AAD Pod Identity, AKS's managed add-on of it, or workload identity
 * alone. Each switch is a difference that a user can see, and names the version that made it.
 *
 * @see <a href="https://github.com/Azure/aad-pod-identity">the archived project, tags v1.5.4 to v1.8.17</a>
 * @since 0.1.0
 */
public enum Profile {
    /** Of December 2019. */
    V1_5_4("1.5.4", 10504),
    /** Of October 2020: exact field names, klog, assigned identities with a finalizer. */
    V1_6_3("1.6.3", 10603),
    /** Of June 2023, the last one: structural schema. */
    V1_8_17("1.8.17", 10817),
    /** AKS's add-on: 1.8.17, but without MIC; NMI looks at labels and bindings itself, each in its namespace. */
    MANAGED("managed", 10817),
    /** No pod identity at all: Microsoft Entra Workload ID. */
    WORKLOAD_IDENTITY("workload-identity", 10817);

    private final String id;
    private final int version;

    Profile(String id, int version) {
        this.id = id;
        this.version = version;
    }

    /**
     * The profile of that name.
     *
     * @throws IllegalArgumentException if there is none; the message names all
     */
    public static Profile of(String id) {
        return find(id).orElseThrow(() -> new IllegalArgumentException("No profile \"" + id + "\": use one of "
                + Arrays.stream(values()).map(Profile::id).collect(Collectors.joining(", "))));
    }

    /** What the objects ask for if nobody says it: 1.5.4, or workload identity if none of them uses pod identity. */
    public static Profile fitting(Cluster cluster) {
        boolean isUsed = !cluster.identities().isEmpty()
                || !cluster.bindings().isEmpty()
                || !cluster.exceptions().isEmpty()
                || cluster.pods().stream().map(Pod::bindingLabel).anyMatch(Optional::isPresent);
        return isUsed ? V1_5_4 : WORKLOAD_IDENTITY;
    }

    private static Optional<Profile> find(String id) {
        return Arrays.stream(values()).filter(profile -> profile.id.equals(id)).findFirst();
    }

    /** As {@code --profile} takes it. */
    public String id() {
        return id;
    }

    /** Whether the code of that version or of a later one runs: {@code isAtLeast(1, 6, 2)}. */
    public boolean isAtLeast(int major, int minor, int patch) {
        return version >= major * 10000 + minor * 100 + patch;
    }

    /** Whether MIC assigns identities; without it NMI looks for them itself. */
    public boolean hasMic() {
        return this != MANAGED && this != WORKLOAD_IDENTITY;
    }

    /** Whether NMI stands between pods and IMDS. */
    public boolean hasNmi() {
        return this != WORKLOAD_IDENTITY;
    }

    /** Whether pod, binding and identity must share a namespace whatever the flags say. */
    public boolean forcesNamespaces() {
        return this == MANAGED;
    }

    /** Whether {@code ResourceID} is accepted for {@code resourceID}; before 1.6.0. */
    public boolean fieldsIgnoreCase() {
        return !isAtLeast(1, 6, 0);
    }

    /** Whether log lines are klog's; logrus's before 1.6.0. */
    public boolean logsWithKlog() {
        return isAtLeast(1, 6, 0);
    }
}
