package io.podidentity.benchmarks.jmh;

import io.podidentity.benchmarks.clients.TokenClient;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;

/** Two resources by turns, for each thread, so that the compiler cannot treat a resource's hash as a constant. */
@State(Scope.Thread)
public class Turn {
    static final String OTHER_RESOURCE = "https://vault.azure.net";

    private boolean other;

    String next() {
        other = !other;
        return other ? OTHER_RESOURCE : TokenClient.RESOURCE;
    }
}
