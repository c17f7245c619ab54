// SPDX-License-Identifier: Apache-2.0
package io.podidentity.tokenprovider;

import static org.assertj.core.api.Assertions.assertThat;

import io.podidentity.tokenprovider.internal.application.AgentTokenSource;
import io.podidentity.tokenprovider.internal.application.ClientAssertion;
import io.podidentity.tokenprovider.internal.application.EnvironmentTokenSource;
import io.podidentity.tokenprovider.internal.application.JobTokenSource;
import io.podidentity.tokenprovider.internal.application.KeyVaultTokenSource;
import io.podidentity.tokenprovider.internal.application.KeyVaultTokenSource.KeyVaultSecret;
import io.podidentity.tokenprovider.internal.application.WorkloadIdentityTokenSource;
import io.podidentity.tokenprovider.internal.certificate.CertificateStore;
import io.podidentity.tokenprovider.internal.chain.SourceDescriptor;
import io.podidentity.tokenprovider.internal.connection.ConnectionSettings;
import io.podidentity.tokenprovider.internal.connection.SignIn;
import io.podidentity.tokenprovider.internal.engine.FakedCache;
import io.podidentity.tokenprovider.internal.entra.EntraAuthority;
import io.podidentity.tokenprovider.internal.entra.EntraClient;
import io.podidentity.tokenprovider.internal.entra.EntraTenants;
import io.podidentity.tokenprovider.internal.entra.EntraTokenSource;
import io.podidentity.tokenprovider.internal.http.HttpResponse;
import io.podidentity.tokenprovider.internal.managed.ImdsTokenSource;
import io.podidentity.tokenprovider.internal.source.SourceContext;
import io.podidentity.tokenprovider.internal.text.Environment;
import io.podidentity.tokenprovider.internal.text.Secret;
import io.podidentity.tokenprovider.internal.tool.AzureCliTokenSource;
import io.podidentity.tokenprovider.internal.tool.AzureDeveloperCliTokenSource;
import io.podidentity.tokenprovider.internal.tool.AzurePowerShellTokenSource;
import io.podidentity.tokenprovider.internal.tool.ProcessRunner;
import io.podidentity.tokenprovider.support.Contexts;
import io.podidentity.tokenprovider.support.FakeTime;
import io.podidentity.tokenprovider.support.FakeTransport;
import io.podidentity.tokenprovider.support.FakeVault;
import io.podidentity.tokenprovider.support.Forms;
import io.podidentity.tokenprovider.support.Tokens;
import io.podidentity.tokenprovider.support.ToolFolder;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.logging.Handler;
import java.util.logging.Level;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import java.util.logging.SimpleFormatter;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Whatever a server or a tool echoes, no token comes out in any text of ours. */
class SecretsTest {
    private static final String RESOURCE = "https://storage.azure.com/";
    /** Each part of it is long enough to be searched for. */
    private static final String TOKEN = Tokens.jwt(
            Map.of("upn", "anna@contoso.com", "oid", "22222222-2222-2222-2222-222222222222", "s", "x".repeat(90)));

    private static final String OPAQUE = "EwB4A8l6BAAU".repeat(20);
    /** As a person might choose it: neither long nor like a token, with characters that forms and JSON escape. */
    private static final String SHORT = "hunter2 \"&\\ %+";

    private static final Logger LOGGER = Logger.getLogger("io.podidentity.tokenprovider");

    @TempDir
    private Path folder;

    private final List<String> shown = new ArrayList<>();
    private final FakeTime time = new FakeTime();
    private final Handler handler = new Handler() {
        @Override
        public void publish(LogRecord record) {
            shown.add(new SimpleFormatter().format(record));
        }

        @Override
        public void flush() {}

        @Override
        public void close() {}
    };

    @BeforeEach
    void listen() {
        handler.setLevel(Level.ALL);
        LOGGER.setLevel(Level.ALL);
        LOGGER.addHandler(handler);
    }

    @AfterEach
    void searchAllThatWasShown() {
        LOGGER.removeHandler(handler);
        LOGGER.setLevel(null);
        assertThat(shown).isNotEmpty().allSatisfy(text -> {
            assertThat(text).doesNotContain(OPAQUE).doesNotContain("hunter2");
            for (String part : TOKEN.split("\\.", -1)) {
                assertThat(text).doesNotContain(part);
            }
        });
    }

