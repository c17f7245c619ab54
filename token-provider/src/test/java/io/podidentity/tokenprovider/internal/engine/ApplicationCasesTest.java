// SPDX-License-Identifier: Apache-2.0
package io.podidentity.tokenprovider.internal.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.podidentity.tokenprovider.AccessToken;
import io.podidentity.tokenprovider.AzureServiceTokenProvider;
import io.podidentity.tokenprovider.Principal;
import io.podidentity.tokenprovider.TokenAcquisitionException;
import io.podidentity.tokenprovider.TokenRequest;
import io.podidentity.tokenprovider.TokenSource;
import io.podidentity.tokenprovider.TokenSources;
import io.podidentity.tokenprovider.cases.ConformanceCase;
import io.podidentity.tokenprovider.cases.ConformanceFile;
import io.podidentity.tokenprovider.cases.ConformanceRunner;
import io.podidentity.tokenprovider.cases.Kind;
import io.podidentity.tokenprovider.cases.Runs;
import io.podidentity.tokenprovider.internal.application.ClientSecret;
import io.podidentity.tokenprovider.internal.application.KeyStoreCredential;
import io.podidentity.tokenprovider.internal.application.KeyVaultTokenSource;
import io.podidentity.tokenprovider.internal.application.KeyVaultTokenSource.KeyVaultSecret;
import io.podidentity.tokenprovider.internal.certificate.CertificateStore;
import io.podidentity.tokenprovider.internal.certificate.ClientCertificate;
import io.podidentity.tokenprovider.internal.entra.BearerChallenge;
import io.podidentity.tokenprovider.internal.entra.EntraAuthority;
import io.podidentity.tokenprovider.internal.entra.EntraClient;
import io.podidentity.tokenprovider.internal.entra.EntraCredential;
import io.podidentity.tokenprovider.internal.entra.EntraTenants;
import io.podidentity.tokenprovider.internal.entra.EntraTokenSource;
import io.podidentity.tokenprovider.internal.http.HttpRequest;
import io.podidentity.tokenprovider.internal.http.HttpResponse;
import io.podidentity.tokenprovider.internal.text.Secret;
import io.podidentity.tokenprovider.support.Certificates;
import io.podidentity.tokenprovider.support.Contexts;
import io.podidentity.tokenprovider.support.FakeTime;
import io.podidentity.tokenprovider.support.FakeTransport;
import io.podidentity.tokenprovider.support.FakeVault;
import io.podidentity.tokenprovider.support.Forms;
import io.podidentity.tokenprovider.support.Tokens;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.io.TempDir;

/** Applications with a secret or a certificate, as AppAuthentication (.NET) signs them in. */
@Runs(
        file = ConformanceFile.APP_AUTHENTICATION,
        value = {
            @Kind(
                    name = "client-secret",
                    given = """
                        {adal: 'ok|null|throws|bad token', authority: 'text', connectionString: 'text',
                        clientId: ['text?'], clientSecret: ['text?'], tenantId: 'json', httpClientFactory: 'text'}
                        """,
                    expected = """
                        {principal: {type: 'App|User', appId: 'text', tenantId: 'text'}, token: 'truth',
                        error: 'failure', messageContains: 'texts', messageLacks: 'texts', used: 'truth',
                        authorityUsed: 'text', quirk: 'json'}
                        """,
                    notes = {"quirk"}),
            @Kind(
                    name = "client-certificate",
                    given = """
                        {by: 'Thumbprint|SubjectName|KeyVault', adal: 'ok|null|throws|bad token',
                        store: 'empty|ok', clientId: ['text?'], thumbprint: ['text?'], subject: ['text?'],
                        identifier: ['text?'], storeLocation: 'json', tenantId: 'text', vaultStatus: 'number',
                        notBefore: ['text'], privateKey: 'truth', authority: 'text'}
                        """,
                    expected = """
                        {principal: {type: 'App|User', appId: 'text', tenantId: 'text',
                        certificateThumbprint: 'text'}, token: 'truth', error: 'failure', messageContains: 'texts',
                        messageLacks: 'texts', order: ['text'], sendX5c: 'truth', authorityUsed: 'text',
                        quirk: 'json'}
                        """,
                    notes = {"quirk"})
        })
