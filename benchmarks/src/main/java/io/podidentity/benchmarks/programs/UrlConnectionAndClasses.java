package io.podidentity.benchmarks.programs;

import java.io.IOException;

/**
 * {@link UrlConnection} after it loaded classes from a jar and did nothing with them: what a library of so many classes
 * costs at least. Arguments: the classes' names.
 */
public final class UrlConnectionAndClasses {
    private UrlConnectionAndClasses() {}

    public static void main(String[] args) throws IOException, ClassNotFoundException {
        for (String name : args) {
            Class.forName(name);
        }
        UrlConnection.main(args);
    }
}
