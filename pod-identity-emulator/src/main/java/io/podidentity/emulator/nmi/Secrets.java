package io.podidentity.emulator.nmi;

import io.podidentity.emulator.cluster.ObjectName;
import io.podidentity.emulator.cluster.Profile;
import io.podidentity.emulator.cluster.Secret;
import io.podidentity.emulator.cluster.SecretReference;
import java.nio.charset.StandardCharsets;
import java.util.List;

/** Reads the secrets that identities refer to, in any namespace, as NMI may. */
record Secrets(Profile profile, ApiServer apiServer, NmiMetrics metrics) {

    Secret find(SecretReference reference) throws NmiException {
        String reason;
        if (reference.name().isEmpty()) {
            reason = "resource name may not be empty";
        } else if (reference.namespace().isEmpty()) {
            reason = "an empty namespace may not be set when a resource name is provided";
        } else {
            var secret = apiServer.cluster().secret(new ObjectName(reference.namespace(), reference.name()));
            if (secret.isPresent()) {
                return secret.get();
            }
            reason = "secrets \"" + reference.name() + "\" not found";
        }
        metrics.kubernetesError("get_secret");
        throw new NmiException.NoToken(
                profile.logsWithKlog()
                        ? "failed to get Kubernetes secret " + reference.namespace() + "/" + reference.name()
                                + ", err: " + reason
                        : reason,
                false);
    }

    /** Upstream takes the first of a Go map, which has no order, so any of several; here the first by key. */
    static String onlyValue(Secret secret, RequestLog log) {
        List<String> keys = secret.keys().stream().sorted().toList();
        if (keys.size() > 1) {
            log.warning(
                    "podid",
                    "podid: secret " + secret.name() + " has the keys " + String.join(", ", keys)
                            + "; a cluster takes any of them by chance, this took " + keys.get(0)
                            + "; leave the one that is meant");
        }
        return keys.isEmpty() ? "" : text(secret, keys.get(0));
    }

    static String text(Secret secret, String key) {
        return new String(secret.value(key).orElse(new byte[0]), StandardCharsets.UTF_8);
    }
}
