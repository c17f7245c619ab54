package io.podidentity.benchmarks.programs;

import java.io.IOException;

/**
 * {@link UrlConnection} that first loads classes from a jar without using them: the least that a library of that many
 * classes costs; with one class it is the least that any library costs. Arguments: the names of the classes.
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