class ApplicationCasesTest extends ConformanceRunner {
    private static final String APP = "00000000-0000-0000-0000-0000000000a1";
    private static final String TENANT = "00000000-0000-0000-0000-0000000000c3";
    private static final String INNER = "<inner message>";
    private static final String RESOURCE = "https://resource.example/";
    private static final TokenRequest REQUEST =
            TokenRequest.forResource(RESOURCE).withDeadline(Duration.ofSeconds(30));
    private static final String SUBJECT = "CN=app";

    @TempDir
    private Path folder;

    /** By what is in them; writing one takes a while. */
    private final Map<String, CertificateStore> stores = new HashMap<>();

    private final FakeTime time = new FakeTime();
    private FakeTransport http;

    @Override
    public void run(ConformanceCase row) throws Exception {
        http = new FakeTransport().does(request -> entra(row, request));
        if (row.given().has("clientId") || row.given().has("clientSecret")) {
            arguments(row);
        } else if (row.given().has("storeLocation")) {
            storeLocation(row);
        } else if (row.given().has("notBefore")) {
            order(row);
        } else if ("KeyVault".equals(row.given("by"))) {
            keyVault(row);
        } else {
            acquire(row, source(row), request(row));
        }
    }

    private static void arguments(ConformanceCase row) {
        for (JsonNode value : row.given().path("clientId")) {
            String text = value.textValue();
            assertRefused(row, () -> TokenSources.clientSecret(TENANT, text, "secret"));
        }
        for (JsonNode value : row.given().path("clientSecret")) {
            String text = value.textValue();
            assertRefused(row, () -> TokenSources.clientSecret(TENANT, APP, text));
        }
    }

    /** The location is no argument of ours, but a word of the connection string. */
    private static void storeLocation(ConformanceCase row) {
        JsonNode given = row.given().get("storeLocation");
        for (JsonNode value : given.isArray() ? given : List.of(given)) {
            String text = "RunAs=App;AppId=" + APP + ";TenantId=" + TENANT + ";CertificateThumbprint=1"
                    + (value.isNull() ? "" : ";CertificateStoreLocation=" + value.asText());
            assertRefused(
                    row,
                    () -> AzureServiceTokenProvider.builder()
                            .connectionString(text)
                            .build());
        }
    }

    private static void assertRefused(ConformanceCase row, ThrowingCallable call) {
        Throwable refusal = catchThrowable(call);
        assertThat(refusal != null).isEqualTo(row.expected().has("error"));
        if (refusal != null) {
            assertThat(refusal)
                    .isInstanceOfAny(
                            NullPointerException.class,
                            IllegalArgumentException.class,
                            TokenAcquisitionException.class);
            assertMessage(row, refusal.getMessage());
        }
    }

    private TokenSource source(ConformanceCase row) throws Exception {
        if (row.kind().equals("client-secret")) {
            return source("Client secret", new ClientSecret(secret(row)));
        }
        CertificateStore store = store(row);
        return source(
                "Client certificate",
                "Thumbprint".equals(row.given("by"))
                        ? KeyStoreCredential.byThumbprint(
                                store, Certificates.rsa(SUBJECT).thumbprint())
                        : KeyStoreCredential.bySubject(store, "cn=APP"));
    }

    private TokenSource source(String name, EntraCredential credential) {
        EntraClient client = new EntraClient(EntraAuthority.of(null, "none"), null, http, time);
        return new EntraTokenSource(name, client, EntraTenants.allowAny(TENANT), APP, credential);
    }

