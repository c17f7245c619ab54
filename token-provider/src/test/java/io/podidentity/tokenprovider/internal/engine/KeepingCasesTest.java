// SPDX-License-Identifier: Apache-2.0
package io.podidentity.tokenprovider.internal.engine;

import static org.assertj.core.api.Assertions.assertThat;

import io.podidentity.tokenprovider.AccessToken;
import io.podidentity.tokenprovider.TokenAcquisitionException;
import io.podidentity.tokenprovider.TokenAcquisitionException.Code;
import io.podidentity.tokenprovider.TokenRequest;
import io.podidentity.tokenprovider.cases.ConformanceCase;
import io.podidentity.tokenprovider.cases.ConformanceRunner;
import io.podidentity.tokenprovider.cases.Kind;
import io.podidentity.tokenprovider.cases.Runs;
import io.podidentity.tokenprovider.support.FakeTime;
import io.podidentity.tokenprovider.support.ManualExecutor;
import io.podidentity.tokenprovider.support.ScriptedSource;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;

/** How azure-core, AWS and Google keep tokens, and how ours compares. */
@Runs({
    @Kind(
            name = "bearer_cache",
            given = "{expires_in_s: 'number', refresh: 'ok|error', last_refresh_s_ago: 'number'}",
            expected = """
                {result: 'old token|cached|new token|error', refresh_calls: 'number',
                next_refresh_delay_s: 'number'}
                """),
    @Kind(name = "cached_supplier", given = """
        {now: '<prefetch|prefetch..stale|>stale|>expiry', strategy: 'NonBlocking|OneCallerBlocks',
        behavior: 'ALLOW|STRICT', fetch: 'ok|error'}
        """, expected = """
            {blocked_callers: 'number', result: 'old value|new value|error', next_try_s: 'text',
            fetches: 'number'}
            """),
    @Kind(name = "google_cache", given = "{remaining_s: 'number'}", expected = """
        {state: 'FRESH|STALE|EXPIRED', refresh: 'truth', returns: 'old value|new value',
        refresh_in_background: 'truth'}
        """)
})
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
        boolean recent = row.given().has("last_refresh_s_ago");
        played.keep(
                recent
                        ? left.plusSeconds(row.given().get("last_refresh_s_ago").asLong())
                        : left.compareTo(HOUR) > 0 ? left : HOUR,
                left);
        played.fetch(row.given("refresh"));

        CompletableFuture<CachedToken> call = played.call();
        int refreshes = played.executor.waiting();
        if (refreshes > 0) {
            played.executor.runNext();
        }

        if (row.expected().has("refresh_calls")) {
            assertThat(refreshes).isEqualTo(row.expected().get("refresh_calls").asInt());
        }
        if (row.expected().has("result")) {
            assertThat(played.result(call)).isEqualTo(row.expected("result").replace("cached", "old token"));
        }
        if (row.expected().has("next_refresh_delay_s")) {
            Duration delay = Duration.ofSeconds(
                    row.expected().get("next_refresh_delay_s").asLong());
            played.time.advance(delay.minusMillis(1));
            assertThat(played.answer()).isSameAs(played.kept);
            assertThat(played.executor.waiting()).isZero();
            played.time.advance(Duration.ofMillis(1));
            assertThat(played.answer()).isSameAs(played.kept);
            assertThat(played.executor.waiting()).isEqualTo(1);
        }
    }

    private static void supplier(ConformanceCase row, Played played) {
        Duration left = switch (row.given("now")) {
            case "<prefetch" -> Duration.ofMinutes(50);
            case "prefetch..stale" -> Duration.ofSeconds(200);
            default -> Duration.ofSeconds(-1);
        };
        played.keep(HOUR, left);
        played.fetch(row.given("fetch"));

        CompletableFuture<CachedToken> call = played.call();
        // A caller that blocks waits for the refresh in the background.
        int blocked = call.isDone() ? 0 : 1;
        int fetches = played.executor.waiting();
        if (fetches > 0) {
            played.executor.runNext();
        }

        if (row.expected().has("blocked_callers")) {
            assertThat(blocked).isEqualTo(row.expected().get("blocked_callers").asInt());
        }
        if (row.expected().has("fetches")) {
            assertThat(fetches).isEqualTo(row.expected().get("fetches").asInt());
        }
        if (row.expected().has("result")) {
            assertThat(played.result(call).replace("token", "value")).isEqualTo(row.expected("result"));
        }
    }

    private static void google(ConformanceCase row, Played played) {
        played.keep(HOUR, Duration.ofSeconds(row.given().get("remaining_s").asLong()));

        CompletableFuture<CachedToken> call = played.call();
        boolean done = call.isDone();
        boolean refreshing = played.executor.waiting() > 0;
        if (refreshing) {
            played.executor.runNext();
        }

        if (row.expected().has("state")) {
            assertThat(refreshing ? done ? "STALE" : "EXPIRED" : "FRESH").isEqualTo(row.expected("state"));
        }
        if (row.expected().has("refresh")) {
            assertThat(refreshing).isEqualTo(row.expected().get("refresh").asBoolean());
        }
        if (row.expected().has("refresh_in_background")) {
            assertThat(refreshing && done)
                    .isEqualTo(row.expected().get("refresh_in_background").asBoolean());
        }
        if (row.expected().has("returns")) {
            assertThat(played.result(call).replace("token", "value")).isEqualTo(row.expected("returns"));
        }
    }

    /** A slot with a token in it. */
    private static final class Played {
        final FakeTime time = new FakeTime();
        final ManualExecutor executor = new ManualExecutor();
        final ScriptedSource source = new ScriptedSource("fake", time);
        final TokenSlot slot = new TokenSlot(
                TokenRequest.forResource("r"),
                new TokenSourceChain(List.of(source), time, null, false),
                executor,
                time,
                LIMIT);
        AccessToken kept;

        /** Gets a token of some life, and lets time pass until so much of it is left. */
        void keep(Duration life, Duration left) {
            source.thenTokenFor(life);
            CompletableFuture<CachedToken> first = slot.getAsync(false, LIMIT, Function.identity());
            executor.runNext();
            kept = first.join().token;
            time.advance(life.minus(left));
        }

        /** What the next fetch comes to: an error, or a token. */
        void fetch(String outcome) {
            if ("error".equals(outcome)) {
                source.thenFails(new TokenAcquisitionException(Code.SERVICE_UNAVAILABLE, "busy", "", null));
            }
        }

        CompletableFuture<CachedToken> call() {
            return slot.getAsync(false, LIMIT, Function.identity());
        }

        String result(CompletableFuture<CachedToken> call) {
            return call.handle((token, failure) ->
                            failure != null ? "error" : token.token.equals(kept) ? "old token" : "new token")
                    .join();
        }

        AccessToken answer() {
            return slot.get(false, LIMIT).token;
        }
    }
}