    /** Places where an answer can hold a token. */
    static Stream<String> echoes() {
        return Stream.of(
                "%s",
                "Bearer %s",
                "access_token=%s&x=y",
                "{\"access_token\":\"%s\"",
                "{\"access_token\":\"%s\",\"access_token\":\"%s\"}",
                "{\"access_token\":\"%s\"}",
                "{\"access_token\":\"%s\",\"expires_on\":\"%s\"}",
                "{\"access_token\":[\"%s\"],\"expires_in\":1}",
                "{\"error\":\"%s\",\"error_description\":\"%s\"}",
                "{\"error\":\"invalid_request\",\"error_description\":\"refused assertion '%s'\"}",
                "{\"error\":{\"code\":\"x\",\"message\":\"%s\"}}",
                "ERROR: %s",
                "ERROR: AADSTS7000215: Invalid client secret provided: %s",
                "ERROR: Subscription '%s' not found. Check the spelling and casing and try again.",
                "DEBUG: header Authorization: Bearer %s\nERROR: x",
                "Traceback (most recent call last):\n  File \"%s\"\nValueError: '%s'",
                "<html>%s</html>");
    }

    @ParameterizedTest
    @MethodSource("echoes")
    void imds_whateverItEchoes_isNotShown(String echo) {
        for (String secret : List.of(TOKEN, OPAQUE)) {
            String body = echo.replace("%s", secret);
            for (int status : new int[] {200, 302, 400, 403, 404, 500}) {
                HttpResponse response = new HttpResponse(status, body, secret);
                shown.add(response.toString());
                for (boolean probing : new boolean[] {true, false}) {
                    FakeTransport http = new FakeTransport().does(request -> response);
                    show(new ImdsTokenSource(Contexts.of(environment(), http, time), probing, null));
                }
            }
        }
    }

    @ParameterizedTest
    @MethodSource("echoes")
    void hosts_whateverTheyEcho_isNotShown(String echo) throws IOException {
        Path key = folder.resolve("var/opt/azcmagent/tokens/a.key");
        Files.createDirectories(key.getParent());
        for (String secret : List.of(TOKEN, OPAQUE)) {
            Files.writeString(key, secret);
            for (Map<String, String> variables : List.of(
                    Map.of("IDENTITY_ENDPOINT", "http://127.0.0.1:1", "IDENTITY_HEADER", secret),
                    Map.of("IDENTITY_ENDPOINT", "http://127.0.0.1:1", "IDENTITY_HEADER", secret + "\n\u00e9"),
                    Map.of("MSI_ENDPOINT", "http://127.0.0.1:1", "MSI_SECRET", secret),
                    Map.of("IDENTITY_ENDPOINT", "http://127.0.0.1:1", "IMDS_ENDPOINT", "http://127.0.0.1:1"))) {
                for (int status : new int[] {200, 302, 400, 401, 403, 500}) {
                    String challenge = "Basic realm=/var/opt/azcmagent/tokens/a.key";
                    FakeTransport http = new FakeTransport()
                            .does(request -> {
                                shown.add(request.toString());
                                return new HttpResponse(
                                        401, echo.replace("%s", secret), null, challenge, null, null, null);
                            })
                            .does(request -> new HttpResponse(
                                    status, echo.replace("%s", secret), secret, "Basic " + secret, secret, null, null));
                    Environment environment = new Environment(variables, false, false, "/nowhere");
                    show(SourceDescriptor.createEndpoint(
                            new SourceContext(environment, folder.toFile(), http, time), null));
                }
            }
        }
    }

    @ParameterizedTest
    @MethodSource("echoes")
    void az_whateverItPrints_isNotShown(String echo) throws IOException {
        Path az = Files.createFile(folder.resolve("az"));
        assertThat(az.toFile().setExecutable(true)).isTrue();
        for (String secret : List.of(TOKEN, OPAQUE)) {
            String text = echo.replace("%s", secret);
            for (ProcessRunner.Result result : List.of(
                    new ProcessRunner.Result(false, 0, text, text),
                    new ProcessRunner.Result(false, 1, text, text),
                    new ProcessRunner.Result(true, -1, text, text))) {
                shown.add(result.toString());
                ProcessRunner runner = (command, limit) -> result;
                show(new AzureCliTokenSource(environment(), runner, time, ZoneOffset.UTC, null));
            }
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"%s", "Connection refused: %s", "Illegal character in header: %s"})
    void imds_whenTheExceptionOfTheNetworkHoldsIt_isNotShown(String echo) {
        for (String secret : List.of(TOKEN, OPAQUE)) {
            FakeTransport http = new FakeTransport().fails(new IOException(echo.replace("%s", secret)));
            show(new ImdsTokenSource(Contexts.of(environment(), http, time), false, null));
            show(new ImdsTokenSource(Contexts.of(environment(), http, time), true, null));
        }
    }

