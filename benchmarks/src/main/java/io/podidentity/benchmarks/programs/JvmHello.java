// SPDX-License-Identifier: Apache-2.0
package io.podidentity.benchmarks.programs;

/** No token at all: the cost of the JVM itself. */
public final class JvmHello {
    private JvmHello() {}

    public static void main(String[] args) {
        System.out.println(0);
        Runtime.getRuntime().halt(0);
    }
}
