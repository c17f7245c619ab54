// SPDX-License-Identifier: Apache-2.0
package io.podidentity.tokenprovider.internal.tool;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.podidentity.tokenprovider.AccessToken;
import io.podidentity.tokenprovider.TokenAcquisitionException;
import io.podidentity.tokenprovider.TokenRequest;
import io.podidentity.tokenprovider.TokenSource;
import io.podidentity.tokenprovider.TokenSource.Silent;
import io.podidentity.tokenprovider.TokenSource.Unavailable;
import io.podidentity.tokenprovider.cases.ConformanceCase;
import io.podidentity.tokenprovider.support.FakeProcessRunner;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Locale;

/** What the runners of the cases of az, azd and PowerShell have in common. */
final class ToolCases {

    /** What the cases of a process may give. */
    static final String GIVEN = """
        exit: 'number', stderr: 'text', stdout: 'text', output: 'text', json: 'json', timeout: 'truth',
        stderr_bytes: 'number', in_chain: 'truth', tenant: 'text', scope: 'text', scopes: ['text'], resource: 'text',
        subscription: 'text', claims: 'text', tz: 'text', os: 'linux|windows|darwin', env: {'*': 'text'},
        mode: 'sync|async'
        """;

    /** What they may expect. */
    static final String EXPECTED = """
        error: 'unavailable|authentication_failed|authentication_failed alone, unavailable in chain|failure',
        result: 'token|unavailable|failed', reason: 'NOT_INSTALLED|NOT_LOGGED_IN', message: 'text?',
        message_contains: 'texts', message_lacks: 'texts', message_names: 'texts', transient: 'truth',
        process_killed: 'truth', process_started: 'truth', token: 'text', expires_at: 'text',
        expires_at_one_of: ['text'], expires_at_epoch: 'number', argv: 'text', argv_contains: 'texts',
        argv_lacks: 'texts', script_contains: 'texts', no_deadlock: 'truth', safe_choice: 'text', zone: 'text',
        note: 'text'
        """;

    private ToolCases() {}

    /** A call that got no token. */
    record Failure(boolean unavailable, boolean passing, String message) {}

    /** Whether the case's words are those of a shell that found no such program. */
    static boolean isNotFoundByShell(ConformanceCase row) {
        String said = row.given("stderr") + row.given("stdout") + row.given("output");
        return row.given().path("exit").asInt() == 127
                || said.contains("not found")
                || said.contains("not recognized")
                || said.contains("No such file");
    }

    static TokenRequest request(ConformanceCase row) {
        String scope = row.given().path("scopes").path(0).asText(row.given("scope"));
        return (scope == null
                        ? TokenRequest.forResource(row.given().path("resource").asText("https://r"))
                        : TokenRequest.forScope(scope))
                .withTenantId(row.given("tenant"))
                .withClaims(row.given("claims"))
                .withDeadline(Duration.ofSeconds(10));
    }

    /** A process that ends as the case says: {@code exit}, what it wrote, or {@code timeout}. */
    static FakeProcessRunner processes(ConformanceCase row) {
        String stdout = row.given("stdout") == null ? "" : row.given("stdout");
        stdout = row.given().has("json") ? row.given().get("json").toString() : stdout;
        String stderr = row.given("stderr") == null ? "" : row.given("stderr");
        if (row.given("output") != null) {
            stdout = row.given("output");
        }
        FakeProcessRunner processes =
                new FakeProcessRunner().ends(row.given().path("exit").asInt(), stdout, stderr);
        return row.given().path("timeout").asBoolean() ? processes.isKilled(stdout, stderr) : processes;
    }

    static Failure failure(TokenSource source, TokenRequest request) throws InterruptedException {
        try {
            TokenSource.Outcome outcome = source.acquire(request);
            if (outcome instanceof Silent silent) {
                return new Failure(true, true, silent.reason() + ". " + silent.remedy());
            }
            return outcome instanceof Unavailable none
                    ? new Failure(true, false, none.reason() + ". " + none.remedy())
                    : null;
        } catch (TokenAcquisitionException e) {
            return new Failure(false, e.isTransient(), e.getMessage());
        }
    }