    /** Secrets in every place of a connection string where one can stand by mistake. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "%s",
                "AppKey=%s",
                "RunAs=%s",
                "RunAs=App;AppKey=%s",
                "RunAs=App;AppId=a;AppKey=%s",
                "RunAs=App;AppId=a;TenantId=t;AppKey=x;%s",
                "RunAs=App;AppId=a;TenantId=t;AppKey=x;%s=y",
                "RunAs=App;AppId=a;TenantId=t;AppKey='%s",
                "RunAs=App;AppId=a;TenantId=t;AppKey='%s'x",
                "RunAs=App;AppId=a;TenantId=t;AppKey=%s'",
                "RunAs=App;AppId=a;TenantId=t;AppKey=%s;AppKey=%s",
                "RunAs=App;AppId=a;TenantId=t;AppKei=%s",
                "RunAs=App;MsiRetryTimeout=%s",
                "RunAs=App;AppId=a;TenantId=t;CertificateThumbprint=1;CertificateStoreLocation=%s",
                "RunAs=Developer;DeveloperTool=%s",
                "RunAs=App;AppId=a;TenantId=t;AppKey=%s",
            })
    void connectionString_whateverIsWrongWithIt_isNotShown(String text) {
        for (String secret : List.of(TOKEN, OPAQUE)) {
            String given = text.replace("%s", secret);
            try {
                ConnectionSettings parsed = ConnectionSettings.parse(given);
                shown.add(parsed + parsed.fingerprint() + SignIn.of(parsed));
                shown.add(new AzureServiceTokenProvider(given).toString());
            } catch (IllegalArgumentException e) {
                showThrown(e);
            }
            try {
                shown.add(AzureServiceTokenProvider.builder()
                        .environment(Map.of("AzureServicesAuthConnectionString", given))
                        .build()
                        .toString());
            } catch (IllegalArgumentException e) {
                showThrown(e);
            }
        }
    }

    @ParameterizedTest
    @MethodSource("echoes")
    void azdAndPowerShell_whateverTheyPrint_isNotShown(String echo) {
        ToolFolder tools = new ToolFolder(folder);
        tools.install("azd");
        tools.install("pwsh");
        for (String secret : List.of(TOKEN, OPAQUE)) {
            for (String name : List.of("access_token", "token", "Token", "message")) {
                String text = echo.replace("access_token", name).replace("%s", secret);
                for (ProcessRunner.Result result : List.of(
                        new ProcessRunner.Result(false, 0, text, text),
                        new ProcessRunner.Result(false, 1, text, text),
                        new ProcessRunner.Result(true, -1, text, text))) {
                    ProcessRunner runner = (command, limit) -> result;
                    show(new AzureDeveloperCliTokenSource(tools.environment(Map.of()), runner));
                    show(new AzurePowerShellTokenSource(tools.environment(Map.of()), runner));
                }
            }
        }
    }

    @Test
    void success_always_showsNoToken() {
        for (String secret : List.of(TOKEN, OPAQUE)) {
            FakeTransport http =
                    new FakeTransport().answers(200, "{\"access_token\":\"" + secret + "\",\"expires_in\":3600}");

            Explanation explanation = show(new ImdsTokenSource(Contexts.of(environment(), http, time), false, null));

            assertThat(explanation.hasToken()).isTrue();
        }
    }

    @ParameterizedTest
    @MethodSource("echoes")
    void entra_whateverItEchoes_isNotShown(String echo) throws Exception {
        for (String secret : List.of(TOKEN, OPAQUE, SHORT)) {
            String body = echo.replace("%s", secret.replace("\\", "\\\\").replace("\"", "\\\""));
            for (int status : new int[] {200, 302, 400, 401, 403, 500}) {
                HttpResponse response = new HttpResponse(status, body, secret, secret, secret, null, null);
                shown.add(response.toString());
                FakeTransport http = new FakeTransport().does(request -> {
                    shown.add(request.toString());
                    return response;
                });
                showEntra(http, secret);
            }
            showEntra(new FakeTransport().fails(new IOException(echo.replace("%s", secret))), secret);
        }
    }

    /** Every way to prove oneself to Entra ID, with this secret in it. */
    private void showEntra(FakeTransport http, String secret) throws Exception {
        Path file = Files.writeString(folder.resolve("token"), secret);
        Map<String, String> variables = Map.of("AZURE_TENANT_ID", "t", "AZURE_CLIENT_ID", "c");
        Environment app = Environment.of(variables);
        EntraClient client = new EntraClient(EntraAuthority.of(null, "none"), null, http, time);
        show(new EnvironmentTokenSource(Contexts.of(app.with("AZURE_CLIENT_SECRET", secret), http, time)));
        show(new WorkloadIdentityTokenSource(
                Contexts.of(app.with("AZURE_FEDERATED_TOKEN_FILE", file.toString()), http, time), false));
        show(JobTokenSource.gitHubActions(Contexts.of(
                app.with("ACTIONS_ID_TOKEN_REQUEST_URL", "https://ci.example/")
                        .with("ACTIONS_ID_TOKEN_REQUEST_TOKEN", secret),
                http,
                time)));
        show(JobTokenSource.azurePipelines(Contexts.of(
                Environment.of(Map.of(
                        "AZURESUBSCRIPTION_TENANT_ID",
                        "t",
                        "AZURESUBSCRIPTION_CLIENT_ID",
                        "c",
                        "AZURESUBSCRIPTION_SERVICE_CONNECTION_ID",
                        "s",
                        "SYSTEM_OIDCREQUESTURI",
                        "https://ci.example/",
                        "SYSTEM_ACCESSTOKEN",
                        secret)),
                http,
                time)));
        // The file is no certificate, and its contents must not be shown for that.
        show(new EnvironmentTokenSource(Contexts.of(
                app.with("AZURE_CLIENT_CERTIFICATE_PATH", file.toString())
                        .with("AZURE_CLIENT_CERTIFICATE_PASSWORD", secret),
                http,
                time)));
        show(new EntraTokenSource(
                "Client assertion",
                client,
                EntraTenants.allowAny("t"),
                "c",
                new ClientAssertion(ClientAssertion.suppliedBy(() -> secret))));
        show(new EntraTokenSource(
                "Client assertion",
                client,
                EntraTenants.allowAny("t"),
                "c",
                new ClientAssertion(ClientAssertion.suppliedBy(() -> {
                    throw new IllegalStateException(secret);
                }))));
        for (AgentIdentity agent : List.of(
                AgentIdentity.ofClientId("a"), AgentIdentity.ofClientId("a").withUserPrincipalName("u@contoso.com"))) {
            showAgent(http, agent, secret);
        }
        TokenSource vaultTokens = request -> new TokenSource.Acquired(
                new AccessToken(secret, request.resource(), "Bearer", time.now(), null, null, "fake"));
        FakeTransport vault = new FakeTransport()
                .does(request -> Forms.header(request, "Authorization") == null
                        ? new HttpResponse(401, "", null, FakeVault.CHALLENGE, null, null, null)
                        : http.send(request));
        show(new KeyVaultTokenSource(
                client,
                null,
                "c",
                new KeyVaultSecret("https://v.vault.azure.net/secrets/c", vaultTokens, Contexts.of(vault, time))));
        shown.add(Environment.of(Map.of("AZURE_CLIENT_SECRET", secret)).toString());
        shown.add(new CertificateStore("PKCS12", "file", new Secret(secret)).toString());
    }

