package io.podidentity.tokenprovider.spring;

import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tag;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.TimeGauge;
import io.micrometer.core.instrument.Timer;
import io.micrometer.core.instrument.binder.MeterBinder;
import io.podidentity.tokenprovider.TokenListener;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;

/**
 * The metrics of the tokens, each for a resource. A scrape asks for no token.
 *
 * <ul>
 *   <li>{@code tokenprovider.token.remaining}: how long the token is still valid, in seconds; NaN if there is none
 *   <li>{@code tokenprovider.token.stale}: 1 while the old token is used because refreshing it failed, else 0
 *   <li>{@code tokenprovider.acquire}: how long the sources took, by {@code outcome} ({@code acquired},
 *       {@code refreshed}, {@code failed}, {@code refresh_failed}), {@code source} and {@code error}
 *   <li>{@code tokenprovider.wait}: how long callers waited because no valid token was cached, by {@code outcome}
 * </ul>
 *
 * <p><i>Thread-safety:</i> safe for use by several threads.
 */
final class TokenMeters implements MeterBinder, TokenListener {
    private static final String REMAINING = "tokenprovider.token.remaining";
    private static final String NONE = "none";

    private final TokenWatch watch;
    private final Clock clock;
    private final List<MeterRegistry> registries = new CopyOnWriteArrayList<>();

    TokenMeters(TokenWatch watch, Clock clock) {
        this.watch = watch;
        this.clock = clock;
    }

    @Override
    public void bindTo(MeterRegistry registry) {
        registries.add(registry);
        watch.seen().forEach(token -> gauges(token.resource(), registry));
    }

    @Override
    public void on(Event event) {
        // The watch has bounded the number of resources, and thereby of time series.
        String resource =
                watch.knows(event.request().resource()) ? event.request().resource() : "other";
        Tag tag = Tag.of("resource", resource);
        for (MeterRegistry registry : registries) {
            switch (event.kind()) {
                case ACQUIRED, REFRESHED, FAILED, REFRESH_FAILED -> {
                    gauges(resource, registry);
                    acquired(event, tag, registry);
                }
                case WAITED -> waited(event, tag, registry);
                default -> {
                    // No metric.
                }
            }
        }
    }

    /** Registers them, unless they are there already. */
    private void gauges(String resource, MeterRegistry registry) {
        if (registry.find(REMAINING).tag("resource", resource).meter() != null) {
            return;
        }
        TimeGauge.builder(REMAINING, this, TimeUnit.SECONDS, meters -> meters.remaining(resource))
                .description("How long the token is still valid; NaN if there is none")
                .tag("resource", resource)
                .register(registry);
        Gauge.builder("tokenprovider.token.stale", this, meters -> meters.stale(resource))
                .description("1 while the old token is used because refreshing it failed, else 0")
                .tag("resource", resource)
                .register(registry);
    }

    private static void acquired(Event event, Tag resource, MeterRegistry registry) {
        Timer.builder("tokenprovider.acquire")
                .description("How long the sources took to get a token, or to fail")
                .tags(Tags.of(
                        resource,
                        Tag.of("outcome", event.kind().name().toLowerCase(Locale.ROOT)),
                        Tag.of(
                                "source",
                                event.failure().isPresent()
                                        ? NONE
                                        : event.source().orElse(NONE)),
                        Tag.of("error", error(event))))
                .register(registry)
                .record(event.duration());
    }

    private static void waited(Event event, Tag resource, MeterRegistry registry) {
        Timer.builder("tokenprovider.wait")
                .description("How long callers waited because no valid token was cached")
                .tags(Tags.of(resource, Tag.of("outcome", event.failure().isPresent() ? "failed" : "acquired")))
                .register(registry)
                .record(event.duration());
    }

    private static String error(Event event) {
        return event.failure()
                .map(failure -> failure.code().name().toLowerCase(Locale.ROOT))
                .orElse(NONE);
    }

    private double remaining(String resource) {
        Instant expiresOn = watch.seen(resource).expiresOn();
        return expiresOn == null
                ? Double.NaN
                : Duration.between(clock.instant(), expiresOn).toMillis() / 1000.0;
    }

    private double stale(String resource) {
        return watch.seen(resource).isStale(clock.instant()) ? 1 : 0;
    }
}
