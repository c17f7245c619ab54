package io.podidentity.benchmarks.stub;

import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.nio.charset.StandardCharsets;

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
}
