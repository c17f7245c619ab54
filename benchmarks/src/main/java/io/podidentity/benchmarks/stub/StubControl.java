// SPDX-License-Identifier: Apache-2.0
package io.podidentity.benchmarks.stub;

import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.stream.Stream;

/**
 * Tells a stub in another process how to behave, and asks it what it saw.
 *
 * @param url the stub's base URL
 */
public record StubControl(String url) {

    /** The stub that this process uses in the place of IMDS. */
    public static StubControl ofEnvironment() {
        return new StubControl(System.getenv("AZURE_POD_IDENTITY_AUTHORITY_HOST"));
    }

    /** Makes it answer in this way from now on, and resets its counts. */
    public void behave(Behaviour behaviour) throws IOException {
        get("/behave?" + behaviour.query());
    }

    /** How many requests for tokens it saw since then. */
    public int requests() throws IOException {
        return Integer.parseInt(get("/requests"));
    }

    private String get(String path) throws IOException {
        try (InputStream body = URI.create(url + path).toURL().openStream()) {
            return new String(body.readAllBytes(), StandardCharsets.UTF_8);
        }
    }

    /**
     * How the stub answers a request for a token.
     *
     * @param delayMillis the time before it answers
     * @param expiresInSeconds the life of the tokens
     * @param refreshInSeconds when they are due for a refresh; 0 to leave that out
     */
    public record Behaviour(int delayMillis, int expiresInSeconds, int refreshInSeconds) {
        /** As IMDS on a good day: an answer after 2 ms, a token for a day. */
        public static final Behaviour USUAL = new Behaviour(2, 86_400, 0);

        public Behaviour withDelayMillis(int millis) {
            return new Behaviour(millis, expiresInSeconds, refreshInSeconds);
        }

        public Behaviour withLife(int expiresIn, int refreshIn) {
            return new Behaviour(delayMillis, expiresIn, refreshIn);
        }

        private String query() {
            return delayMillis + "," + expiresInSeconds + "," + refreshInSeconds;
        }

        static Behaviour ofQuery(String query) {
            int[] values =
                    Stream.of(query.split(",", -1)).mapToInt(Integer::parseInt).toArray();
            return new Behaviour(values[0], values[1], values[2]);
        }
    }
}
