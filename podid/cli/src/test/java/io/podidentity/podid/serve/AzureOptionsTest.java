// SPDX-License-Identifier: Apache-2.0
package io.podidentity.podid.serve;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.crypto.RSASSASigner;
import com.nimbusds.jose.jwk.JWKSet;
import com.nimbusds.jose.jwk.RSAKey;
import com.nimbusds.jose.jwk.gen.RSAKeyGenerator;
import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.SignedJWT;
import io.podidentity.emulator.PodIdentityEmulator;
import io.podidentity.emulator.cluster.Profile;
import io.podidentity.emulator.json.Json;
import io.podidentity.emulator.manifest.ManifestException;
import io.podidentity.emulator.plan.ManagedIdentity;
import io.podidentity.emulator.time.SkippingClock;
import io.podidentity.testsupport.Client;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.time.Duration;
import java.time.Instant;
import java.util.Date;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import picocli.CommandLine;

class AzureOptionsTest {

    private static final ManagedIdentity IDENTITY =
            new ManagedIdentity("demo", "11111111-1111-4111-8111-111111111111", "11111111-1111-4111-8111-222222222222");

    private static final String GITHUB = "https://token.actions.githubusercontent.com";

    private final SkippingClock clock = new SkippingClock(Instant.now());

    @TempDir
    private Path folder;

    @Test
    void roles_fromAFile_areTheOnlyOnesAndTakeTheirTime() throws Exception {
        Path file = Files.writeString(folder.resolve("roles.yaml"), """
                - principal: 11111111-1111-4111-8111-111111111111
                  role: Storage Blob Data Reader
                  after: 10m
                """);
        try (var azure = start("--roles", file.toString())) {
            assertThat(read(azure)).isEqualTo(403);
            clock.await(Duration.ofMinutes(10));
            assertThat(read(azure)).isEqualTo(200);
        }
    }

    @Test
    void redirectUri_byAFlag_isWhereASignedInUserGoes() throws Exception {
        String application = "30000000-0000-4000-8000-000000000001";
        try (var azure = start("--redirect-uri", application + "=http://localhost/login?from=entra")) {
            var answer = HttpClient.newBuilder()
                    .sslContext(azure.sslContext())
                    .build()
                    .send(
                            HttpRequest.newBuilder(URI.create(azure.entra() + "/" + azure.tenantId()
                                            + "/oauth2/v2.0/authorize?response_type=code&scope=openid&client_id="
                                            + application
                                            + "&redirect_uri=http%3A%2F%2Flocalhost%3A8080%2Flogin%3Ffrom%3Dentra"))
                                    .build(),
                            BodyHandlers.ofString());

            assertThat(answer.headers().firstValue("Location").orElse(answer.body()))
                    .startsWith("http://localhost:8080/login?from=entra&code=");
        }
    }

    @Test
    void roles_fromAnEmptyFile_areNone() throws Exception {
        Path file = Files.writeString(folder.resolve("roles.yaml"), "[]\n");
        try (var azure = start("--roles", file.toString())) {
            assertThat(read(azure)).isEqualTo(403);
        }
    }

