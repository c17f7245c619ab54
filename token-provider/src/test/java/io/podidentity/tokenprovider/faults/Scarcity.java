// SPDX-License-Identifier: Apache-2.0
package io.podidentity.tokenprovider.faults;

import io.podidentity.tokenprovider.AccessToken;
import io.podidentity.tokenprovider.AzureServiceTokenProvider;
import io.podidentity.tokenprovider.TokenAcquisitionException;
import io.podidentity.tokenprovider.TokenRequest;
import io.podidentity.tokenprovider.TokenSource;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** A program that runs out of threads or of memory, and says what becomes of its calls; run in a JVM of its own. */
final class Scarcity {
    private static final TokenSource SOURCE =
            request -> new TokenSource.Acquired(AccessToken.bearer("t", request.resource(), Instant.MAX, null, "test"));
    private static final int CALLS = 300;

    private final AzureServiceTokenProvider provider = AzureServiceTokenProvider.builder()
            .environment(Map.of())
            .sources(List.of(SOURCE))
            .build();
    private final List<Object> hoard = new ArrayList<>();

    private Scarcity() {}

    public static void main(String[] args) throws Exception {
        Scarcity program = new Scarcity();
        if (args[0].equals("threads")) {
            program.lackThreads();
        } else {
            program.lackMemory();
        }
    }

    private void lackThreads() throws Exception {
        say("before", provider -> provider.getAccessToken("https://a.example"));
        say("before, async", provider -> async("https://b.example"));
        CountDownLatch enough = new CountDownLatch(1);
        for (long stack = 32 << 20; stack >= 1 << 16; stack /= 2) {
            takeThreads(enough, stack);
        }
        for (String resource : List.of("https://c.example", "https://d.example")) {
            say("without threads", provider -> provider.getAccessToken(resource));
            say("without threads, async", provider -> async(resource + "/x"));
        }
        enough.countDown();
        for (Object thread : hoard) {
            ((Thread) thread).join();
        }
        // What failed is remembered for a second.
        say(
                "afterwards",
                provider -> provider.getAuthenticationResult(
                        TokenRequest.forResource("https://c.example").withForceRefresh(true)));
        say(
                "afterwards, async",
                provider -> provider.getAuthenticationResultAsync(
                                TokenRequest.forResource("https://c.example/x").withForceRefresh(true))
                        .get(5, TimeUnit.SECONDS));
    }

    private void takeThreads(CountDownLatch enough, long stack) {
        try {
            while (true) {
                Thread thread = new Thread(
                        null,
                        () -> {
                            try {
                                enough.await();
                            } catch (InterruptedException e) {
                                throw new IllegalStateException(e);
                            }
                        },
                        "hoarded",
                        stack);
                thread.start();
                hoard.add(thread);
            }
        } catch (OutOfMemoryError e) {
            // There are no more of this size.
        }
    }

    private void lackMemory() throws Exception {
        say("before", provider -> provider.getAccessToken("https://a.example"));
        Map<String, Integer> outcomes = new TreeMap<>();
        boolean[] over = new boolean[1];
        Thread hog = new Thread(() -> {
            while (!over[0]) {
                Object[] last = null;
                try {
                    while (true) {
                        last = new Object[] {last, new byte[1 << 12]};
                    }
                } catch (OutOfMemoryError e) {
                    // All of it can go.
                }
            }
        });
        hog.setDaemon(true);
        hog.start();
        for (int i = 0; i < CALLS; i++) {
            TokenRequest request =
                    TokenRequest.forResource("https://a.example/" + i).withDeadline(Duration.ofSeconds(20));
            boolean async = i % 2 == 0;
            String outcome = outcome(() -> async
                    ? provider.getAuthenticationResultAsync(request).get(25, TimeUnit.SECONDS)
                    : provider.getAuthenticationResult(request));
            outcomes.merge(outcome, 1, Integer::sum);
        }
        over[0] = true;
        hog.join();
        System.out.println(outcomes);
        say("afterwards", provider -> provider.getAccessToken("https://a.example"));
        say("afterwards, async", provider -> async("https://b.example"));
    }

    private interface Call {
        Object with(AzureServiceTokenProvider provider) throws Exception;
    }

    private Object async(String resource) throws Exception {
        return provider.getAccessTokenAsync(TokenRequest.forResource(resource)).get(5, TimeUnit.SECONDS);
    }

    private void say(String when, Call call) {
        System.out.println(when + ": " + outcome(() -> call.with(provider)));
    }

    private static String outcome(Callable<Object> call) {
        try {
            return call.call() == null ? "null" : "a token";
        } catch (TokenAcquisitionException e) {
            return e.code() + ", " + (e.isTransient() ? "transient" : "lasting");
        } catch (ExecutionException e) {
            return e.getCause() instanceof TokenAcquisitionException cause
                    ? cause.code() + ", " + (cause.isTransient() ? "transient" : "lasting")
                    : e.toString();
        } catch (TimeoutException e) {
            return "hangs";
        } catch (OutOfMemoryError e) {
            return "no memory";
        } catch (Exception e) {
            return e.toString();
        }
    }
}