    private static Secret secret(ConformanceCase row) {
        String text = row.given("connectionString");
        String key = "AppKey=";
        return new Secret(
                text == null
                        ? "secret"
                        : text.substring(text.indexOf(key) + key.length()).split(";", 2)[0]);
    }

    private CertificateStore store(ConformanceCase row) throws Exception {
        String content = row.given("privateKey") + row.given("store");
        if (!stores.containsKey(content)) {
            stores.put(content, newStore(row));
        }
        return stores.get(content);
    }

    private CertificateStore newStore(ConformanceCase row) throws Exception {
        ClientCertificate certificate = Certificates.rsa(SUBJECT);
        KeyStore store = Certificates.store("changeit");
        if (row.given().path("privateKey").isBoolean()
                && !row.given().get("privateKey").asBoolean()) {
            store.setCertificateEntry("public", certificate.leaf());
        } else if (!"empty".equals(row.given("store"))) {
            store = Certificates.store("changeit", certificate);
        }
        return write(store);
    }

    private CertificateStore write(KeyStore store) throws GeneralSecurityException, IOException {
        Path file = folder.resolve("store-" + stores.size() + ".p12");
        try (OutputStream out = new FileOutputStream(file.toFile())) {
            store.store(out, "changeit".toCharArray());
        }
        return new CertificateStore("PKCS12", file.toString(), new Secret("changeit"));
    }

    private static TokenRequest request(ConformanceCase row) {
        String authority = row.given("authority");
        return authority == null || authority.isEmpty()
                ? REQUEST
                : REQUEST.withTenantId(BearerChallenge.tenant(authority));
    }

    /** Entra ID as the case's identity library is. */
    private static HttpResponse entra(ConformanceCase row, HttpRequest request) {
        String adal = row.given("adal");
        if ("null".equals(adal)) {
            return new HttpResponse(200, "{\"token_type\":\"Bearer\",\"expires_in\":3599}", null);
        }
        if ("throws".equals(adal) || row.given("connectionString") != null) {
            String echo = String.valueOf(Forms.field(request, "client_secret"));
            return new HttpResponse(
                    401,
                    "{\"error\":\"invalid_client\",\"error_description\":\"AADSTS7000215: " + INNER + " " + echo
                            + "\"}",
                    null);
        }
        String token = "bad token".equals(adal) ? "opaque" : Tokens.jwt(Map.of("appid", APP, "tid", TENANT));
        return new HttpResponse(200, "{\"access_token\":\"" + token + "\",\"expires_in\":3599}", null);
    }

    private void acquire(ConformanceCase row, TokenSource source, TokenRequest request) throws Exception {
        TokenSourceChain chain = new TokenSourceChain(List.of(source), time, null, false);
        TokenAcquisitionException failure = catchThrowableOfType(
                TokenAcquisitionException.class, () -> chain.acquire(ChainRuns.of(chain, request, time), null));
        boolean fails = row.expected().has("error")
                || row.expected().has("messageContains")
                || !row.expected().path("token").asBoolean(true);
        assertThat(failure != null).as(String.valueOf(failure)).isEqualTo(fails);
        if (row.expected().has("used")) {
            assertThat(!http.requests().isEmpty())
                    .isEqualTo(row.expected().get("used").asBoolean());
        }
        if (failure != null) {
            assertMessage(row, failure.getMessage());
            return;
        }
        AccessToken token = ((TokenSource.Acquired) source.acquire(request)).token();
        JsonNode principal = row.expected().path("principal");
        if (principal.has("type")) {
            assertThat(token.principal().orElseThrow().type().name())
                    .isEqualToIgnoringCase(principal.get("type").asText());
        }
        assertMember(
                principal, "appId", token.principal().flatMap(Principal::appId).orElse(null));
        assertMember(
                principal,
                "tenantId",
                token.principal().flatMap(Principal::tenantId).orElse(null));
        if (principal.has("certificateThumbprint")) {
            assertThat(token.principal().orElseThrow().certificateThumbprint())
                    .hasValue(Certificates.rsa(SUBJECT).thumbprint());
        }
        HttpRequest sent = http.requests().get(0);
        if (row.expected().has("authorityUsed")) {
            assertThat(sent.url()).startsWith(row.expected("authorityUsed") + "/");
        }
        if (row.expected().has("sendX5c")) {
            assertThat(header(sent).has("x5c"))
                    .isEqualTo(row.expected().get("sendX5c").asBoolean());
        }
    }

