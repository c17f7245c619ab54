package io.podidentity.benchmarks;

import io.podidentity.benchmarks.process.ClassPaths;

/** Which jars a client or program of a name needs. */
final class Peers {
    private Peers() {}

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
