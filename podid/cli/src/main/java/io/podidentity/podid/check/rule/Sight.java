// SPDX-License-Identifier: Apache-2.0
package io.podidentity.podid.check.rule;

/**
 * What must be seen of a cluster before the findings of a rule can be believed, since the rule reports that something
 * is missing. {@code doctor} leaves a rule out where the user may not see it.
 */
public enum Sight {
    /** All namespaces, or the files that a user names. */
    EVERYTHING,
    /** The objects of aad-pod-identity. */
    POD_IDENTITY_OBJECTS,
    SERVICE_ACCOUNTS
}
