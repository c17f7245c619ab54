// SPDX-License-Identifier: Apache-2.0
package io.podidentity.tokenprovider.internal.engine;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.podidentity.tokenprovider.AccessToken;
import io.podidentity.tokenprovider.TokenAcquisitionException;
import io.podidentity.tokenprovider.TokenAcquisitionException.Code;
import io.podidentity.tokenprovider.TokenRequest;
import io.podidentity.tokenprovider.TokenSource;
import io.podidentity.tokenprovider.cases.ConformanceCase;
import io.podidentity.tokenprovider.cases.ConformanceFile;
import io.podidentity.tokenprovider.cases.ConformanceRunner;
import io.podidentity.tokenprovider.cases.Kind;
import io.podidentity.tokenprovider.cases.Runs;
import io.podidentity.tokenprovider.support.FakeTime;
import io.podidentity.tokenprovider.support.ScriptedSource;
import io.podidentity.tokenprovider.support.Tokens;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** The original's way along its providers. */
@Runs(
        file = ConformanceFile.APP_AUTHENTICATION,
        value = @Kind(name = "chain", given = "{chain: ['text'], calls: 'number'}", expected = """
            {hits: {'*': 'number'}, principalType: 'App|User', error: 'failure',
            messageContains: 'texts', messageLacks: 'texts', secondCall: 'failure'}
            """))
class DiscoveryCasesTest extends ConformanceRunner {
    private static final TokenRequest REQUEST =
            TokenRequest.forResource("https://vault.azure.net/").withDeadline(Duration.ofSeconds(30));

    private final FakeTime time = new FakeTime();

    @Override
    public void run(ConformanceCase row) throws Exception {
        List<ScriptedSource> sources = new ArrayList<>();
        for (JsonNode link : row.given().get("chain")) {
            sources.add(source(link.asText()));
        }
        TokenSourceChain chain = new TokenSourceChain(List.copyOf(sources), time, null, false);
        for (int i = 1; i < row.given().path("calls").asInt(1); i++) {
            chain.acquire(ChainRuns.of(chain, REQUEST, time), null);
        }

        CachedToken token = null;
        TokenAcquisitionException failure = null;
        try {
            token = chain.acquire(ChainRuns.of(chain, REQUEST, time), null);
        } catch (TokenAcquisitionException e) {
            failure = e;
        }

        boolean fails = row.expected().has("error") || row.expected().has("secondCall");
        assertThat(failure != null).isEqualTo(fails);
        if (row.expected("principalType") != null) {
            assertThat(token.token.principal().orElseThrow().type())
                    .hasToString(row.expected("principalType").toUpperCase(Locale.ROOT));
        }
        JsonNode words = row.expected().path("messageContains");
        for (JsonNode word : words.isTextual() ? List.of(words) : words) {
            assertThat(failure).hasMessageContaining(word.asText());
        }
        if (row.expected("messageLacks") != null) {
            assertThat(failure.getMessage()).doesNotContain(row.expected("messageLacks"));
        }
        row.expected()
                .path("hits")
                .properties()
                .forEach(hits -> assertThat(calls(sources, hits.getKey()))
                        .as(hits.getKey())
                        .isEqualTo(hits.getValue().asInt()));
        if (row.expected("secondCall") != null) {
            // The first call got its token from the first source, so no other was ever asked.
            assertThat(sources.subList(1, sources.size())).allMatch(source -> source.calls() == 0);
        }
        if (failure != null && sources.size() == 1) {
            assertThat(failure.reason()).isEqualTo("its own words");
        }
    }

    /** A source by what the case says of it: {@code Name:ok}, {@code Name:not-found}, {@code Name:ok then fail} … */
    private ScriptedSource source(String link) {
        String name = link.substring(0, Math.max(0, link.indexOf(':')));
        ScriptedSource source = new ScriptedSource(name, time);
        for (String step : link.substring(link.indexOf(':') + 1).split(" then ", -1)) {
            switch (step) {
                case "ok" -> source.then(request -> new TokenSource.Acquired(token(request, name)));
                case "not-found", "unavailable" -> source.thenUnavailable("not installed", "");
                case "connection-error" -> source.thenUnavailable("no answer", "");
                case "fail", "failed" ->
                    source.thenFails(new TokenAcquisitionException(Code.REFUSED, "its own words", "", null));
                case "other exception" ->
                    source.then(request -> {
                        throw new IllegalStateException("other");
                    });
                default -> throw new AssertionError(step);
            }
        }
        return source;
    }

    private AccessToken token(TokenRequest request, String name) {
        Map<String, Object> claims =
                name.equals("ManagedIdentity") ? Map.of("appid", "a") : Map.of("upn", "anna@contoso.com");
        String value = Tokens.jwt(claims);
        return new AccessToken(
                value,
                request.resource(),
                "Bearer",
                time.now().plusSeconds(3600),
                null,
                Tokens.principalOf(value),
                name);
    }

    private static int calls(List<ScriptedSource> sources, String name) {
        return sources.stream()
                .filter(source -> source.name().equals(name))
                .mapToInt(ScriptedSource::calls)
                .sum();
    }
}
