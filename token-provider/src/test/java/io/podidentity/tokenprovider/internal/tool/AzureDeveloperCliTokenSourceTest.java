// SPDX-License-Identifier: Apache-2.0
package io.podidentity.tokenprovider.internal.tool;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.podidentity.tokenprovider.AccessToken;
import io.podidentity.tokenprovider.Principal;
import io.podidentity.tokenprovider.TokenAcquisitionException;
import io.podidentity.tokenprovider.TokenAcquisitionException.Code;
import io.podidentity.tokenprovider.TokenRequest;
import io.podidentity.tokenprovider.TokenSource.Acquired;
import io.podidentity.tokenprovider.TokenSource.Outcome;
import io.podidentity.tokenprovider.TokenSource.Silent;
import io.podidentity.tokenprovider.TokenSource.Unavailable;
import io.podidentity.tokenprovider.support.FakeProcessRunner;
import io.podidentity.tokenprovider.support.Tokens;
import io.podidentity.tokenprovider.support.ToolFolder;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class AzureDeveloperCliTokenSourceTest {
    private static final TokenRequest REQUEST =
            TokenRequest.forResource("https://storage.azure.com").withDeadline(Duration.ofSeconds(10));
    private static final String SEE_WHY = "Run 'azd auth token' to see why.";

    @TempDir
    private Path folder;

    private final FakeProcessRunner processes = new FakeProcessRunner();
    private ToolFolder tools;
    private Path azd;
    private AzureDeveloperCliTokenSource source;

    @BeforeEach
    void installAzd() {
        tools = new ToolFolder(folder);
        azd = tools.install("azd");
        source = new AzureDeveloperCliTokenSource(
                tools.environment(Map.of("AZD_CONFIG_DIR", folder.toString())), processes);
    }

    @Test
    void acquire_withAllThatCanBeAsked_startsAzdWithTheseWords() throws Exception {
        processes.ends(0, "{\"token\":\"t\",\"expiresOn\":\"2026-01-01T01:00:00Z\"}", "");

        source.acquire(REQUEST.withTenantId("contoso.com").withClaims("{}"));

        assertThat(processes.commands())
                .containsExactly(List.of(
                        azd.toString(),
                        "auth",
                        "token",
                        "--output",
                        "json",
                        "--no-prompt",
                        "--scope",
                        "https://storage.azure.com/.default",
                        "--tenant-id",
                        "contoso.com",
                        "--claims",
                        "e30="));
        assertThat(processes.limits()).containsExactly(Duration.ofSeconds(8));
    }

    @Test
    void acquire_whenAzdAnswers_isTheTokenInIt() throws Exception {
        String value = Tokens.jwt(Map.of("upn", "anna@contoso.com"));
        processes.ends(0, "{\"token\":\"" + value + "\",\"expiresOn\":\"2026-01-01T01:00:00Z\"}\n", "a warning");

        Outcome outcome = source.acquire(REQUEST);

        Principal anna = Principal.user("anna@contoso.com");
        assertThat(outcome)
                .isEqualTo(new Acquired(new AccessToken(
                        value,
                        "https://storage.azure.com",
                        "Bearer",
                        Instant.parse("2026-01-01T01:00:00Z"),
                        null,
                        anna,
                        "Azure Developer CLI")));
    }

    @Test
    void acquire_withoutAzd_startsNothing() throws Exception {
        Files.delete(azd);

        assertThat(source.acquire(REQUEST)).isEqualTo(new Unavailable("azd is not installed", ""));
        assertThat(processes.commands()).isEmpty();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "ERROR: not logged in, run `azd auth login` to login | nobody is logged in to azd | Run 'azd auth login'.",
                "{\"type\":\"consoleMessage\",\"data\":{\"message\":\"ERROR: reauthentication required, run `azd auth"
                        + " login` to log in\"}} | nobody is logged in to azd | Run 'azd auth login'.",
                "ERROR: boom. | azd failed with exit code 1: ERROR: boom | " + SEE_WHY,
                "'' | azd failed with exit code 1 | " + SEE_WHY,
            })
    void acquire_whenAzdHasNoToken_isUnavailable(String stderr, String reason, String remedy) throws Exception {
        processes.ends(1, "", stderr);

        assertThat(source.acquire(REQUEST)).isEqualTo(new Unavailable(reason, remedy));
    }

    @Test
    void acquire_whenAzdHangs_isSilent() throws Exception {
        processes.isKilled("", "");

        assertThat(source.acquire(REQUEST))
                .isEqualTo(new Silent(
                        "azd did not answer in time and was stopped",
                        "Allow a longer deadline than 10 s, or run 'azd auth token' to see why."));
    }

    @Test
    void acquire_whenAzdCannotStart_isUnavailable() throws Exception {
        processes.cannotStart(new IOException("error=8, Exec format error"));

        assertThat(source.acquire(REQUEST))
                .isEqualTo(new Unavailable(azd + " cannot be started: error=8, Exec format error", ""));
        processes.cannotStart(new IOException("Cannot run program \"x\" (in directory \"/\"): error=2, No such file"));

        assertThat(source.acquire(REQUEST))
                .isEqualTo(new Unavailable(
                        azd + " cannot be started: error=2, No such file",
                        "Install it again: the program that its first line names is gone."));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "ERROR: fetching token: AADSTS50076: a second factor | REFUSED | Entra ID refused azd: ERROR: fetching"
                        + " token: AADSTS50076: a second factor. Run 'azd auth login'.",
                "ERROR: unknown flag: --claims | REFUSED | this azd cannot answer a claims challenge. Upgrade azd to"
                        + " 1.18.1 or later.",
            })
    void acquire_whenAzdIsRefused_fails(String stderr, Code code, String message) {
        processes.ends(1, "", stderr);

        TokenAcquisitionException failure = failure(REQUEST);

        assertThat(failure.code()).isEqualTo(code);
        assertThat(failure).hasMessage(message);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "oops | azd answered, but its answer is not JSON (an unexpected character, at character 0). Upgrade azd.",
                "{} | azd answered, but its answer has no token. Upgrade azd.",
                "{\"token\":\"t\"} | azd answered, but its answer has no readable expiry time. Upgrade azd.",
                "{\"token\":\"t\",\"expiresOn\":\"soon\"} | azd answered, but its answer has no readable expiry time."
                        + " Upgrade azd.",
            })
    void acquire_whenAzdAnswersOtherwise_fails(String stdout, String message) {
        processes.ends(0, stdout, "");

        TokenAcquisitionException failure = failure(REQUEST);

        assertThat(failure.code()).isEqualTo(Code.INVALID_RESPONSE);
        assertThat(failure).hasMessage(message);
    }

    @ParameterizedTest
    @CsvSource({"--help, ''", "a b, ''", "r, x;y", "r, --x"})
    void acquire_withWhatCouldBeMoreThanAWord_startsNothing(String resource, String tenant) {
        TokenRequest request = TokenRequest.forResource(resource)
                .withTenantId(tenant.isEmpty() ? null : tenant)
                .withDeadline(Duration.ofSeconds(1));

        assertThat(failure(request).code()).isEqualTo(Code.INVALID_CONFIGURATION);
        assertThat(processes.commands()).isEmpty();
    }

    @Test
    void account_whenAzdNotesAnotherAccount_isAnother() throws IOException {
        Object nobody = source.account();
        Files.writeString(folder.resolve("auth.json"), "{\"auth\":{\"account\":{\"currentUser\":\"a\"}}}");

        assertThat(source.account()).isNotEqualTo(nobody);
    }

    /** A file system may keep whole seconds only, and another account may have a name as long. */
    @Test
    void account_whenOnlyTheLengthOrOnlyTheTimeDiffers_isAnother() throws IOException {
        Object before = accountOf("{\"user\":\"a\"}", 1_000_000);

        assertThat(accountOf("{\"user\":\"ab\"}", 1_000_000)).isNotEqualTo(before);
        assertThat(accountOf("{\"user\":\"b\"}", 2_000_000)).isNotEqualTo(before);
        assertThat(accountOf("{\"user\":\"a\"}", 1_000_000)).isEqualTo(before);
    }

    private Object accountOf(String account, long modifiedMillis) throws IOException {
        Path file = Files.writeString(folder.resolve("auth.json"), account);
        Files.setLastModifiedTime(file, FileTime.fromMillis(modifiedMillis));
        return source.account();
    }

    private TokenAcquisitionException failure(TokenRequest request) {
        return catchThrowableOfType(TokenAcquisitionException.class, () -> source.acquire(request));
    }
}
