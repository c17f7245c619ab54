package io.podidentity.benchmarks.load;

/** What a program found, a line each: {@code name=value}. */
final class Figure {
    private Figure() {}

    static void print(String name, double value) {
        System.out.println(name + "=" + value);
    }

    static void print(String name, String text) {
        System.out.println(name + "=" + text);
    }
}
