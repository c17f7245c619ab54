package io.podidentity.tokenprovider.spring;

import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.TimeGauge;
import io.micrometer.core.instrument.Timer;
import io.micrometer.core.instrument.binder.MeterBinder;
import io.podidentity.tokenprovider.TokenListener.Event;
import io.podidentity.tokenprovider.TokenListener.Kind;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;

/**
 * The metrics of the tokens, each with the tags {@code identity} and {@code resource}. A scrape asks for no token.
 *
 * <ul>
 *   <li>{@code token.provider.token.remaining}: how long the token is still valid, in seconds; NaN if there is none
 *   <li>{@code token.provider.token.stale}: 1 while the old token is used because refreshing it failed, else 0
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

    private final TokenWatch watch;
    private final List<MeterRegistry> registries = new CopyOnWriteArrayList<>();
    private final Set<Gauged> gauged = ConcurrentHashMap.newKeySet();

    private record Gauged(MeterRegistry registry, String identity, String resource) {}

    TokenMeters(TokenWatch watch) {
        this.watch = watch;
    }

    @Override
    public void bindTo(MeterRegistry registry) {
        registries.add(registry);
        for (SeenToken token : watch.seen()) {
            gauges(token.identity(), token.resource(), registry);
        }
    }

    @Override
    public void on(String identity, Event event) {
        String asked = TokenIdentities.canonical(event.request().resource());
        // The watch has bounded the number of resources, and thereby of time series.
        String resource = watch.seen(identity, asked) == null ? "other" : asked;
        for (MeterRegistry registry : registries) {
            switch (event.kind()) {
                case ACQUIRED, REFRESHED, FAILED, REFRESH_FAILED -> {
                    gauges(identity, resource, registry);
                    acquired(event, tags(identity, resource), registry);
                }
                case WAITED ->
                    Timer.builder("token.provider.wait")
                            .description("How long callers waited because no valid token was cached")
                            .tags(tags(identity, resource).and(outcome(event)))
                            .register(registry)
                            .record(event.duration());
                default -> {
                    // No metric.
                }
            }
        }
    }

    /** Registers them, unless they are there already. */
    private void gauges(String identity, String resource, MeterRegistry registry) {
        if (!gauged.add(new Gauged(registry, identity, resource))) {
            return;
        }
        Tags tags = tags(identity, resource);
        TimeGauge.builder(
                        "token.provider.token.remaining",
                        this,
                        TimeUnit.SECONDS,
                        meters -> meters.remaining(identity, resource))
                .description("How long the token is still valid; NaN if there is none")
                .tags(tags)
                .register(registry);
        Gauge.builder("token.provider.token.stale", this, meters -> meters.stale(identity, resource))
                .description("1 while the old token is used because refreshing it failed, else 0")
                .tags(tags)
                .register(registry);
    }

    private static void acquired(Event event, Tags tags, MeterRegistry registry) {
        boolean isRefresh = event.kind() == Kind.REFRESHED || event.kind() == Kind.REFRESH_FAILED;
        boolean isError = event.failure().isPresent();
        Timer.builder("token.provider.acquisition")
                .description("How long the sources took to get a token, or to fail")
                .tags(tags.and(outcome(event))
                        .and("refresh", String.valueOf(isRefresh))
                        .and("source", isError ? NONE : event.source().orElse(NONE)))
                .register(registry)
                .record(event.duration());
    }

    private static Tags tags(String identity, String resource) {
        return Tags.of("identity", identity, "resource", resource);
    }

    private static Tags outcome(Event event) {
        String error = event.failure()
                .map(failure -> failure.code().name().toLowerCase(Locale.ROOT))
                .orElse(NONE);
        return Tags.of("outcome", error.equals(NONE) ? "SUCCESS" : "ERROR", "error.type", error);
    }

    private double remaining(String identity, String resource) {
        SeenToken token = watch.seen(identity, resource);
        return token == null || token.expiresOn() == null
                ? Double.NaN
                : Duration.between(watch.now(), token.expiresOn()).toMillis() / 1000.0;
    }

    private double stale(String identity, String resource) {
        SeenToken token = watch.seen(identity, resource);
        return token != null && token.isStale(watch.now()) ? 1 : 0;
    }
}