    private static void assertMember(JsonNode expected, String name, String actual) {
        if (expected.has(name)) {
            assertThat(actual).isEqualTo(expected.get(name).asText());
        }
    }

    private static void assertMessage(ConformanceCase row, String message) {
        JsonNode contains = row.expected().path("messageContains");
        for (JsonNode part : contains.isTextual() ? List.of(contains) : contains) {
            assertThat(message).containsIgnoringCase(part.asText().replace("<resource>", RESOURCE));
        }
        JsonNode lacks = row.expected().path("messageLacks");
        for (JsonNode part : lacks.isTextual() ? List.of(lacks) : lacks) {
            assertThat(message).doesNotContain(part.asText());
        }
    }

    /** Entra ID refuses each certificate, and each is presented. */
    private void order(ConformanceCase row) throws Exception {
        Map<String, String> years = new HashMap<>();
        List<ClientCertificate> certificates = new ArrayList<>();
        for (JsonNode year : row.given().get("notBefore")) {
            ClientCertificate certificate =
                    Certificates.rsa(SUBJECT, Instant.parse(year.asText() + "-01-01T00:00:00Z"), Certificates.UNTIL);
            certificates.add(certificate);
            years.put(
                    Base64.getUrlEncoder().withoutPadding().encodeToString(certificate.digest("SHA-256")),
                    year.asText());
        }
        CertificateStore store = write(Certificates.store("changeit", certificates.toArray(new ClientCertificate[0])));
        http = new FakeTransport().answers(401, "{\"error\":\"invalid_client\",\"error_codes\":[700027]}");

        TokenAcquisitionException refusal = catchThrowableOfType(
                TokenAcquisitionException.class,
                () -> source("Client certificate", KeyStoreCredential.bySubject(store, SUBJECT))
                        .acquire(REQUEST));
        assertThat(refusal).isNotNull();

        List<String> expected = new ArrayList<>();
        row.expected().get("order").forEach(year -> expected.add(year.asText()));
        List<String> presented = new ArrayList<>();
        for (HttpRequest request : http.requests()) {
            presented.add(years.get(header(request).get("x5t#S256").asText()));
        }
        assertThat(presented).isEqualTo(expected);
    }

    private void keyVault(ConformanceCase row) throws Exception {
        int status = row.given().path("vaultStatus").asInt(200);
        String body = status == 200
                ? FakeVault.secret(Certificates.rsa(SUBJECT))
                : "{\"error\":{\"code\":\"SecretNotFound\",\"message\":\"A secret with (name/id) c was not found\"}}";
        http = FakeVault.with(FakeVault.vault(status, body), request -> entra(row, request));
        TokenSource vaultTokens =
                request -> new TokenSource.Acquired(Tokens.accessToken(request.resource(), Certificates.UNTIL));
        KeyVaultSecret secret =
                new KeyVaultSecret("https://myvault.vault.azure.net/secrets/c", vaultTokens, Contexts.of(http, time));
        EntraClient client = new EntraClient(EntraAuthority.of(null, "none"), null, http, time);

        acquire(row, new KeyVaultTokenSource(client, row.given("tenantId"), APP, secret), REQUEST);
    }

    private static JsonNode header(HttpRequest request) throws IOException {
        String assertion = Forms.field(request, "client_assertion");
        byte[] header = Base64.getUrlDecoder().decode(assertion.substring(0, assertion.indexOf('.')));
        return new ObjectMapper().readTree(new String(header, StandardCharsets.UTF_8));
    }
}
