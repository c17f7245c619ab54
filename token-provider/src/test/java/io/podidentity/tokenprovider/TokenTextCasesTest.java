// SPDX-License-Identifier: Apache-2.0
package io.podidentity.tokenprovider;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.podidentity.tokenprovider.cases.ConformanceCase;
import io.podidentity.tokenprovider.cases.ConformanceFile;
import io.podidentity.tokenprovider.cases.ConformanceRunner;
import io.podidentity.tokenprovider.cases.EndpointCases;
import io.podidentity.tokenprovider.cases.Kind;
import io.podidentity.tokenprovider.cases.Runs;
import io.podidentity.tokenprovider.internal.http.HttpResponse;
import io.podidentity.tokenprovider.internal.http.TokenResponse;
import io.podidentity.tokenprovider.internal.text.JsonException;
import io.podidentity.tokenprovider.internal.tool.AzureCliTokenSource;
import io.podidentity.tokenprovider.support.FakeProcessRunner;
import io.podidentity.tokenprovider.support.FakeTime;
import io.podidentity.tokenprovider.support.Tokens;
import io.podidentity.tokenprovider.support.ToolFolder;
import java.nio.file.Path;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.junit.jupiter.api.io.TempDir;

/** What is read out of a token, and out of an answer that holds one. */
@Runs(
        file = ConformanceFile.APP_AUTHENTICATION,
        value = {
            @Kind(
                    name = "token-parse",
                    given = """
                        {claims: {'*': 'text|number'}, type: 'App|User', appId: 'text', tenantId: 'text',
                        thumbprint: 'text', upn: 'text', isAuthenticated: 'truth', token: 'text?', payload: 'text',
                        helper: 'tenant'}
                        """,
                    expected = """
                        {principal: {type: 'App|User', userPrincipalName: 'text?', tenantId: 'text?',
                        appId: 'text?', isAuthenticated: 'truth'}, type: 'App|User', userPrincipalName: 'text?',
                        tenantId: 'text?', appId: 'text?', none: 'truth', toString: 'text', error: 'failure',
                        quirk: 'json'}
                        """,
                    notes = {"quirk"}),
            @Kind(
                    name = "token-response",
                    given = """
                        {access_token: 'text', accessToken: 'text', expires_on: 'text|number',
                        expiresOn: 'text|number', expires_in: 'text|number', resource: 'text', token_type: 'text',
                        tokenType: 'text', culture: 'text', source: 'text', body: 'text'}
                        """,
                    expected = """
                        {ok: 'truth', expiresOnEpoch: 'number', error: 'failure', messageContains: 'texts',
                        resource: 'text?', tokenType: 'text?', accessToken: 'text', quirk: 'json'}
                        """,
                    notes = {"quirk"})
        })
class TokenTextCasesTest extends ConformanceRunner {
    @TempDir
    private Path folder;

    @Override
    public void run(ConformanceCase row) throws Exception {
        if (row.kind().equals("token-response")) {
            response(row);
        } else if (row.given().has("type")) {
            text(row);
        } else {
            Principal principal = Principal.read(token(row.given()));
            if (row.expected().has("principal")) {
                verify(principal, row.expected().get("principal"));
            } else {
                verify(principal, row.expected());
            }
        }
    }

    private static String token(JsonNode given) {
        if (given.has("claims")) {
            Map<String, Object> claims = new LinkedHashMap<>();
            given.get("claims")
                    .properties()
                    .forEach(claim -> claims.put(
                            claim.getKey(),
                            claim.getValue().isNumber()
                                    ? claim.getValue().asLong()
                                    : claim.getValue().asText()));
            return Tokens.jwt(claims);
        }
        return given.has("payload")
                ? "e30." + given.get("payload").asText() + ".s"
                : given.get("token").asText();
    }

    private static void verify(Principal principal, JsonNode expected) {
        assertThat(expected.has("error")).as("what cannot be read is no error").isFalse();
        assertThat(principal == null).isEqualTo(expected.path("none").asBoolean());
        expected.properties().forEach(member -> {
            String value = member.getValue().isNull() ? null : member.getValue().asText();
            switch (member.getKey()) {
                case "type" -> assertThat(principal.type().name()).isEqualTo(value.toUpperCase(Locale.ROOT));
                case "userPrincipalName" ->
                    assertThat(principal.userPrincipalName().orElse(null)).isEqualTo(value);
                case "tenantId" -> assertThat(principal.tenantId().orElse(null)).isEqualTo(value);
                case "appId" -> assertThat(principal.appId().orElse(null)).isEqualTo(value);
                case "isAuthenticated" ->
                    assertThat(String.valueOf(principal != null)).isEqualTo(value);
                case "none", "quirk" -> {
                    // The one is looked at above, the other is for the reader.
                }
                default -> throw new AssertionError(member.getKey());
            }
        });
    }

    private static void text(ConformanceCase row) {
        Principal principal = new Principal(
                Principal.Type.valueOf(row.given("type").toUpperCase(Locale.ROOT)),
                row.given("upn"),
                row.given("appId"),
                null,
                row.given("tenantId"),
                row.given("thumbprint"),
                null);
        assertThat(principal).hasToString(row.expected("toString"));
    }

    private static AccessToken ofServer(String body) throws JsonException {
        return TokenResponse.readToken(
                new HttpResponse(200, body, null), EndpointCases.REQUEST, "fake", FakeTime.START.toEpochMilli());
    }

    /** The names that az has for the same. */
    private AccessToken ofAz(String output) throws Exception {
        ToolFolder tools = new ToolFolder(folder);
        tools.install("az");
        TokenSource az = new AzureCliTokenSource(
                tools.environment(Map.of()),
                new FakeProcessRunner().ends(0, output, ""),
                new FakeTime(),
                ZoneOffset.UTC,
                null);
        return ((TokenSource.Acquired) az.acquire(EndpointCases.REQUEST)).token();
    }

    /** An answer as the case gives it; where it is about the expiry alone, with a token. */
    private void response(ConformanceCase row) throws Exception {
        ObjectNode body = row.given().deepCopy();
        body.remove(List.of("culture", "source", "body"));
        if (!body.has("access_token") && !body.has("token_type") && !body.has("accessToken")) {
            body.put("access_token", "jwt");
        }
        String text = row.given("body") == null ? body.toString() : row.given("body");
        AccessToken token = null;
        String problem = "";
        try {
            token = row.given().has("accessToken") ? ofAz(text) : ofServer(text);
        } catch (JsonException | TokenAcquisitionException e) {
            problem = e.getMessage();
        }
        JsonNode expected = row.expected();
        assertThat(token == null).as(problem).isEqualTo(expected.has("error"));
        JsonNode words = expected.path("messageContains");
        for (JsonNode word : words.isTextual() ? List.of(words) : words) {
            assertThat(problem).contains(word.asText());
        }
        if (expected.has("ok")) {
            assertThat(token != null).isEqualTo(expected.get("ok").asBoolean());
        }
        if (expected.has("expiresOnEpoch")) {
            assertThat(token.expiresOn())
                    .isEqualTo(
                            Instant.ofEpochSecond(expected.get("expiresOnEpoch").asLong()));
        }
        if (expected.has("resource")) {
            assertThat(token.resource()).isEqualTo(row.expected("resource"));
        }
        if (expected.has("tokenType")) {
            assertThat(token.tokenType()).isEqualTo(row.expected("tokenType"));
        }
        if (expected.has("accessToken")) {
            assertThat(token.value()).isEqualTo(row.expected("accessToken"));
        }
    }
}
