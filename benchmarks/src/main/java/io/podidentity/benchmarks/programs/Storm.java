// SPDX-License-Identifier: Apache-2.0
package io.podidentity.benchmarks.programs;

import io.podidentity.benchmarks.clients.TokenClient;
import io.podidentity.benchmarks.stub.StubControl;
import io.podidentity.benchmarks.stub.StubControl.Behaviour;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Many threads that all ask for a token at the same moment, three times: with no token yet, in the refresh window, and
 * after the token expired. Arguments: the client, the number of threads, and {@code cold} for the first time only.
 */
public record Storm(TokenClient client, int count, StubControl stub) {
    /**
     * Tokens that are due for a refresh after {@link #AGEING_MILLIS} and valid for nearly five minutes more. msal4j
     * treats them as expired, since it does not use the last five minutes of a token's life.
     */
    private static final Behaviour AGEING = Behaviour.USUAL.withLife(302, 1);

    private static final long AGEING_MILLIS = 3_200;
    private static final Behaviour SLOW = Behaviour.USUAL.withDelayMillis(100);
    private static final String AGEING_RESOURCE = "https://management.azure.com/";
    private static final String SHORT_LIVED_RESOURCE = "https://vault.azure.net/";

    public static void main(String[] args) throws Exception {
        Storm storm = new Storm(TokenClient.named(args[0]), Integer.parseInt(args[1]), StubControl.ofEnvironment());
        storm.ask(TokenClient.RESOURCE, "cold");
        if (!args[2].equals("cold")) {
            storm.window();
            storm.expired();
        }
        Runtime.getRuntime().halt(0);
    }

    private void window() throws Exception {
        stub.behave(AGEING);
        client.token(AGEING_RESOURCE);
        TimeUnit.MILLISECONDS.sleep(AGEING_MILLIS);
        stub.behave(SLOW);
        ask(AGEING_RESOURCE, "window");
    }

    private void expired() throws Exception {
        stub.behave(Behaviour.USUAL.withLife(2, 0));
        client.token(SHORT_LIVED_RESOURCE);
        TimeUnit.MILLISECONDS.sleep(2_500);
        stub.behave(SLOW);
        ask(SHORT_LIVED_RESOURCE, "expired");
    }

    /**
     * Has each of them ask once, and prints how long they waited, which is 0 for those that failed, and how many
     * requests they caused, also soon afterwards.
     */
    private void ask(String resource, String name) throws Exception {
        long[] nanos = new long[count];
        AtomicInteger failures = new AtomicInteger();
        CountDownLatch ready = new CountDownLatch(count);
        CountDownLatch gun = new CountDownLatch(1);
        List<Thread> threads = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            int caller = i;
            Thread thread = new Thread(() -> {
                ready.countDown();
                try {
                    gun.await();
                    long start = System.nanoTime();
                    client.token(resource);
                    nanos[caller] = System.nanoTime() - start;
                } catch (Exception e) {
                    failures.incrementAndGet();
                }
            });
            thread.start();
            threads.add(thread);
        }
        ready.await();
        gun.countDown();
        for (Thread thread : threads) {
            thread.join();
        }
        print(name, nanos, failures.get());
        TimeUnit.MILLISECONDS.sleep(300);
        print(name + ".requests", stub.requests());
    }

    private static void print(String name, long[] nanos, int failures) {
        Arrays.sort(nanos);
        // The report's ratios are those of the first figure.
        print(name + ".p99", nanos[(int) Math.ceil(0.99 * nanos.length) - 1] / 1e6);
        print(name + ".p50", nanos[(int) Math.ceil(0.5 * nanos.length) - 1] / 1e6);
        print(name + ".max", nanos[nanos.length - 1] / 1e6);
        print(name + ".errors", failures);
    }

    /** Prints what a program found, one line {@code name=value} for each figure. */
    static void print(String name, double value) {
        System.out.println(name + "=" + value);
    }
}
