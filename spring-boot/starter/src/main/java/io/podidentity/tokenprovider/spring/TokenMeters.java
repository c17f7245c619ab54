// SPDX-License-Identifier: Apache-2.0
package io.podidentity.tokenprovider.spring;

import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.TimeGauge;
import io.micrometer.core.instrument.Timer;
import io.micrometer.core.instrument.binder.MeterBinder;
import io.podidentity.tokenprovider.TokenListener.Event;
import io.podidentity.tokenprovider.TokenListener.Kind;
import io.podidentity.tokenprovider.TokenRequest;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;

/**
 * The metrics of the tokens, each with the tags {@code identity}, {@code resource} and {@code request}: what the
 * request says besides the resource, such as a tenant, else {@code none}. A scrape asks for no token.
 *
 * <ul>
 *   <li>{@code token.provider.token.remaining}: how long the token is still valid, in seconds; NaN if there is none;
 *       with the tag {@code required}, which is {@code true} if the settings name the token
 *   <li>{@code token.provider.token.stale}: 1 while the old token is used because refreshing it failed, else 0; with
 *       the same tags
 *   <li>{@code token.provider.acquisition}: how long the sources took, by {@code outcome} ({@code SUCCESS} or
 *       {@code ERROR}), {@code error.type}, {@code source} and {@code refresh} (whether callers had the old token)
 *   <li>{@code token.provider.wait}: how long callers waited because no valid token was cached, by {@code outcome} and
 *       {@code error.type}
 * </ul>
 *
 * <p><i>Thread-safety:</i> safe for use by several threads.
 */
final class TokenMeters implements MeterBinder, TokenIdentities.Listener {
    private static final String NONE = "none";
    private static final TokenRequest OTHER = TokenRequest.forResource("other");

    private final TokenWatch watch;
    private final List<MeterRegistry> registries = new CopyOnWriteArrayList<>();
    private final Set<Gauged> gauged = ConcurrentHashMap.newKeySet();

    private record Gauged(MeterRegistry registry, WatchedToken token) {}

    TokenMeters(TokenWatch watch) {
        this.watch = watch;
    }

    @Override
    public void bindTo(MeterRegistry registry) {
        registries.add(registry);
        for (SeenToken token : watch.seen()) {
            registerGauges(token.token(), registry);
        }
    }

    @Override
    public void on(String identity, Event event) {
        WatchedToken asked = WatchedToken.of(identity, event.request());
        // The watch has bounded the number of tokens, and thereby of time series.
        WatchedToken token = watch.seen(asked) == null ? WatchedToken.of(identity, OTHER) : asked;
        for (MeterRegistry registry : registries) {
            switch (event.kind()) {
                case ACQUIRED, REFRESHED, FAILED, REFRESH_FAILED -> {
                    registerGauges(token, registry);
                    recordAcquisition(event, tagsOf(token), registry);
                }
                case WAITED ->
                    Timer.builder("token.provider.wait")
                            .description("How long callers waited because no valid token was cached")
                            .tags(tagsOf(token).and(outcomeOf(event)))
                            .register(registry)
                            .record(event.duration());
                default -> {
                    // No metric.
                }
            }
        }
    }

    /** Registers them, unless they are there already. */
    private void registerGauges(WatchedToken token, MeterRegistry registry) {
        if (!gauged.add(new Gauged(registry, token))) {
            return;
        }
        Tags tags = tagsOf(token).and("required", String.valueOf(watch.isRequired(token)));
        TimeGauge.builder(
                        "token.provider.token.remaining",
                        this,
                        TimeUnit.SECONDS,
                        meters -> meters.measureRemaining(token))
                .description("How long the token is still valid; NaN if there is none")
                .tags(tags)
                .register(registry);
        Gauge.builder("token.provider.token.stale", this, meters -> meters.stale(token))
                .description("1 while the old token is used because refreshing it failed, else 0")
                .tags(tags)
                .register(registry);
    }

    private static void recordAcquisition(Event event, Tags tags, MeterRegistry registry) {
        boolean isRefresh = event.kind() == Kind.REFRESHED || event.kind() == Kind.REFRESH_FAILED;
        boolean isError = event.failure().isPresent();
        Timer.builder("token.provider.acquisition")
                .description("How long the sources took to get a token, or to fail")
                .tags(tags.and(outcomeOf(event))
                        .and("refresh", String.valueOf(isRefresh))
                        .and("source", isError ? NONE : event.source().orElse(NONE)))
                .register(registry)
                .record(event.duration());
    }

    private static Tags tagsOf(WatchedToken token) {
        String details = token.details().isEmpty() ? NONE : token.details();
        return Tags.of("identity", token.identity(), "resource", token.resource(), "request", details);
    }

    private static Tags outcomeOf(Event event) {
        String error = event.failure()
                .map(failure -> failure.code().name().toLowerCase(Locale.ROOT))
                .orElse(NONE);
        return Tags.of("outcome", error.equals(NONE) ? "SUCCESS" : "ERROR", "error.type", error);
    }

    private double measureRemaining(WatchedToken token) {
        SeenToken last = watch.seen(token);
        return last == null || last.expiresOn() == null
                ? Double.NaN
                : Duration.between(watch.now(), last.expiresOn()).toMillis() / 1000.0;
    }

    private double stale(WatchedToken token) {
        SeenToken last = watch.seen(token);
        return last != null && last.isStale(watch.now()) ? 1 : 0;
    }
}
