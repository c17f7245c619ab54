// SPDX-License-Identifier: Apache-2.0
package io.podidentity.tokenprovider.internal.engine;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.podidentity.tokenprovider.TokenAcquisitionException;
import io.podidentity.tokenprovider.TokenAcquisitionException.Code;
import io.podidentity.tokenprovider.TokenRequest;
import io.podidentity.tokenprovider.TokenSource;
import io.podidentity.tokenprovider.cases.ConformanceCase;
import io.podidentity.tokenprovider.cases.ConformanceRunner;
import io.podidentity.tokenprovider.cases.EndpointCases;
import io.podidentity.tokenprovider.cases.Kind;
import io.podidentity.tokenprovider.cases.Runs;
import io.podidentity.tokenprovider.internal.chain.DefaultSources;
import io.podidentity.tokenprovider.internal.managed.ImdsTokenSource;
import io.podidentity.tokenprovider.internal.source.SourceContext;
import io.podidentity.tokenprovider.internal.text.Environment;
import io.podidentity.tokenprovider.support.Contexts;
import io.podidentity.tokenprovider.support.FakeTime;
import io.podidentity.tokenprovider.support.FakeTransport;
import io.podidentity.tokenprovider.support.ManualExecutor;
import io.podidentity.tokenprovider.support.ScriptedSource;
import java.io.File;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.function.Function;
import org.junit.jupiter.api.io.TempDir;

/** Chains of the Azure SDKs and of AWS. */
@Runs({
    @Kind(
            name = "chain",
            given = """
                {links: ['token|unavailable|silent|failed', {name: 'text', result: 'token|unavailable|silent|failed',
                status: 'number', body: 'json'}], env: {'*': 'text'}, get_token_calls: 'number',
                parallel: 'number', retry_sources: 'truth'}
                """,
            expected = """
                {result: 'token|failed|ClientAuthenticationException', transient: 'truth', error: 'unavailable|failure',
                calls: ['number'], cli_called: 'truth', first_success: 'text', message_lists: ['text'],
                message_contains: 'texts', note: 'text'}
                """,
            notes = {"note"}),
    @Kind(name = "chain_aws", given = """
        {links: ['token|unavailable|silent|failed', {name: 'text', result: 'token|unavailable|silent|failed',
        status: 'number', body: 'json'}], get_token_calls: 'number'}
        """, expected = """
            {result: 'token|failed', transient: 'truth', error: 'unavailable|failure', calls: ['number'],
            message_lists: ['text'], message_contains: 'texts'}
            """),
    @Kind(name = "chain_java_plain", given = """
                {links: ['token|unavailable|silent|failed', {name: 'text', result: 'token|unavailable|silent|failed',
                status: 'number', body: 'json'}], get_token_calls: 'number', parallel: 'number'}
                """, expected = """
                {result: 'token|failed', transient: 'truth', error: 'unavailable|failure', calls: ['number'],
                message_lists: ['text'], message_contains: 'texts'}
                """)
})
class ChainCasesTest extends ConformanceRunner {
    private static final Duration LIMIT = Duration.ofSeconds(30);

    @TempDir
    private Path root;

    private final FakeTime time = new FakeTime();

    @Override
    public void run(ConformanceCase row) {
        if (row.given().has("env")) {
            firstOf(row);
        } else {
            links(row);
        }
    }

    private void firstOf(ConformanceCase row) {
        Map<String, String> variables = new HashMap<>();
        row.given()
                .get("env")
                .properties()
                .forEach(variable ->
                        variables.put(variable.getKey(), variable.getValue().asText()));
        Environment environment = new Environment(variables, false, false, "/nowhere");
        String first = new DefaultSources(
                        new SourceContext(environment, new File(root.toString()), new FakeTransport(), time))
                .createAll()
                .get(0)
                .name();
        assertThat(first.replace(" ", "")).isEqualToIgnoringCase(row.expected("first_success"));
    }

