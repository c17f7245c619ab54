// SPDX-License-Identifier: Apache-2.0
package io.podidentity.emulator.cluster;

import java.util.List;

/**
 * Who has a {@link ClusterRole}.
 *
 * @param role its name
 * @since 0.1.0
 */
public record ClusterRoleBinding(Metadata metadata, String role, List<Subject> subjects) implements KubernetesObject {

    private static final String ALL_ACCOUNTS = "system:serviceaccounts";

    /**
     * Who.
     *
     * @param kind {@code ServiceAccount}, {@code Group} or {@code User}
     * @param namespace empty for all but a service account
     */
    public record Subject(String kind, String namespace, String name) {

        private boolean is(ObjectName account) {
            if (kind.equals("ServiceAccount")) {
                return account.equals(new ObjectName(namespace, name));
            }
            if (kind.equals("Group")) {
                return name.equals(ALL_ACCOUNTS) || name.equals(ALL_ACCOUNTS + ":" + account.namespace());
            }
            return name.equals("system:serviceaccount:" + account.namespace() + ":" + account.name());
        }
    }

    public ClusterRoleBinding {
        subjects = List.copyOf(subjects);
    }

    /** Whether it is for a service account, alone or as one of a group. */
    public boolean isFor(ObjectName account) {
        return subjects.stream().anyMatch(subject -> subject.is(account));
    }
}
