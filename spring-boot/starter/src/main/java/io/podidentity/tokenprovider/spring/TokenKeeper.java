// SPDX-License-Identifier: Apache-2.0
package io.podidentity.tokenprovider.spring;

import io.podidentity.tokenprovider.TokenAcquisitionException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.context.SmartLifecycle;

/**
 * Gets the tokens that the application names when it starts, and keeps them fresh while nobody uses them. The start
 * waits for none of them.
 *
 * <p><i>Thread-safety:</i> safe for use by several threads. <i>Lifecycle:</i> has one daemon thread while it runs.
 */
final class TokenKeeper implements SmartLifecycle {
    /** Much shorter than the time between a token's refresh and its expiry. */
    private static final Duration INTERVAL = Duration.ofMinutes(1);

    /** A failure often lasts until a person does something; a request each minute would help nobody. */
    private static final Duration MAX_INTERVAL = Duration.ofMinutes(15);

    private static final Logger LOG = LoggerFactory.getLogger(TokenKeeper.class);

    private final TokenIdentities identities;
    private final TokenWatch watch;
    private final List<Kept> tokens = new ArrayList<>();
    /** Those of which there was none the last time; each is logged once. */
    private final Set<Kept> lacking = ConcurrentHashMap.newKeySet();

    /** Null unless it runs. It has no thread before there is a token to keep. */
    private @Nullable ScheduledExecutorService scheduler;

    private record Kept(@Nullable String identity, String resource) {}

    /** @param resources those of the default identity */
    TokenKeeper(TokenIdentities identities, TokenWatch watch, List<String> resources) {
        this.identities = identities;
        this.watch = watch;
        for (String resource : resources) {
            tokens.add(new Kept(null, resource));
        }
    }

    /** Before the web server, so that tokens are under way while it starts. */
    @Override
    public int getPhase() {
        return Integer.MIN_VALUE;
    }

    @Override
    public synchronized void start() {
        if (scheduler == null) {
            scheduler = Executors.newSingleThreadScheduledExecutor(task -> {
                Thread thread = new Thread(task, "token-keeper");
                thread.setDaemon(true);
                return thread;
            });
            for (Kept token : tokens) {
                schedule(token, Duration.ZERO, INTERVAL, scheduler);
            }
        }
    }

    /** Keeps one more, from now on if it runs, else from its start. */
    synchronized void keep(@Nullable String identity, String resource) {
        Kept token = new Kept(identity, resource);
        tokens.add(token);
        watch.require(identities.name(identity), identities.request(identity, resource));
        if (scheduler != null) {
            schedule(token, Duration.ZERO, INTERVAL, scheduler);
        }
    }

    private synchronized void schedule(
            Kept token, Duration delay, Duration afterFailure, ScheduledExecutorService scheduler) {
        if (!scheduler.isShutdown()) {
            var unused = scheduler.schedule(
                    () -> keep(token, afterFailure, scheduler), delay.toMillis(), TimeUnit.MILLISECONDS);
        }
    }

    private void keep(Kept token, Duration afterFailure, ScheduledExecutorService scheduler) {
        // From the cache nearly always: asking is what makes the provider refresh a token behind its callers.
        Optional<TokenAcquisitionException> failure =
                identities.provider(token.identity).explain(token.resource).failure();
        if (failure.isEmpty()) {
            lacking.remove(token);
            schedule(token, INTERVAL, INTERVAL, scheduler);
            return;
        }
        if (lacking.add(token) && !scheduler.isShutdown()) {
            LOG.warn(
                    "The application needs a token for {}{}, and there is none: {}. {}",
                    token.resource,
                    token.identity == null ? "" : " as " + token.identity,
                    failure.get().reason(),
                    TokenProviderFailureAnalyzer.action(failure.get()));
        }
        Duration twice = afterFailure.multipliedBy(2);
        schedule(token, afterFailure, twice.compareTo(MAX_INTERVAL) < 0 ? twice : MAX_INTERVAL, scheduler);
    }

    @Override
    public synchronized void stop() {
        if (scheduler != null) {
            scheduler.shutdownNow();
            scheduler = null;
        }
    }

    @Override
    public synchronized boolean isRunning() {
        return scheduler != null;
    }
}
