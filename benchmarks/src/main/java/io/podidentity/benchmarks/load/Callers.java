package io.podidentity.benchmarks.load;

import io.podidentity.benchmarks.clients.TokenClient;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Many threads that all ask for a token at the same moment.
 *
 * @param virtual whether they are virtual threads
 * @param count their number
 */
record Callers(TokenClient client, boolean virtual, int count) {
    /** What one of them does. */
    interface Call {
        void run(int caller) throws Exception;
    }

    /** Has each of them ask once, and prints how long they waited, which is 0 for those that failed. */
    void ask(String resource, String name) throws InterruptedException, ReflectiveOperationException {
        long[] nanos = new long[count];
        AtomicInteger failures = new AtomicInteger();
        together(count, virtual, caller -> {
            long start = System.nanoTime();
            try {
                client.token(resource);
                nanos[caller] = System.nanoTime() - start;
            } catch (Exception e) {
                failures.incrementAndGet();
            }
        });
        Arrays.sort(nanos);
        // The report's ratios are those of the first figure.
        Figure.print(name + ".p99", nanos[(int) Math.ceil(0.99 * count) - 1] / 1e6);
        Figure.print(name + ".p50", nanos[(int) Math.ceil(0.5 * count) - 1] / 1e6);
        Figure.print(name + ".max", nanos[count - 1] / 1e6);
        Figure.print(name + ".errors", failures.get());
    }

    /** Starts them all, lets them begin at the same moment, and waits for the last one. */
    static void together(int count, boolean virtual, Call call)
            throws InterruptedException, ReflectiveOperationException {
        CountDownLatch ready = new CountDownLatch(count);
        CountDownLatch gun = new CountDownLatch(1);
        List<Thread> threads = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            int caller = i;
            threads.add(start(virtual, () -> {
                ready.countDown();
                try {
                    gun.await();
                    call.run(caller);
                } catch (Exception e) {
                    throw new IllegalStateException(e);
                }
            }));
        }
        ready.await();
        gun.countDown();
        for (Thread thread : threads) {
            thread.join();
        }
    }

    private static Thread start(boolean virtual, Runnable task) throws ReflectiveOperationException {
        if (virtual) {
            // By reflection, since this is compiled for JDK 17, which has no virtual threads.
            return (Thread)
                    Thread.class.getMethod("startVirtualThread", Runnable.class).invoke(null, task);
        }
        Thread thread = new Thread(task);
        thread.start();
        return thread;
    }
}
