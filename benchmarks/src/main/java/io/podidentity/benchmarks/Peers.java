package io.podidentity.benchmarks;

import io.podidentity.benchmarks.process.ClassPaths;

/** Knows which jars a client or a first-token program needs. */
final class Peers {
    private Peers() {}

    /**
     * The group of a client or program.
     *
     * @param name its name in the tables
     */
    static String group(String name) {
        if (name.startsWith("AzureIdentity")) {
            return "azure-identity";
        }
        return switch (name) {
            case "TokenProvider", "UrlConnectionAndJar", "UrlConnectionAndClasses" -> "token-provider";
            case "Msal4jManagedIdentity" -> "msal4j";
            default -> ClassPaths.NONE;
        };
    }
}
