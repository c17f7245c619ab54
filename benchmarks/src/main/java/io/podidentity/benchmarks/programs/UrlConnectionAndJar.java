package io.podidentity.benchmarks.programs;

import io.podidentity.tokenprovider.TokenSource;
import java.io.IOException;

/** {@link UrlConnection} with one class more, which is in a jar: what it costs to be a library at all. */
public final class UrlConnectionAndJar {
    private UrlConnectionAndJar() {}

    public static void main(String[] args) throws IOException {
        if (TokenSource.class.getName().isEmpty()) {
            throw new IOException("no name");
        }
        UrlConnection.main(args);
    }
}
