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
import io.podidentity.tokenprovider.internal.text.Environment;
import io.podidentity.tokenprovider.support.FakeProcessRunner;
import io.podidentity.tokenprovider.support.FakeTime;
import io.podidentity.tokenprovider.support.Tokens;
import io.podidentity.tokenprovider.support.ToolFolder;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class AzureCliTokenSourceTest {
    private static final String RESOURCE = "https://storage.azure.com/";
    private static final TokenRequest REQUEST =
            TokenRequest.forResource(RESOURCE).withDeadline(Duration.ofSeconds(10));
    /** What the az of Debian prints when it runs for the first time; it is not a failure. */
    private static final String NOISE = """
            /usr/lib/python3/dist-packages/azure/cli/core/aaz/_command.py:132: FutureWarning: functools.partial will be \
            a method descriptor in future Python versions; wrap it in staticmethod() if you want to preserve the old behavior
              if self.AZ_PREVIEW_INFO:
            ERROR: Error loading command module 'monitor': ord() expected string of length 1, but int found
            ERROR: Error loading command module 'rdbms': No module named 'azure.mgmt.rdbms.mysql_flexibleservers'
            """;

    private static final String SEE_WHY = "Run 'az account get-access-token' to see why.";

    @TempDir
    private Path folder;

    private final FakeTime time = new FakeTime();
    private final FakeProcessRunner processes = new FakeProcessRunner();
    private String az;
    private AzureCliTokenSource source;

    @BeforeEach
    void installAz() throws IOException {
        Path file = Files.createFile(folder.resolve("az"));
        assertThat(file.toFile().setExecutable(true)).isTrue();
        az = file.toString();
        source = source(Map.of("PATH", folder.toString()), false, "America/Los_Angeles");
    }

    @Test
    void acquire_always_startsAzWithTheseWords() throws Exception {
        acquire(success());

        assertThat(processes.commands())
                .containsExactly(
                        List.of(az, "account", "get-access-token", "--output", "json", "--resource", RESOURCE));
    }

    @Test
    void acquire_withAClaimsChallenge_saysHowToSignInWithIt() {
        TokenAcquisitionException failure = failure(REQUEST.withClaims("{\"access_token\":{}}"));

        assertThat(processes.commands()).isEmpty();
        assertThat(failure.code()).isEqualTo(Code.REFUSED);
        assertThat(failure)
                .hasMessage(
                        "the resource requires a new sign-in that satisfies its claims challenge. Run 'az login"
                                + " --claims-challenge eyJhY2Nlc3NfdG9rZW4iOnt9fQ== --scope https://storage.azure.com//.default'.");
    }

    @Test
    void acquire_withATenant_namesIt() throws Exception {
        processes.ends(0, success(), "");

        source.acquire(REQUEST.withTenantId("contoso.onmicrosoft.com"));

        assertThat(processes.commands())
                .containsExactly(List.of(
                        az,
                        "account",
                        "get-access-token",
                        "--output",
                        "json",
                        "--resource",
                        RESOURCE,
                        "--tenant",
                        "contoso.onmicrosoft.com"));
    }

    @Test
    void acquire_withASubscription_namesItAsOneWord() throws Exception {
        processes.ends(0, success(), "");
        source = new AzureCliTokenSource(
                new ToolFolder(folder).environment(Map.of()), processes, time, null, "Pay As You Go");

        source.acquire(REQUEST);

        assertThat(processes.commands().get(0)).endsWith("--subscription", "Pay As You Go");
    }

    @ParameterizedTest
    @ValueSource(strings = {"a;b", "--debug", "$(x)", "a\nb"})
    void acquire_withASubscriptionThatCouldBeMoreThanAName_startsNothing(String subscription) {
        source = new AzureCliTokenSource(
                new ToolFolder(folder).environment(Map.of()), processes, time, null, subscription);

        assertThat(failure(REQUEST).reason()).startsWith("the subscription has a character that is not passed to az");
        assertThat(processes.commands()).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({
        "PT1S, PT0.8S",
        "PT10S, PT8S",
        "PT25S, PT20S",
        "PT30S, PT20S",
        "PT50S, PT25S",
        "PT1H, PT2M",
        "PT0.000000001S, PT0S"
    })
    void acquire_withADeadline_leavesAFifthOfItToOthers(Duration deadline, Duration limit) throws Exception {
        processes.ends(0, success(), "");

        source.acquire(REQUEST.withDeadline(deadline));

        assertThat(processes.limits()).containsExactly(limit);
    }

    @Test
    void acquire_whenAzAnswers_isTheTokenInIt() throws Exception {
        String value = Tokens.jwt(Map.of("upn", "anna@contoso.com"));

        Outcome outcome = acquire("""
                {
                  "accessToken": "%s",
                  "expiresOn": "2026-01-01 06:00:00.000000",
                  "expires_on": 1767229200,
                  "subscription": "11111111-1111-1111-1111-111111111111",
                  "tenant": "33333333-3333-3333-3333-333333333333",
                  "tokenType": "Bearer"
                }
                """.formatted(value));

        Principal anna = Principal.user("anna@contoso.com");
        assertThat(outcome)
                .isEqualTo(new Acquired(new AccessToken(
                        value, RESOURCE, "Bearer", Instant.parse("2026-01-01T01:00:00Z"), null, anna, "Azure CLI")));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "\"expiresOn\":\"2024-02-28 12:05:53.000000\"| 2024-02-28T20:05:53Z",
                "\"expiresOn\":\"2024-11-03 01:30:00.000000\"| 2024-11-03T08:30:00Z",
                "\"expiresOn\":\"2024-02-28 01:00:00.000000\",\"expires_on\":1709150753| 2024-02-28T20:05:53Z",
                "\"expires_on\":\"1709150753\"| 2024-02-28T20:05:53Z",
                "\"expiresOn\":\"2024-02-28 12:05:53.000000\",\"expires_on\":null| 2024-02-28T20:05:53Z",
            })
    void acquire_whenAzTellsTheExpiry_believesTheOneWithAZoneMore(String members, Instant expected) throws Exception {
        Outcome outcome = acquire("{\"accessToken\":\"opaque\"," + members + "}");

        assertThat(((Acquired) outcome).token().expiresOn()).isEqualTo(expected);
    }

    /** Extensions, wrappers and Python print lines of their own, also to where the answer goes. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "WARNING: a new version is available\n%s",
                "{notice} from the wrapper\n%s\n",
                "%s\nDone in 0.4 s.\n",
                "DeprecationWarning: x\n\n%s\nbye\n"
            })
    void acquire_whenOtherLinesAreAroundTheAnswer_isTheToken(String lines) throws Exception {
        Outcome outcome = acquire(lines.replace("%s", success().strip()));

        assertThat(outcome).isEqualTo(acquire(success()));
    }

    @Test
    void acquire_whenAzNamesNoType_isABearerTokenWithoutAPrincipal() throws Exception {
        AccessToken token = ((Acquired) acquire("{\"accessToken\":\"opaque\",\"expires_on\":1709150753}")).token();

        assertThat(token.tokenType()).isEqualTo("Bearer");
        assertThat(token.principal()).isEmpty();
    }

    @Test
    void acquire_whenAzWarnsToo_isTheToken() throws Exception {
        processes.ends(0, success(), NOISE + "WARNING: You have 2 updates available.\n");

        assertThat(source.acquire(REQUEST)).isInstanceOf(Acquired.class);
    }

    @Test
    void acquire_whenAzIsNotThere_startsNothing() throws Exception {
        Outcome outcome = source(Map.of(), true, "UTC").acquire(REQUEST);

        assertThat(outcome)
                .isEqualTo(new Unavailable("az is not installed", "Install it, or set AzureCLIPath to its folder."));
        assertThat(processes.commands()).isEmpty();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "https://a b| 9",
                "https://a;b| 9",
                "https://a&b| 9",
                "https://a'b| 9",
                "https://a\"b| 9",
                "https://a$b| 9",
                "https://a`b| 9",
                "https://a%b| 9",
                "https://a\\b| 9",
                "https://a?b=c| 9",
                "https://a=b| 9",
                "https://a,b| 9",
                "https://a~b| 9",
                "https://\u00fc| 8",
                "--help| 0",
                "-x| 0",
                "@file| 0"
            })
    void acquire_whenTheResourceHasOtherCharacters_startsNothing(String resource, int position) {
        TokenAcquisitionException failure =
                failure(TokenRequest.forResource(resource).withDeadline(Duration.ofSeconds(1)));

        assertThat(failure.code()).isEqualTo(Code.INVALID_CONFIGURATION);
        assertThat(failure)
                .hasMessage("the resource has a character that is not passed to az (at position " + position
                        + "). Use letters, digits and -.:/_ only.");
        assertThat(processes.commands()).isEmpty();
    }

    @Test
    void acquire_whenTheResourceHasALineBreak_startsNothing() {
        assertThat(failure(REQUEST.withTenantId("contoso\n.com")).reason())
                .isEqualTo("the tenant has a character that is not passed to az (at position 7)");
        assertThat(processes.commands()).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({"contoso.com/x, 11", "contoso:com, 7", "con_toso, 3", "-contoso, 0", "c\u00f6ntoso, 1"})
    void acquire_whenTheTenantHasOtherCharacters_startsNothing(String tenant, int position) {
        TokenAcquisitionException failure = failure(REQUEST.withTenantId(tenant));

        assertThat(failure.code()).isEqualTo(Code.INVALID_CONFIGURATION);
        assertThat(failure)
                .hasMessage("the tenant has a character that is not passed to az (at position " + position
                        + "). Use letters, digits and -. only.");
        assertThat(processes.commands()).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"https://storage.azure.com", "api://11111111-1111-1111-1111-111111111111/a_b.c", "a-b", "."})
    void acquire_whenTheResourceIsPlain_passesItOn(String resource) throws Exception {
        processes.ends(0, success(), "");

        source.acquire(TokenRequest.forResource(resource).withDeadline(Duration.ofSeconds(1)));

        assertThat(processes.commands().get(0)).endsWith(resource);
    }

    @Test
    void acquire_whenNobodyIsLoggedIn_isUnavailable() throws Exception {
        Unavailable expected = new Unavailable("nobody is logged in to az", "Run 'az login'.");

        assertThat(fails("ERROR: Please run 'az login' to setup account.\n")).isEqualTo(expected);
        assertThat(fails(NOISE + "ERROR: Please run 'az login' to setup account.\n"))
                .isEqualTo(expected);
    }

    @Test
    void acquire_whenTheSecretIsWrong_isRefused() {
        TokenAcquisitionException failure = failure(NOISE + """
                ERROR: AADSTS7000215: Invalid client secret provided. Ensure the secret being sent in the request is the \
                client secret value, not the client secret ID, for a secret added to app '11111111-1111-1111-1111-111111111111'. \
                Trace ID: 22222222-2222-2222-2222-222222222222 Correlation ID: 33333333-3333-3333-3333-333333333333 \
                Timestamp: 2026-01-01 00:00:00Z
                """);

        assertThat(failure.code()).isEqualTo(Code.REFUSED);
        assertThat(failure.reason())
                .isEqualTo("Entra ID refused az: AADSTS7000215: Invalid client secret provided. Ensure the secret being"
                        + " sent in the request is the client secret value, not the client secret ID, for a secret added"
                        + " to app '11111111-1111-1111-1111-111111111111'. Trace ID: 22222222-2222-22...");
        assertThat(failure.remedy())
                .isEqualTo("Set the secret's value, not its ID; 'az ad app credential reset' makes a new one.");
    }

    @Test
    void acquire_whenTheSecretExpired_wantsANewOne() {
        TokenAcquisitionException failure = failure("""
                ERROR: AADSTS7000222: The provided client secret keys for app '11111111-1111-1111-1111-111111111111' are expired.
                Interactive authentication is needed. Please run:
                az login
                """);

        assertThat(failure.code()).isEqualTo(Code.REFUSED);
        assertThat(failure)
                .hasMessage("Entra ID refused az: AADSTS7000222: The provided client secret keys for app"
                        + " '11111111-1111-1111-1111-111111111111' are expired"
                        + ". Make a new secret with 'az ad app credential reset'.");
    }

    @Test
    void acquire_whenTheRefreshTokenExpired_namesTheLogin() {
        TokenAcquisitionException failure = failure("""
                ERROR: AADSTS700082: The refresh token has expired due to inactivity. The token was issued on \
                2025-01-01T00:00:00.0000000Z and was inactive for 90.00:00:00.
                Interactive authentication is needed. Please run:
                az login --scope https://vault.azure.net/.default
                """);

        assertThat(failure.code()).isEqualTo(Code.REFUSED);
        assertThat(failure.reason())
                .isEqualTo("Entra ID refused az: AADSTS700082: The refresh token has expired due to inactivity. The"
                        + " token was issued on 2025-01-01T00:00:00.0000000Z and was inactive for 90.00:00:00");
        assertThat(failure.remedy()).isEqualTo("Run 'az login --scope https://storage.azure.com//.default'.");
    }

    @Test
    void acquire_whenTheTenantIsUnknown_showsTheErrorAndNotTheTraceback() throws Exception {
        assertThat(
                        fails(
                                "WARNING: Could not retrieve credential from local cache for service principal"
                                        + " 11111111-1111-1111-1111-111111111111 under tenant nowhere. Trying credential under tenant"
                                        + " 33333333-3333-3333-3333-333333333333, assuming that is an app credential.\n"
                                        + traceback(
                                                "ERROR: Unable to get authority configuration for"
                                                        + " https://login.microsoftonline.com/nowhere. Authority would typically be in a format of"
                                                        + " https://login.microsoftonline.com/your_tenant or https://tenant_name.ciamlogin.com")))
                .isEqualTo(new Unavailable(
                        "az failed with exit code 1: Unable to get authority configuration for"
                                + " https://login.microsoftonline.com/nowhere. Authority would typically be in a format of"
                                + " https://login.microsoftonline.com/your_tenant or https://tenant_name.ciamlogin.com",
                        SEE_WHY));
    }

    @Test
    void acquire_whenEntraIsDown_showsTheLastLineOfTheTraceback() throws Exception {
        String last =
                "requests.exceptions.ConnectionError: HTTPSConnectionPool(host='localhost', port=8443): Max retries"
                        + " exceeded (Failed to establish a new connection: [Errno 111] Connection refused)";

        assertThat(fails(traceback("Traceback (most recent call last):") + last + "\n"
                        + "To check existing issues, please visit: https://github.com/Azure/azure-cli/issues\n"))
                .isEqualTo(new Silent(
                        "az could not reach Entra ID: " + last,
                        "Check the network, the name resolution and the proxy of this machine."));
    }

    @Test
    void acquire_whenTheSubscriptionIsUnknown_isAWrongSetting() {
        TokenAcquisitionException failure =
                failure("ERROR: Subscription 'prod' not found. Check the spelling and casing and try again.\n");

        assertThat(failure.code()).isEqualTo(Code.INVALID_CONFIGURATION);
        assertThat(failure.reason())
                .isEqualTo("az said: Subscription 'prod' not found. Check the spelling and casing and try again");
        assertThat(failure.remedy()).isEqualTo("Run 'az account list'.");
    }

    @Test
    void acquire_whenTheCaIsNotTrusted_namesTheVariable() throws Exception {
        assertThat(fails("""
                ERROR: HTTPSConnectionPool(host='localhost', port=8443): Max retries exceeded with url: /t/v2.0 (Caused by \
                SSLError(SSLCertVerificationError(1, '[SSL: CERTIFICATE_VERIFY_FAILED] certificate verify failed')))
                Certificate verification failed. This typically happens when using Azure CLI behind a proxy that \
                intercepts traffic with a self-signed certificate.
                """))
                .isEqualTo(new Unavailable(
                        "az failed with exit code 1: HTTPSConnectionPool(host='localhost', port=8443): Max retries"
                                + " exceeded with url: /t/v2.0 (Caused by SSLError(SSLCertVerificationError(1, '[SSL:"
                                + " CERTIFICATE_VERIFY_FAILED] certificate verify failed')))",
                        "Set REQUESTS_CA_BUNDLE to the PEM file of the CA that az must trust."));
    }

    @Test
    void acquire_whenThereAreNoSubscriptions_isUnavailable() throws Exception {
        assertThat(fails("ERROR: No subscriptions found for 11111111-1111-1111-1111-111111111111.\n"))
                .isEqualTo(new Unavailable(
                        "az failed with exit code 1: No subscriptions found for 11111111-1111-1111-1111-111111111111",
                        SEE_WHY));
    }

    @Test
    void acquire_whenThePythonOfAzIsGone_isUnavailable() throws Exception {
        processes.ends(127, "", "/usr/bin/az: 3: exec: /opt/az/bin/python3: not found\n");

        assertThat(source.acquire(REQUEST))
                .isEqualTo(new Unavailable(
                        "az failed with exit code 127: /usr/bin/az: 3: exec: /opt/az/bin/python3: not found", SEE_WHY));
    }

    @Test
    void acquire_whenAzFailsInSilence_isUnavailable() throws Exception {
        processes.ends(2, "", "");

        assertThat(source.acquire(REQUEST)).isEqualTo(new Unavailable("az failed with exit code 2", SEE_WHY));
    }

    @Test
    void acquire_whenAzComplainsOfItsModulesOnly_isUnavailableWithoutThem() throws Exception {
        processes.ends(1, "", "ERROR: Error loading command module 'monitor': ord() expected\n");

        assertThat(source.acquire(REQUEST)).isEqualTo(new Unavailable("az failed with exit code 1", SEE_WHY));
    }

    @Test
    void acquire_whenAzHangs_isSilent() throws Exception {
        processes.isKilled(success(), "");

        assertThat(source.acquire(REQUEST))
                .isEqualTo(new Silent(
                        "az did not answer in time and was stopped",
                        "Allow a longer deadline than 10 s, or run 'az account get-access-token' to see why."));
    }

    @Test
    void acquire_whenAzCannotBeStarted_isUnavailable() throws Exception {
        processes.cannotStart(new IOException("error=13, Permission denied"));

        assertThat(source.acquire(REQUEST))
                .isEqualTo(new Unavailable(az + " cannot be started: error=13, Permission denied", ""));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "''| is not JSON (ends too early, at character 0)",
                "<html>| is not JSON (an unexpected character, at character 0)",
                "WARNING: x {}| is not JSON (an unexpected character, at character 0)",
                "[]| is not JSON (an unexpected character, at character 0)",
                "{\"accessToken\":\"opaque\"| is not JSON (ends too early, at character 23)",
                "{}| has no accessToken",
                "{\"accessToken\":\"\",\"expires_on\":1709150753}| has no accessToken",
                "{\"accessToken\":5,\"expires_on\":1709150753}| has no accessToken",
                "{\"accessToken\":\"opaque\"}| has no readable expiry time",
                "{\"accessToken\":\"opaque\",\"expires_on\":\"15609740s28\"}| has no readable expiry time",
                "{\"accessToken\":\"opaque\",\"expiresOn\":\"soon\"}| has no readable expiry time",
            })
    void acquire_whenAzAnswersSomethingElse_isAnInvalidResponse(String stdout, String problem) {
        processes.ends(0, stdout, "");

        TokenAcquisitionException failure = failure(REQUEST);

        assertThat(failure.code()).isEqualTo(Code.INVALID_RESPONSE);
        assertThat(failure).hasMessage("az answered, but its answer " + problem + ". Run 'az upgrade'.");
    }

    @Test
    void acquire_whenAzFailsAfterPrinting_showsNothingOfItsOutput() throws Exception {
        processes.ends(1, "s3cr3t", "ERROR: broken\n");

        assertThat(source.acquire(REQUEST)).isEqualTo(new Unavailable("az failed with exit code 1: broken", SEE_WHY));
    }

    @Test
    void acquire_whenAzPrintsTheTokenAsAnError_hidesIt() throws Exception {
        String token = Tokens.jwt(Map.of("upn", "anna@contoso.com"));

        assertThat(fails("ERROR: got " + token + " but cannot use it\n"))
                .isEqualTo(new Unavailable("az failed with exit code 1: got [hidden] but cannot use it", SEE_WHY));
    }

    @Test
    void name_always_isTheToolsName() {
        assertThat(source.name()).isEqualTo("Azure CLI");
    }

    private AzureCliTokenSource source(Map<String, String> variables, boolean windows, String zone) {
        Environment environment = new Environment(variables, false, windows, "/nowhere");
        return new AzureCliTokenSource(environment, processes, time, ZoneId.of(zone), null);
    }

    private static String success() {
        return "{\"accessToken\":\"opaque\",\"expires_on\":1767229200,\"tokenType\":\"Bearer\"}";
    }

    private static String traceback(String second) {
        return "ERROR: The command failed with an unexpected error. Here is the traceback:\n" + second + "\n"
                + "  File \"/usr/lib/python3/dist-packages/msal/authority.py\", line 112, in __init__\n    raise\n"
                        .repeat(50);
    }

    private Outcome acquire(String stdout) throws InterruptedException {
        processes.ends(0, stdout, "");
        return source.acquire(REQUEST);
    }

    private Outcome fails(String stderr) throws InterruptedException {
        processes.ends(1, "", stderr);
        return source.acquire(REQUEST);
    }

    private TokenAcquisitionException failure(String stderr) {
        processes.ends(1, "", stderr);
        return failure(REQUEST);
    }

    private TokenAcquisitionException failure(TokenRequest request) {
        return catchThrowableOfType(TokenAcquisitionException.class, () -> source.acquire(request));
    }
}
