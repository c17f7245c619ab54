// SPDX-License-Identifier: Apache-2.0
package io.podidentity.podid.migrate;

import io.podidentity.emulator.cluster.ObjectName;
import io.podidentity.emulator.workload.ClusterIssuer;
import java.nio.charset.StandardCharsets;
import java.util.zip.CRC32;

/** A federated credential to be created, through which the identity trusts the service account. Immutable. */
record Federation(MovedIdentity identity, ObjectName account) {

    // Azure allows 120 characters. The script puts up to 52 of the cluster and its issuer before this name.
    private static final int MAX_NAME = 55;

    private static final int CHECKSUM_LENGTH = "-".length() + 8;

    String subject() {
        return ClusterIssuer.subject(account);
    }

    /** A name that each account has for itself, since names in Kubernetes have no underscore. */
    String name() {
        String name = account.namespace() + "_" + account.name().replace('.', '_');
        if (name.length() <= MAX_NAME) {
            return name;
        }
        var checksum = new CRC32();
        checksum.update(account.toString().getBytes(StandardCharsets.UTF_8));
        return name.substring(0, MAX_NAME - CHECKSUM_LENGTH) + "-" + String.format("%08x", checksum.getValue());
    }

    /** The same text for two credentials that are one in Azure. */
    String key() {
        return identity.key() + " " + account;
    }
}