    /**
     * The members {@code error}, {@code reason}, {@code message_contains}, {@code message_lacks} and
     * {@code process_killed}.
     *
     * @param reason how the message begins where the case has a reason
     */
    static void assertFailure(ConformanceCase row, Failure failure, String reason) {
        JsonNode expected = row.expected();
        assertThat(failure != null).as(String.valueOf(failure)).isEqualTo(isFailure(expected));
        if (failure == null) {
            return;
        }
        if (expected.has("result")) {
            assertThat(failure.unavailable()).isEqualTo("unavailable".equals(row.expected("result")));
        }
        if (expected.has("transient")) {
            assertThat(failure.passing()).isEqualTo(expected.get("transient").asBoolean());
        }
        if (expected.has("message")) {
            assertThat(failure.message()).contains(row.expected("message"));
        }
        assertContains(expected.path("message_names"), failure.message());
        if (expected.has("error")) {
            String error = expected.get("error").asText();
            boolean chained =
                    error.contains(" in chain") || row.given().path("in_chain").asBoolean();
            assertThat(failure.unavailable())
                    .as(failure.message())
                    .isEqualTo(chained ? error.contains("unavailable") : error.equals("unavailable"));
        }
        if (expected.has("reason")) {
            assertThat(failure.message()).startsWith(reason);
            assertThat(reason.contains("not installed")).isEqualTo("NOT_INSTALLED".equals(row.expected("reason")));
        }
        assertContains(expected.path("message_contains"), failure.message());
        for (JsonNode part : texts(expected.path("message_lacks"))) {
            assertThat(failure.message()).doesNotContain(part.asText());
        }
        if (expected.has("process_killed")) {
            assertThat(failure.message().contains("did not answer in time and was stopped"))
                    .isEqualTo(expected.get("process_killed").asBoolean());
        }
    }

    /** The members {@code expires_at} and {@code expires_at_epoch}. */
    static void assertExpiry(ConformanceCase row, AccessToken token) {
        if (row.expected().has("expires_at")) {
            assertThat(token.expiresOn()).isEqualTo(Instant.parse(row.expected("expires_at")));
        }
        if (row.expected().has("expires_at_epoch")) {
            assertThat(token.expiresOn().getEpochSecond())
                    .isEqualTo(row.expected().get("expires_at_epoch").asLong());
        }
    }

    /** Whether a case is about a call without a token. */
    private static boolean isFailure(JsonNode expected) {
        return expected.has("result")
                ? !expected.get("result").asText().equals("token")
                : !expected.has("token") && !expected.has("expires_at");
    }

    /** Reads in any letter case, since the words are another library's. */
    static void assertContains(JsonNode parts, String message) {
        for (JsonNode part : texts(parts)) {
            assertThat(message.toLowerCase(Locale.ROOT)).contains(part.asText().toLowerCase(Locale.ROOT));
        }
    }

    /** The members {@code argv}, {@code argv_contains} and {@code argv_lacks}, without the quotes of a shell. */
    static void assertArguments(JsonNode expected, String program, List<String> command) {
        String words = program + " " + String.join(" ", command.subList(1, command.size()));
        if (expected.has("argv")) {
            assertThat(words).isEqualTo(unquoted(expected.get("argv")));
        }
        for (JsonNode part : texts(expected.path("argv_contains"))) {
            assertThat(words + " ").contains(" " + unquoted(part) + " ");
        }
        for (JsonNode part : texts(expected.path("argv_lacks"))) {
            assertThat(words).doesNotContain(unquoted(part));
        }
    }

    private static String unquoted(JsonNode words) {
        return words.asText().replace("\"", "").replace(" -o ", " --output ");
    }

    private static Iterable<JsonNode> texts(JsonNode texts) {
        return texts.isMissingNode() || texts.isArray() ? texts : List.of(texts);
    }
}
