package io.podidentity.tokenprovider.internal.tool;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.podidentity.tokenprovider.TokenAcquisitionException;
import io.podidentity.tokenprovider.TokenRequest;
import io.podidentity.tokenprovider.TokenSource;
import io.podidentity.tokenprovider.TokenSource.Unavailable;
import io.podidentity.tokenprovider.cases.ConformanceCase;
import io.podidentity.tokenprovider.support.FakeProcessRunner;
import java.time.Duration;
import java.util.List;
import java.util.Locale;

/** What the runners of the cases of az, azd and PowerShell have in common. */
final class ToolCases {

    private ToolCases() {}

    /** A call that got no token. */
    record Failure(boolean unavailable, String message) {}

    /** Whether the case's words are those of a shell that found no such program. */
    static boolean isNotFoundByShell(ConformanceCase row) {
        String said = row.given("stderr") + row.given("stdout") + row.given("output");
        return row.given().path("exit").asInt() == 127
                || said.contains("not found")
                || said.contains("not recognized")
                || said.contains("No such file");
    }

    static TokenRequest request(ConformanceCase row) {
        return TokenRequest.forResource("https://r")
                .withTenantId(row.given("tenant"))
                .withClaims(row.given("claims"))
                .withDeadline(Duration.ofSeconds(10));
    }

    /** A process that ends as the case says: {@code exit}, what it wrote, or {@code timeout}. */
    static FakeProcessRunner processes(ConformanceCase row) {
        String stdout = row.given("stdout") == null ? "" : row.given("stdout");
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
            Unavailable none = (Unavailable) source.acquire(request);
            return new Failure(true, none.reason() + ". " + none.remedy());
        } catch (TokenAcquisitionException e) {
            return new Failure(false, e.getMessage());
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
