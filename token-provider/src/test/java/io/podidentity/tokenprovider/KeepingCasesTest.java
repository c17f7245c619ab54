package io.podidentity.tokenprovider;

import static org.assertj.core.api.Assertions.assertThat;

import io.podidentity.tokenprovider.TokenAcquisitionException.Code;
import io.podidentity.tokenprovider.cases.ConformanceCase;
import io.podidentity.tokenprovider.cases.ConformanceRunner;
import io.podidentity.tokenprovider.cases.Runs;
import io.podidentity.tokenprovider.support.FakeTime;
import io.podidentity.tokenprovider.support.ManualCrew;
import io.podidentity.tokenprovider.support.ScriptedSource;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;

/** How azure-core, AWS and Google keep tokens, and how ours compares. */
@Runs(kinds = {"bearer_cache", "cached_supplier", "google_cache"})
class KeepingCasesTest extends ConformanceRunner {
    private static final Duration LIMIT = Duration.ofSeconds(30);
    private static final Duration HOUR = Duration.ofHours(1);

    @Override
    public void run(ConformanceCase row) {
        Played played = new Played();
        switch (row.kind()) {
            case "bearer_cache" -> bearer(row, played);
            case "cached_supplier" -> supplier(row, played);
            default -> google(row, played);
        }
    }

    /** A token with so much left; or one that was got so long ago with so much left. */
    private static void bearer(ConformanceCase row, Played played) {
        Duration left = Duration.ofSeconds(row.given().get("expires_in_s").asLong());
        if (row.given().has("last_refresh_s_ago")) {
            Duration ago =
                    Duration.ofSeconds(row.given().get("last_refresh_s_ago").asLong());
            played.keep(left.plus(ago), left);
        } else {
            played.keep(HOUR, left);
        }
        boolean fails = "error".equals(row.given("refresh"));
        if (fails) {
            played.source.thenFails(new TokenAcquisitionException(Code.SERVICE_UNAVAILABLE, "busy", "", null));
        }

        assertThat(played.answer()).isSameAs(played.kept);

        if (row.expected().has("refresh_calls")) {
            assertThat(played.crew.waiting())
                    .isEqualTo(row.expected().get("refresh_calls").asInt());
        }
        if (fails) {
            played.crew.fly();
            Duration delay = Duration.ofSeconds(
                    row.expected().get("next_refresh_delay_s").asLong());
            played.time.advance(delay.minusMillis(1));
            assertThat(played.answer()).isSameAs(played.kept);
            assertThat(played.crew.waiting()).isZero();
            played.time.advance(Duration.ofMillis(1));
            assertThat(played.answer()).isSameAs(played.kept);
            assertThat(played.crew.waiting()).isEqualTo(1);
        }
    }

    private static void supplier(ConformanceCase row, Played played) {
        if ("prefetch..stale".equals(row.given("now"))) {
            played.keep(HOUR, Duration.ofSeconds(200));
            // A caller that blocked would wait for ever: nothing flies here.
            assertThat(played.answer()).isSameAs(played.kept);
            assertThat(played.crew.waiting()).isEqualTo(1);
            assertThat(row.expected().get("blocked_callers").asInt()).isZero();
            return;
        }
        played.keep(HOUR, Duration.ofSeconds(-1));
        if ("error".equals(row.given("fetch"))) {
            played.source.thenFails(new TokenAcquisitionException(Code.SERVICE_UNAVAILABLE, "busy", "", null));
        }
        CompletableFuture<CachedToken> call = played.slot.getAsync(false, LIMIT, Function.identity());
        played.crew.fly();
        assertThat(call.isCompletedExceptionally()).isEqualTo("error".equals(row.expected("result")));
    }

    private static void google(ConformanceCase row, Played played) {
        played.keep(HOUR, Duration.ofSeconds(row.given().get("remaining_s").asLong()));
        boolean behind = row.expected().path("refresh_in_background").asBoolean(false);
        switch (row.expected("state")) {
            case "FRESH", "STALE" -> assertThat(played.answer()).isSameAs(played.kept);
            default -> {
                CompletableFuture<CachedToken> call = played.slot.getAsync(false, LIMIT, Function.identity());
                assertThat(call.isDone()).isFalse();
                return;
            }
        }
        assertThat(played.crew.waiting()).isEqualTo(behind ? 1 : 0);
    }

    /** A slot with a token in it. */
    private static final class Played {
        final FakeTime time = new FakeTime();
        final ManualCrew crew = new ManualCrew();
        final ScriptedSource source = new ScriptedSource("fake", time);
        final TokenSlot slot = new TokenSlot(
                TokenRequest.forResource("r"), new TokenSourceChain(List.of(source), time), crew, time, LIMIT);
        AccessToken kept;

        /** Gets a token of some life, and lets time pass until so much of it is left. */
        void keep(Duration life, Duration left) {
            source.thenTokenFor(life);
            CompletableFuture<CachedToken> first = slot.getAsync(false, LIMIT, Function.identity());
            crew.fly();
            kept = first.join().token;
            time.advance(life.minus(left));
        }

        AccessToken answer() {
            return slot.get(false, LIMIT).token;
        }
    }
}
