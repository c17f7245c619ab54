// SPDX-License-Identifier: Apache-2.0
package io.podidentity.emulator.workload;

/**
 * The labels and annotations that azure-workload-identity reads.
 *
 * @since 0.1.0
 */
public final class Keys {

    private static final String PREFIX = "azure.workload.identity/";

    /** A label of the pod itself; only the text {@code true} counts. */
    public static final String USE = PREFIX + "use";

    public static final String CLIENT_ID = PREFIX + "client-id";
    public static final String TENANT_ID = PREFIX + "tenant-id";
    public static final String TOKEN_EXPIRATION = PREFIX + "service-account-token-expiration";
    public static final String SKIP_CONTAINERS = PREFIX + "skip-containers";
    public static final String INJECT_PROXY = PREFIX + "inject-proxy-sidecar";
    public static final String PROXY_PORT = PREFIX + "proxy-sidecar-port";

    /** AKS's suffix of the annotation that asks for an identity binding. */
    public static final String USE_IDENTITY_BINDING = PREFIX + "use-identity-binding";

    private Keys() {}
}
