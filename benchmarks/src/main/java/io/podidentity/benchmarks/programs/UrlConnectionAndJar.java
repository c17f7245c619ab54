package io.podidentity.benchmarks.programs;

import io.podidentity.tokenprovider.TokenSource;
import java.io.IOException;

/** {@link UrlConnection} that first loads one class from a jar: the least that any library costs. */
public final class UrlConnectionAndJar {
    private UrlConnectionAndJar() {}

    public static void main(String[] args) throws IOException {
        if (TokenSource.class.getName().isEmpty()) {
            throw new IOException("no name");
        }
        UrlConnection.main(args);
    }
}