    @Test
    void role_byAFlag_hasEffectAfterThePropagation() throws Exception {
        try (var azure = start("--role", IDENTITY.objectId() + "=Storage Blob Data Reader", "--propagation", "5m")) {
            assertThat(read(azure)).isEqualTo(403);
            clock.await(Duration.ofMinutes(5));
            assertThat(read(azure)).isEqualTo(200);
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "- {principal: a, rolle: b} | :1:18: Unknown key \"rolle\"; use one of after, principal, role",
                "- {principal: a}           | :1:3: \"role\" is missing",
                "a: b                       | :1:1: A list of objects is expected, not a value of type object",
                "- a                        | :1:3: An object is expected, not a value of type string",
                "- {principal: a, role: [b]} | :1:24: \"role\" must be a string"
            })
    void roles_fromAFileThatIsNone_areRefusedWithThePlace(String content, String message) throws Exception {
        Path file = Files.writeString(folder.resolve("roles.yaml"), content);

        assertThatThrownBy(() -> start("--roles", file.toString()))
                .isInstanceOf(ManifestException.class)
                .hasMessage(file + message);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "--role|abc|--role needs the form NAME=VALUE, not \"abc\"",
                "--role|abc=Reader|No role \"Reader\"; the emulator knows Storage Blob Data Reader, Storage Blob Data"
                        + " Contributor, Storage Blob Data Owner",
                "--app-role|abc=api://a|--app-role needs the form WHO=RESOURCE ROLE, not \"abc=api://a\"",
                "--group|abc|--group needs the form NAME=VALUE, not \"abc\"",
                "--agent|abc|--agent needs the form NAME=VALUE, not \"abc\"",
                "--agent-user|abc=x@y.z|--agent-user: there is no agent identity abc. Add it with --agent"
                        + " BLUEPRINT-ID=abc",
                "--webhook|2|No webhook \"2\": use one of 1.0, 1.5.1, 1.6.0"
            })
    void option_thatCannotBe_isRefusedWithTheReason(String option, String value, String message) {
        assertThatThrownBy(() -> start(option, value)).hasMessage(message);
    }

    @Test
    void appRolesAndGroups_byFlags_areInTheToken() throws Exception {
        String group = "60000000-0000-4000-8000-000000000009";
        try (var azure = start(
                "--resource", "api://orders",
                "--app-role", IDENTITY.clientId() + "=api://orders Orders.Read",
                "--app-role", IDENTITY.clientId() + "=api://orders  Orders.Write",
                "--app-role", IDENTITY.clientId() + "=https://storage.azure.com/ Other",
                "--group", IDENTITY.objectId() + "=" + group)) {
            JWTClaimsSet claims =
                    SignedJWT.parse(nodeToken(azure, "api://orders")).getJWTClaimsSet();
            assertThat(claims.getStringListClaim("roles")).containsExactly("Orders.Read", "Orders.Write");
            assertThat(claims.getStringListClaim("groups")).containsExactly(group);
        }
    }

    @Test
    void agents_byFlags_getTokensThroughTheirBlueprint() throws Exception {
        String blueprint = "b1000000-0000-4000-8000-000000000001";
        String agent = "a6000000-0000-4000-8000-000000000001";
        try (var azure = start(
                "--agent-blueprint", blueprint,
                "--agent", blueprint + "=" + agent,
                "--agent-user", agent.toUpperCase(Locale.ROOT) + "=reader@agents.example")) {
            String exchange = "api://AzureADTokenExchange";
            String blueprints =
                    token(azure, blueprint, nodeToken(azure, exchange), exchange, Map.of("fmi_path", agent));
            String own = token(azure, agent, blueprints, exchange, Map.of());
            String accounts = token(
                    azure,
                    agent,
                    blueprints,
                    "https://storage.azure.com",
                    Map.of(
                            "grant_type", "user_fic",
                            "username", "reader@agents.example",
                            "user_federated_identity_credential", own));

            assertThat(SignedJWT.parse(accounts).getJWTClaimsSet().getClaims())
                    .containsEntry("appid", agent)
                    .containsEntry("upn", "reader@agents.example")
                    .containsEntry("xms_par_app_azp", blueprint);
        }
    }

    @Test
    void agents_thatAreGivenTwice_areRefused() {
        assertThatThrownBy(() -> start("--agent", "b=a", "--agent", "c=A"))
                .hasMessage("--agent: agent identity A is given twice, and it has one blueprint");
        assertThatThrownBy(() -> start("--agent", "b=a", "--agent-user", "a=x", "--agent-user", "a=y"))
                .hasMessage("--agent-user: agent identity a has at most one user account");
    }

    private static String token(
            PodIdentityEmulator azure, String clientId, String assertion, String resource, Map<String, String> more)
            throws Exception {
        var form = new HashMap<>(Map.of(
                "grant_type",
                "client_credentials",
                "client_id",
                clientId,
                "scope",
                resource + "/.default",
                "client_assertion_type",
                "urn:ietf:params:oauth:client-assertion-type:jwt-bearer",
                "client_assertion",
                assertion));
        form.putAll(more);
        var answer =
                Client.of(azure.sslContext()).post(azure.entra() + "/" + azure.tenantId() + "/oauth2/v2.0/token", form);
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
        return (String) Client.json(answer).get("access_token");
    }

    @Test
    void credential_withAnExpression_acceptsTheTokensOfTheIssuer() throws Exception {
        var github = new RSAKeyGenerator(2048).keyID("of-github").generate();
        Path keys = Files.writeString(
                folder.resolve("github.json"),
                new JWKSet(github).toPublicJWKSet().toString());
        Path credentials =
                Files.writeString(folder.resolve("credentials.yaml"), """
                - identity: %s
                  issuer: %s
                  expression: claims['sub'] matches 'repo:contoso/shop:*'
                  after: 2m
                """.formatted(IDENTITY.clientId(), GITHUB));
        try (var azure =
                start("--federated-credentials", credentials.toString(), "--issuer-keys", GITHUB + "=" + keys)) {
            assertThat(exchange(azure, jobToken(github, "repo:contoso/shop:main")))
                    .contains("AADSTS70021:");
            // A refusal is remembered for two minutes.
            clock.await(Duration.ofMinutes(4));
            assertThat(exchange(azure, jobToken(github, "repo:contoso/shop:main")))
                    .contains("\"access_token\"");
            assertThat(exchange(azure, jobToken(github, "repo:contoso/other:main")))
                    .contains("AADSTS700213:");
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "subject: s, issuer: https://gitlab.com, expression: x | \"expression\" stands in place of \"subject\"",
                "expression: x                                         | \"issuer\" is missing",
                "issuer: https://gitlab.com, expression: x             | The expression \"x\" cannot be read",
                "issuer: https://a.example, expression: claims['a'] eq 'b' | Entra ID accepts no claims matching expression",
            })
    void credential_withAnExpressionThatCannotBe_isRefusedWithThePlace(String keys, String message) throws Exception {
        Path file = Files.writeString(
                folder.resolve("credentials.yaml"), "- identity: i\n  " + keys.replace(", ", "\n  ") + "\n");

        assertThatThrownBy(() -> start("--federated-credentials", file.toString()))
                .isInstanceOf(ManifestException.class)
                .hasMessageStartingWith(file + ":1:3: " + message);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "{\"keys\": []} | has no public key of an RSA or an EC key pair",
                "{\"keys\": [{\"kty\": \"oct\", \"k\": \"AAAA\"}]} | has no public key of an RSA or an EC key pair",
                "hello | is no JSON Web Key Set",
            })
    void issuerKeys_ofAFileWithoutAny_areRefused(String content, String message) throws Exception {
        Path file = Files.writeString(folder.resolve("keys.json"), content);

        assertThatThrownBy(() -> start("--issuer-keys", GITHUB + "=" + file))
                .isInstanceOf(ManifestException.class)
                .hasMessageStartingWith("--issuer-keys: " + file + " " + message);
    }

    private static String jobToken(RSAKey key, String subject) throws Exception {
        var claims = new JWTClaimsSet.Builder()
                .issuer(GITHUB)
                .subject(subject)
                .audience("api://AzureADTokenExchange")
                .expirationTime(Date.from(Instant.now().plusSeconds(600)))
                .build();
        var token = new SignedJWT(
                new JWSHeader.Builder(JWSAlgorithm.RS256).keyID(key.getKeyID()).build(), claims);
        token.sign(new RSASSASigner(key));
        return token.serialize();
    }

    private static String exchange(PodIdentityEmulator azure, String assertion) throws Exception {
        return Client.of(azure.sslContext())
                .post(
                        azure.entra() + "/" + azure.tenantId() + "/oauth2/v2.0/token",
                        Map.of(
                                "grant_type",
                                "client_credentials",
                                "client_id",
                                IDENTITY.clientId(),
                                "scope",
                                "https://storage.azure.com/.default",
                                "client_assertion_type",
                                "urn:ietf:params:oauth:client-assertion-type:jwt-bearer",
                                "client_assertion",
                                assertion))
                .body();
    }

    private PodIdentityEmulator start(String... arguments) {
        var options = new AzureOptions();
        new CommandLine(CommandLine.Model.CommandSpec.create()
                        .addMixin("azure", CommandLine.Model.CommandSpec.forAnnotatedObject(options)))
                .parseArgs(arguments);
        var builder = PodIdentityEmulator.builder()
                .identity(IDENTITY)
                // MIC would not stop on a clock that skips its waits.
                .profile(Profile.WORKLOAD_IDENTITY)
                .clusterClock(clock);
        options.applyTo(builder);
        return builder.start();
    }

    /** The status with which the container answers the identity. */
    private static int read(PodIdentityEmulator azure) throws Exception {
        HttpClient http = HttpClient.newBuilder().sslContext(trusting(azure)).build();
        String token = nodeToken(azure, "https://storage.azure.com/");
        var list = HttpRequest.newBuilder(URI.create(azure.storage() + "/samples?restype=container"))
                .header("Authorization", "Bearer " + token)
                .header("x-ms-version", "2026-10-06")
                .build();
        return http.send(list, BodyHandlers.discarding()).statusCode();
    }

    /** What the metadata service of the node gives. */
    private static String nodeToken(PodIdentityEmulator azure, String resource) throws Exception {
        String url = azure.imds() + "/metadata/identity/oauth2/token?api-version=2018-02-01&resource=" + resource;
        var asked = HttpRequest.newBuilder(URI.create(url))
                .header("Metadata", "true")
                .build();
        String answer =
                HttpClient.newHttpClient().send(asked, BodyHandlers.ofString()).body();
        return (String) Json.object(answer).get("access_token");
    }

    private static SSLContext trusting(PodIdentityEmulator azure) throws Exception {
        var store = KeyStore.getInstance(azure.trustStore().toFile(), "changeit".toCharArray());
        var trust = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        trust.init(store);
        var context = SSLContext.getInstance("TLS");
        context.init(null, trust.getTrustManagers(), null);
        return context;
    }
}
