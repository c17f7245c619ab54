// SPDX-License-Identifier: Apache-2.0
package io.podidentity.tokenprovider.spring.test;

import static org.junit.platform.engine.discovery.DiscoverySelectors.selectClass;

import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.util.stream.Stream;
import org.junit.platform.launcher.core.LauncherDiscoveryRequestBuilder;
import org.junit.platform.launcher.core.LauncherFactory;
import org.junit.platform.launcher.listeners.SummaryGeneratingListener;

/**
 * Runs test classes that need a container engine or a browser, for e2e; prints how many passed, and ends with 1 if any
 * did not.
 */
final class Trials {

    private Trials() {}

    public static void main(String... arguments) {
        var summary = new SummaryGeneratingListener();
        LauncherFactory.create()
                .execute(
                        LauncherDiscoveryRequestBuilder.request()
                                .selectors(Stream.of(arguments)
                                        .map(name -> selectClass(name))
                                        .toList())
                                .build(),
                        summary);
        var result = summary.getSummary();
        long others = result.getTestsFoundCount() - result.getTestsSucceededCount();
        result.printFailuresTo(new PrintWriter(System.out, true, StandardCharsets.UTF_8));
        System.out.println("trials: " + result.getTestsSucceededCount() + " passed, " + others + " not");
        System.exit(result.getTestsSucceededCount() > 0 && others == 0 && result.getTotalFailureCount() == 0 ? 0 : 1);
    }
}
