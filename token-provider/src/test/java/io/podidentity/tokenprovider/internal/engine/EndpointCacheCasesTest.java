// SPDX-License-Identifier: Apache-2.0
package io.podidentity.tokenprovider.internal.engine;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
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
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;

/** How often a managed identity host is asked. */
@Runs(
        @Kind(
                name = "mi_cache",
                given = """
                    {calls: ['text'], identities: ['text?'], state: 'fresh|refresh_due|expired',
                    parallel: 'number', refresh: 'ok|error'}
                    """,
                expected = """
                    {requests: 'number', result: 'old token|new token|error', source: 'text',
                    msal_go: 'old token|error thrown', msal4j: 'old token|error thrown'}
                    """,
                notes = {"source"}))
class EndpointCacheCasesTest extends ConformanceRunner {
    private static final Duration LIMIT = Duration.ofSeconds(30);

    private final FakeTime time = new FakeTime();
    private final ManualExecutor executor = new ManualExecutor();

    @Override
    public void run(ConformanceCase row) {
        ScriptedSource source = new ScriptedSource("host", time);
        if (row.given().has("calls")) {
            calls(row.given(), source);
            assertThat(source.calls()).isEqualTo(row.expected().get("requests").asInt());
        } else {
            kept(row, source);
        }
    }

    /** One call after the other: for these resources, by these identities. */
    private void calls(JsonNode given, ScriptedSource source) {
        TokenCache cache =
                new TokenCache(new TokenSourceChain(List.of(source), time, null, false), executor, time, LIMIT);
        for (int i = 0; i < given.get("calls").size(); i++) {
            String identity = given.path("identities").path(i).textValue();
            CompletableFuture<CachedToken> call = cache.slotOf(
                            TokenRequest.forResource(given.get("calls").get(i).asText())
                                    .withClientId(identity))
                    .getAsync(false, LIMIT, Function.identity());
            if (executor.waiting() > 0) {
                executor.runNext();
            }
            assertThat(call).isCompleted();
        }
    }

    /** Calls that come together when there is a token already. */
    private void kept(ConformanceCase row, ScriptedSource source) {
        TokenSlot slot = slot("r", source, executor, time);
        CompletableFuture<CachedToken> first = slot.getAsync(false, LIMIT, Function.identity());
        executor.runNext();
        String state = row.given("state") == null ? "fresh" : row.given("state");
        if (!state.equals("fresh")) {
            long at = state.equals("expired") ? first.join().token.expiresOn().toEpochMilli() : first.join().refreshAt;
            time.advance(Duration.ofMillis(at - time.millis() + 1));
        }
        if ("error".equals(row.given("refresh"))) {
            source.thenFails(new TokenAcquisitionException(Code.SERVICE_UNAVAILABLE, "HTTP 500", "", null));
        }
        int before = source.calls();
        Set<String> results = new HashSet<>();
        List<CompletableFuture<CachedToken>> calls = new ArrayList<>();
        for (int caller = 0; caller < row.given().path("parallel").asInt(1); caller++) {
            calls.add(slot.getAsync(false, LIMIT, Function.identity()));
        }
        if (executor.waiting() > 0) {
            executor.runNext();
        }
        for (CompletableFuture<CachedToken> call : calls) {
            results.add(call.handle((token, failure) -> failure != null
                            ? "error"
                            : token.token.equals(first.join().token) ? "old token" : "new token")
                    .join());
        }
        if (row.expected().has("requests")) {
            assertThat(source.calls() - before)
                    .isEqualTo(row.expected().get("requests").asInt());
        }
        for (String member : List.of("result", "msal_go", "msal4j")) {
            if (row.expected().has(member)) {
                assertThat(results).containsExactly(row.expected(member).replace(" thrown", ""));
            }
        }
    }

    private static TokenSlot slot(String resource, ScriptedSource source, ManualExecutor executor, FakeTime time) {
        return new TokenSlot(
                TokenRequest.forResource(resource),
                new TokenSourceChain(List.of(source), time, null, false),
                executor,
                time,
                LIMIT);
    }
}
