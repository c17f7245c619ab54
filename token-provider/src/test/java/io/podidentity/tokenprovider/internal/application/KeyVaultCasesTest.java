// SPDX-License-Identifier: Apache-2.0
package io.podidentity.tokenprovider.internal.application;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.fasterxml.jackson.databind.JsonNode;
import io.podidentity.tokenprovider.TokenAcquisitionException;
import io.podidentity.tokenprovider.TokenRequest;
import io.podidentity.tokenprovider.TokenSource;
import io.podidentity.tokenprovider.cases.CaseServer;
import io.podidentity.tokenprovider.cases.ConformanceCase;
import io.podidentity.tokenprovider.cases.ConformanceFile;
import io.podidentity.tokenprovider.cases.ConformanceRunner;
import io.podidentity.tokenprovider.cases.EndpointCases;
import io.podidentity.tokenprovider.cases.Kind;
import io.podidentity.tokenprovider.cases.Runs;
import io.podidentity.tokenprovider.internal.application.KeyVaultTokenSource.KeyVaultSecret;
import io.podidentity.tokenprovider.internal.entra.BearerChallenge;
import io.podidentity.tokenprovider.support.Certificates;
import io.podidentity.tokenprovider.support.Contexts;
import io.podidentity.tokenprovider.support.FakeTime;
import io.podidentity.tokenprovider.support.FakeTransport;
import io.podidentity.tokenprovider.support.FakeVault;
import io.podidentity.tokenprovider.support.Tokens;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;

/** A certificate in a key vault, and the URLs that name a tenant, as AppAuthentication (.NET) reads them. */
@Runs(
        file = ConformanceFile.APP_AUTHENTICATION,
        value = {
            @Kind(
                    name = "key-vault-client",
                    given = """
                        {http: 'json', identifier: 'text', challenge: 'text', status: 'number',
                        contentType: 'text'}
                        """,
                    expected = """
                        {ok: 'truth', apiVersion: 'text', error: 'failure', messageContains: 'texts', messageLacks: 'texts',
                        authority: 'text', resource: 'text', parsed: 'text?', quirk: 'text'}
                        """,
                    notes = {"quirk"}),
            @Kind(
                    name = "uri-helper",
                    given = "{authority: 'text?'}",
                    expected = "{instance: 'text?', tenant: 'text?', error: 'failure'}")
        })
class KeyVaultCasesTest extends ConformanceRunner {
    private static final String SECRET = "https://myvault.vault.azure.net/secrets/c";

    @Override
    public void run(ConformanceCase row) throws Exception {
        if (row.kind().equals("uri-helper")) {
            tenantUrl(row);
        } else if (row.expected().has("parsed") || row.expected().has("authority")) {
            challenge(row);
        } else {
            read(row);
        }
    }

    private static void tenantUrl(ConformanceCase row) {
        String authority = row.given("authority");
        if (row.expected().has("error")) {
            assertThat(BearerChallenge.tenant(authority)).isNull();
        }
        if (row.expected().has("instance")) {
            assertThat(BearerChallenge.instance(authority)).isEqualTo(row.expected("instance"));
        }
        if (row.expected().has("tenant")) {
            assertThat(BearerChallenge.tenant(authority)).isEqualTo(row.expected("tenant"));
        }
    }

    private static void challenge(ConformanceCase row) {
        BearerChallenge challenge = BearerChallenge.read(row.given("challenge"));
        if (row.expected().has("parsed")) {
            assertThat(challenge == null).isEqualTo(row.expected("parsed") == null);
        } else {
            assertThat(challenge)
                    .isEqualTo(new BearerChallenge(
                            BearerChallenge.tenant(row.expected("authority")), row.expected("resource")));
        }
    }

    private static void read(ConformanceCase row) throws Exception {
        String type = row.given("contentType") == null ? "application/x-pkcs12" : row.given("contentType");
        String value = Base64.getEncoder().encodeToString(Certificates.pkcs12("", Certificates.rsa("CN=app")));
        int status = row.given().path("status").asInt(200);
        String challenge = row.given("challenge") == null ? FakeVault.CHALLENGE : row.given("challenge");
        FakeTransport http = row.given().has("http")
                ? new CaseServer(new FakeTransport(), "{}", "").does(row.given().get("http"))
                : new FakeTransport().does(FakeVault.vault(challenge, status, FakeVault.secret(type, value)));
        List<TokenRequest> asked = new ArrayList<>();
        TokenSource tokens = request -> {
            asked.add(request);
            return new TokenSource.Acquired(Tokens.accessToken(request.resource(), Certificates.UNTIL));
        };
        KeyVaultSecret secret = new KeyVaultSecret(
                row.given("identifier") == null ? SECRET : row.given("identifier"),
                tokens,
                Contexts.of(http, new FakeTime()));

        TokenAcquisitionException failure =
                catchThrowableOfType(TokenAcquisitionException.class, () -> secret.read(1_000_000_000L));
        boolean fails =
                row.expected().has("error") || !row.expected().path("ok").asBoolean(true);
        assertThat(failure != null).as(String.valueOf(failure)).isEqualTo(fails);
        if (failure == null) {
            assertThat(http.requests())
                    .hasSize(2)
                    .allSatisfy(request -> assertThat(request.url())
                            .contains("?api-version=")
                            .endsWith(row.expected("apiVersion") == null ? "" : row.expected("apiVersion")));
            return;
        }
        JsonNode words = row.expected().path("messageContains");
        for (JsonNode word : words.isTextual() ? List.of(words) : words) {
            assertThat(failure.getMessage()).containsIgnoringCase(word.asText());
        }
        if (row.expected().has("messageLacks")) {
            assertThat(failure.getMessage())
                    .doesNotContain(EndpointCases.words(row.expected().get("messageLacks")));
        }
        if (row.deviates()) {
            assertThat(asked).as("no token is asked for, let alone sent").isEmpty();
        }
    }
}