    private void links(ConformanceCase row) {
        List<TokenSource> sources = new ArrayList<>();
        List<ScriptedSource> scripted = new ArrayList<>();
        for (JsonNode link : row.given().get("links")) {
            if (link.has("status")) {
                FakeTransport http =
                        new FakeTransport().answers(link.get("status").asInt(), EndpointCases.text(link.path("body")));
                sources.add(new ImdsTokenSource(
                        Contexts.of(new Environment(Map.of(), false, false, "/nowhere"), http, time), false, null));
            } else {
                String result =
                        link.isTextual() ? link.asText() : link.get("result").asText();
                ScriptedSource source = new ScriptedSource(link.path("name").asText("link " + sources.size()), time);
                sources.add(source);
                scripted.add(scripted(source, result));
            }
        }

        Throwable failure = call(row, sources);

        boolean fails = row.expected().has("error")
                || row.expected().has("message_lists")
                || (row.expected().has("result") && !"token".equals(row.expected("result")));
        assertThat(failure != null).isEqualTo(fails);
        if (fails) {
            failed(row, (TokenAcquisitionException) failure, sources);
        }
        List<Integer> calls = new ArrayList<>();
        row.expected().path("calls").forEach(count -> calls.add(count.asInt()));
        if (row.expected().has("calls")) {
            assertThat(scripted).extracting(ScriptedSource::calls).isEqualTo(calls);
        }
        if (row.expected().has("cli_called")) {
            assertThat(scripted.get(0).calls() > 0)
                    .isEqualTo(row.expected().get("cli_called").asBoolean());
        }
    }

    /** That nothing answered is another failure than that one source failed, which ends the chain. */
    private static void failed(ConformanceCase row, TokenAcquisitionException failure, List<TokenSource> sources) {
        if (row.expected().has("error")) {
            assertThat(failure.code() == Code.NO_SOURCE_AVAILABLE)
                    .isEqualTo("unavailable".equals(row.expected("error")));
        }
        if (row.expected().has("transient")) {
            assertThat(failure.isTransient())
                    .isEqualTo(row.expected().get("transient").asBoolean());
        }
        if (row.expected().has("message_lists")) {
            assertThat(failure.attempts()).hasSameSizeAs(row.expected().get("message_lists"));
            sources.forEach(source -> assertThat(failure).hasMessageContaining(source.name() + ": "));
        }
        if (row.expected().has("message_contains")) {
            assertThat(failure.getMessage())
                    .contains(EndpointCases.words(row.expected().get("message_contains")));
        }
    }

    /** Forced calls one after the other, so that each of them reaches the chain; or all at once. */
    private Throwable call(ConformanceCase row, List<TokenSource> sources) {
        ManualExecutor executor = new ManualExecutor();
        TokenSlot slot = new TokenSlot(
                TokenRequest.forResource("r"), new TokenSourceChain(sources, time, null, false), executor, time, LIMIT);
        int parallel = row.given().path("parallel").asInt(1);
        Throwable failure = null;
        for (int i = 0; i < row.given().path("get_token_calls").asInt(1); i++) {
            CompletableFuture<CachedToken> last = null;
            for (int caller = 0; caller < parallel; caller++) {
                last = slot.getAsync(true, LIMIT, Function.identity());
            }
            executor.runNext();
            assertThat(executor.waiting()).isZero();
            failure = last.handle((token, thrown) -> thrown).join();
        }
        return failure instanceof CompletionException ? failure.getCause() : failure;
    }

    private static ScriptedSource scripted(ScriptedSource source, String result) {
        for (int i = 0; i < 20; i++) {
            switch (result) {
                case "token" -> {}
                case "silent" -> source.then(request -> new TokenSource.Silent("no answer", ""));
                case "unavailable" -> source.thenUnavailable("not here", "");
                case "failed" -> source.thenFails(new TokenAcquisitionException(Code.REFUSED, "refused", "", null));
                default -> throw new AssertionError(result);
            }
        }
        return source;
    }
}
