package io.podidentity.podid.migrate;

import io.podidentity.emulator.cluster.ObjectName;
import io.podidentity.emulator.workload.ClusterIssuer;
import java.nio.charset.StandardCharsets;
import java.util.zip.CRC32;

/** A federated credential to be created: the identity trusts the service account. */
record Federation(MovedIdentity identity, ObjectName account) {

    // A credential's name has at most 120 characters; the cluster's name, of at most 63, stands before this.
    private static final int MAX_NAME = 55;

    String subject() {
        return ClusterIssuer.subject(account);
    }

    /** Unique for each account: names in Kubernetes have no underscore. */
    String name() {
        String name = account.namespace() + "_" + account.name().replace('.', '_');
        if (name.length() <= MAX_NAME) {
            return name;
        }
        var sum = new CRC32();
        sum.update(account.toString().getBytes(StandardCharsets.UTF_8));
        return name.substring(0, MAX_NAME - 9) + "-" + String.format("%08x", sum.getValue());
    }
}