    /** The steps of an agent identity: each proof is the secret, whichever step the server refuses. */
    private void showAgent(FakeTransport http, AgentIdentity agent, String secret) {
        String json = secret.replace("\\", "\\\\").replace("\"", "\\\"");
        for (int steps = 0; steps < 4; steps++) {
            AtomicInteger left = new AtomicInteger(steps);
            FakeTransport stepwise = new FakeTransport().does(request -> {
                if (left.getAndDecrement() > 0) {
                    return new HttpResponse(200, "{\"access_token\":\"" + json + "\",\"expires_in\":3600}", null);
                }
                return http.send(request);
            });
            EntraClient entra = new EntraClient(EntraAuthority.of(null, "none"), null, stepwise, time);
            ClientAssertion proof = new ClientAssertion(ClientAssertion.suppliedBy(() -> secret));
            show(new AgentTokenSource(entra, "t", "b", proof, agent, SecretsTest::withoutCache));
        }
    }

    private static TokenSource withoutCache(TokenSource source, String audience) {
        return request -> source.acquire(TokenRequest.forResource(audience)
                .withAgent(request.agent().orElse(null))
                .withDeadline(request.deadline().orElseThrow()));
    }

    /** Notes every text that can be had of a call to a source. */
    private Explanation show(TokenSource source) {
        TokenRequest request = TokenRequest.forResource(RESOURCE).withDeadline(Duration.ofSeconds(5));
        try {
            TokenSource.Outcome outcome = source.acquire(request);
            shown.add(outcome.toString());
            if (outcome instanceof TokenSource.Acquired acquired) {
                shown.add(acquired.token().toString());
                shown.add(String.valueOf(acquired.token().principal()));
            }
        } catch (TokenAcquisitionException e) {
            showThrown(e);
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
        Explanation explanation =
                new AzureServiceTokenProvider(FakedCache.of(source, time), Duration.ofSeconds(5)).explain(request);
        shown.add(explanation.toString());
        shown.add(explanation.toJson());
        shown.add(explanation.attempts().toString());
        explanation.failure().ifPresent(this::showThrown);
        return explanation;
    }

    private void showThrown(Throwable thrown) {
        for (Throwable e = thrown; e != null; e = e.getCause()) {
            shown.add(e.toString());
        }
    }

    private Environment environment() {
        return new Environment(Map.of("PATH", folder.toString()), false, false, "/nowhere");
    }
}
