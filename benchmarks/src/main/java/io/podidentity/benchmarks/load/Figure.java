package io.podidentity.benchmarks.load;

/** Prints what a program found, one line {@code name=value} for each figure. */
final class Figure {
    private Figure() {}

    static void print(String name, double value) {
        System.out.println(name + "=" + value);
    }
}
