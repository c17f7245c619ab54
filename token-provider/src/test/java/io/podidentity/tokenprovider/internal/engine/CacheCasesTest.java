// SPDX-License-Identifier: Apache-2.0
package io.podidentity.tokenprovider.internal.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.fasterxml.jackson.databind.JsonNode;
import io.podidentity.tokenprovider.TokenAcquisitionException;
import io.podidentity.tokenprovider.TokenAcquisitionException.Code;
import io.podidentity.tokenprovider.TokenRequest;
import io.podidentity.tokenprovider.cases.ConformanceCase;
import io.podidentity.tokenprovider.cases.ConformanceFile;
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
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;

/** The cache of the original, and what ours does better. */
@Runs(
        file = ConformanceFile.APP_AUTHENTICATION,
        value =
                @Kind(
                        name = "cache",
                        given = """
                            {after: 'text', calls: 'number', forceRefresh: 'truth', instances: 'number',
                            parallel: 'number', provider: 'text', process: 'ok|not-found', secondsLeft: 'number',
                            resources: ['text'], tenants: ['text?'], connectionStrings: ['text?'],
                            azureAdInstances: ['text'], connectionString: 'text', tenantId: 'text',
                            parallelForced: 'number', allEnterBeforeFirstEnds: 'truth', cancelWhileQueued: 'truth'}
                            """,
                        expected = """
                            {providerHits: 'number', errors: 'number', servedFromCache: 'truth', error: 'failure',
                            cancelHonoured: 'truth', quirk: 'json'}
                            """,
                        notes = {"quirk"}))
class CacheCasesTest extends ConformanceRunner {
    private static final String RESOURCE = "https://vault.azure.net/";
    private static final Duration LIMIT = Duration.ofSeconds(30);

    @Override
    public void run(ConformanceCase row) {
        JsonNode given = row.given();
        if (given.has("secondsLeft")) {
            secondsLeft(row);
        } else if (given.has("resources") || given.has("tenants")) {
            entries(row);
        } else if (given.has("connectionStrings")) {
            connectionStrings(row);
        } else if (given.has("azureAdInstances")) {
            clouds(row);
        } else if (given.has("parallelForced")) {
            forced(row);
        } else if (given.has("cancelWhileQueued")) {
            cancelled(row);
        } else if (given.has("process")) {
            failures(row);
        } else {
            hits(row);
        }
    }

    private static void hits(ConformanceCase row) {
        Played played = new Played();
        List<CompletableFuture<CachedToken>> parallel = new ArrayList<>();
        String before = row.given("after");
        int callers = before == null
                ? row.given().path("parallel").asInt(1)
                : Integer.parseInt(before.replaceAll("\\D.*", ""));
        for (int i = 0; i < callers; i++) {
            parallel.add(played.cache.slotOf(RESOURCE).getAsync(false, LIMIT, Function.identity()));
        }
        played.executor.runNext();
        for (int i = 0; i < row.given().path("calls").asInt(); i++) {
            CompletableFuture<CachedToken> call = played.cache
                    .slotOf(RESOURCE)
                    .getAsync(row.given().path("forceRefresh").asBoolean(), LIMIT, Function.identity());
            if (played.executor.waiting() > 0) {
                played.executor.runNext();
            }
            assertThat(call).isDone();
        }
        assertThat(parallel).allMatch(CompletableFuture::isDone);
        assertThat(played.source.calls())
                .isEqualTo(row.expected().get("providerHits").asInt());
    }

    private static void failures(ConformanceCase row) {
        Played played = new Played();
        int calls = row.given().get("calls").asInt();
        int errors = 0;
        for (int i = 0; i < calls; i++) {
            played.source.thenUnavailable("az is not installed", "");
            CompletableFuture<CachedToken> call =
                    played.cache.slotOf(RESOURCE).getAsync(false, LIMIT, Function.identity());
            if (played.executor.waiting() > 0) {
                played.executor.runNext();
            }
            errors += call.isCompletedExceptionally() ? 1 : 0;
        }
        assertThat(errors).isEqualTo(row.expected().get("errors").asInt());
        assertThat(played.source.calls())
                .isEqualTo(row.expected().get("providerHits").asInt());
    }

    private static void secondsLeft(ConformanceCase row) {
        Played played = new Played();
        CompletableFuture<CachedToken> first =
                played.cache.slotOf(RESOURCE).getAsync(false, LIMIT, Function.identity());
        played.executor.runNext();
        int left = row.given().get("secondsLeft").asInt();
        played.time.advance(Duration.ofHours(1).minusSeconds(left));
        if (row.given("provider") != null) {
            played.source.thenFails(new TokenAcquisitionException(Code.SERVICE_UNAVAILABLE, "busy", "", null));
        }

        CompletableFuture<CachedToken> call = played.cache.slotOf(RESOURCE).getAsync(false, LIMIT, Function.identity());
        boolean atOnce = call.isDone();
        if (!atOnce) {
            played.executor.runNext();
        }
        CachedToken second = call.join();

        boolean served = second.token.expiresOn().equals(first.join().token.expiresOn());
        assertThat(row.expected().has("error"))
                .as("a token that is valid is no error")
                .isFalse();
        if (row.expected().has("servedFromCache")) {
            assertThat(served).isEqualTo(row.expected().get("servedFromCache").asBoolean());
        }
        boolean behind = played.executor.waiting() > 0;
        boolean refreshing = behind || !atOnce;
        if (behind) {
            played.executor.runNext();
        }
        assertThat(played.cache.slotOf(RESOURCE).get(false, LIMIT)).isNotNull();
        // The moment of a refresh has some jitter before five minutes.
        if (left < 300 || left > 330) {
            assertThat(refreshing).isEqualTo(left < 300);
        }
    }

    private static void entries(ConformanceCase row) {
        Played played = new Played();
        for (JsonNode resource : row.given().path("resources")) {
            played.get(TokenRequest.forResource(resource.asText()));
        }
        for (JsonNode tenant : row.given().path("tenants")) {
            played.get(TokenRequest.forResource(RESOURCE).withTenantId(tenant.isNull() ? null : tenant.asText()));
        }
        assertThat(played.source.calls())
                .isEqualTo(row.expected().get("providerHits").asInt());
    }

    private static void connectionStrings(ConformanceCase row) {
        Set<TokenCache> caches = new HashSet<>();
        for (JsonNode text : row.given().get("connectionStrings")) {
            caches.add(ProcessCaches.forSettings(Map.of(), text.isNull() ? null : text.asText(), Map.of()));
        }
        assertThat(caches).hasSize(row.expected().get("providerHits").asInt());
    }

    private static void clouds(ConformanceCase row) {
        Set<TokenCache> caches = new HashSet<>();
        for (JsonNode host : row.given().get("azureAdInstances")) {
            caches.add(ProcessCaches.forSettings(
                    Map.of("AZURE_AUTHORITY_HOST", host.asText()), "RunAs=Workload", Map.of()));
        }
        assertThat(caches).hasSize(row.expected().get("providerHits").asInt());
    }

    private static void forced(ConformanceCase row) {
        Played played = new Played();
        List<CompletableFuture<CachedToken>> calls = new ArrayList<>();
        for (int i = 0; i < row.given().get("parallelForced").asInt(); i++) {
            calls.add(played.cache.slotOf(RESOURCE).getAsync(true, LIMIT, Function.identity()));
        }
        played.executor.runNext();
        assertThat(calls).allMatch(CompletableFuture::isDone);
        assertThat(played.executor.waiting()).isZero();
        assertThat(played.source.calls())
                .isEqualTo(row.expected().get("providerHits").asInt());
    }

    private static void cancelled(ConformanceCase row) {
        Played played = new Played();
        Thread.currentThread().interrupt();

        TokenAcquisitionException failure = catchThrowableOfType(
                TokenAcquisitionException.class,
                () -> played.cache.slotOf(RESOURCE).get(false, LIMIT));

        assertThat(Thread.interrupted()).isTrue();
        assertThat(failure.code() == Code.INTERRUPTED)
                .isEqualTo(row.expected().get("cancelHonoured").asBoolean());
    }

    /** A cache with a source, a clock and requests that the test owns. */
    private static final class Played {
        final FakeTime time = new FakeTime();
        final ManualExecutor executor = new ManualExecutor();
        final ScriptedSource source = new ScriptedSource("fake", time);
        final TokenCache cache =
                new TokenCache(new TokenSourceChain(List.of(source), time, null, false), executor, time, LIMIT);

        void get(TokenRequest request) {
            CompletableFuture<CachedToken> call = cache.slotOf(request).getAsync(false, LIMIT, Function.identity());
            if (executor.waiting() > 0) {
                executor.runNext();
            }
            assertThat(call).isDone();
        }
    }
}
