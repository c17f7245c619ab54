// SPDX-License-Identifier: Apache-2.0
package io.podidentity.tokenprovider;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.podidentity.tokenprovider.TokenAcquisitionException.Code;
import io.podidentity.tokenprovider.TokenAttempt.State;
import io.podidentity.tokenprovider.internal.text.Excerpt;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ExplanationTest {
    private static final String RESOURCE = "https://storage.azure.com/";
    private static final TokenAttempt CLI = new TokenAttempt(
            "Azure CLI", State.UNAVAILABLE, Duration.ofMillis(431), "nobody is logged in to az", "Run 'az login'.");
    private static final AccessToken TOKEN = AccessToken.bearer(
                    "s3cr3t",
                    RESOURCE,
                    Instant.parse("2026-01-01T01:00:00Z"),
                    Instant.parse("2026-01-01T00:55:00Z"),
                    "IMDS")
            .withPrincipal(Principal.app("app").withObjectId("oid").withTenantId("tid"));
    private static final Explanation SUCCESS = Explanation.ofToken(
            RESOURCE,
            TOKEN,
            List.of(CLI, new TokenAttempt("IMDS", TokenAttempt.State.ACQUIRED, Duration.ofMillis(9), "", "")));

    @Test
    void toString_withAToken_tellsWhoseAndFromWhere() {
        assertThat(SUCCESS.hasToken()).isTrue();
        assertThat(SUCCESS).hasToString("""
                Token for https://storage.azure.com/ from IMDS
                  principal: App app, object ID oid, tenant tid
                  expires: 2026-01-01T01:00:00Z
                  refreshed from: 2026-01-01T00:55:00Z
                  Azure CLI: unavailable (431 ms): nobody is logged in to az. Run 'az login'.
                  IMDS: got the token (9 ms)""");
    }

    @Test
    void toJson_withAToken_hasItsMembers() {
        assertThat(SUCCESS.toJson())
                .isEqualTo(
                        "{\"resource\":\"https://storage.azure.com/\",\"source\":\"IMDS\","
                                + "\"principal\":{\"type\":\"APP\",\"appId\":\"app\",\"objectId\":\"oid\",\"tenantId\":\"tid\"},"
                                + "\"expiresOn\":\"2026-01-01T01:00:00Z\",\"refreshOn\":\"2026-01-01T00:55:00Z\",\"attempts\":["
                                + "{\"source\":\"Azure CLI\",\"state\":\"UNAVAILABLE\",\"durationMillis\":431,"
                                + "\"reason\":\"nobody is logged in to az\",\"remedy\":\"Run 'az login'.\"},"
                                + "{\"source\":\"IMDS\",\"state\":\"ACQUIRED\",\"durationMillis\":9,\"reason\":\"\",\"remedy\":\"\"}]}");
    }

    @Test
    void notes_whereAManagedIdentityIsAtHandToo_saySo() {
        TokenAttempt workload =
                new TokenAttempt("Workload identity", TokenAttempt.State.ACQUIRED, Duration.ofMillis(9), "", "");
        TokenAttempt imds = new TokenAttempt("IMDS", TokenAttempt.State.NOT_TRIED, Duration.ZERO, "", "");
        TokenAttempt cli = new TokenAttempt("Azure CLI", TokenAttempt.State.NOT_TRIED, Duration.ZERO, "", "");
        String note = "A managed identity may be at hand too (IMDS); workload identity comes before it."
                + " AZURE_TOKEN_CREDENTIALS=ManagedIdentityCredential selects the other.";

        Explanation both = explanation(workload, imds, cli);
        assertThat(both.notes()).containsExactly(note);
        assertThat(both.toString()).endsWith("\n  " + note);
        assertThat(both.toJson()).endsWith("],\"note\":\"" + note + "\"}");
        assertThat(explanation(workload, cli, imds).notes()).isEmpty();
        assertThat(explanation(workload).notes()).isEmpty();
        assertThat(SUCCESS.notes()).isEmpty();
    }

    private static Explanation explanation(TokenAttempt... attempts) {
        return Explanation.ofToken(RESOURCE, TOKEN, List.of(attempts));
    }

    @Test
    void toString_withoutAToken_isTheFailuresText() {
        TokenAcquisitionException failure = new TokenAcquisitionException(Code.NO_SOURCE_AVAILABLE, "none", "", null)
                .ofCall("No token for " + RESOURCE, List.of(CLI));
        Explanation explanation = Explanation.ofFailure(RESOURCE, failure);

        assertThat(explanation.hasToken()).isFalse();
        assertThat(explanation).hasToString(failure.getMessage());
    }

    @Test
    void toJson_withoutAToken_hasTheFailure() throws Exception {
        TokenAcquisitionException failure = new TokenAcquisitionException(
                        Code.SERVICE_UNAVAILABLE, "HTTP 503", "Try again in a minute.", null)
                .ofCall(RESOURCE, List.of(CLI));
        JsonNode json = json(Explanation.ofFailure(RESOURCE, failure));

        List<String> names = new ArrayList<>();
        json.fieldNames().forEachRemaining(names::add);
        assertThat(names).containsExactly("resource", "failure", "attempts");
        assertThat(json.get("failure").toString())
                .isEqualTo("{\"code\":\"SERVICE_UNAVAILABLE\",\"reason\":\"HTTP 503\","
                        + "\"remedy\":\"Try again in a minute.\",\"transient\":true}");
    }

    @Test
    void toJson_ofEveryCharacter_isJsonThatGivesItBack() throws Exception {
        StringBuilder odd = new StringBuilder("\u2028\u2029\u0085\ufeff\ud83d\ude00\u00e9");
        for (char c = 0; c < 0x100; c++) {
            odd.append(c);
        }
        String text = odd.toString();
        Principal principal =
                Principal.user(text).withObjectId(text).withTenantId(text).withCertificateThumbprint(text);
        AccessToken token = AccessToken.bearer("s3cr3t", RESOURCE, Instant.EPOCH, null, text)
                .withPrincipal(principal);
        TokenAcquisitionException failure = new TokenAcquisitionException(Code.REFUSED, text, text, null);
        TokenAttempt attempt = new TokenAttempt(text, State.FAILED, Duration.ofSeconds(1), text, text);

        JsonNode without = json(Explanation.ofFailure(text, failure.ofCall(text, List.of(attempt))));
        JsonNode json = json(Explanation.ofToken(text, token, List.of(attempt)));

        assertThat(json.findValuesAsText("resource")).containsExactly(text);
        assertThat(json.findValuesAsText("source")).containsExactly(text, text);
        assertThat(without.findValuesAsText("reason")).containsExactly(text, text);
        assertThat(without.findValuesAsText("remedy")).containsExactly(text, text);
        // Of a claim, which nobody has checked, there is one line.
        assertThat(json.get("principal").findValuesAsText("userPrincipalName"))
                .containsExactly(Excerpt.of(text, Principal.MAX_SHOWN));
        assertThat(json.get("attempts").get(0).get("durationMillis").intValue()).isEqualTo(1_000);
    }

    @Test
    void toJson_withNothingTried_hasAnEmptyList() throws Exception {
        JsonNode json = json(Explanation.ofToken(RESOURCE, TOKEN, List.of()));

        assertThat(json.get("attempts").toString()).isEqualTo("[]");
    }

    private static JsonNode json(Explanation explanation) throws Exception {
        return new JsonMapper().readTree(explanation.toJson());
    }

    @ParameterizedTest
    @ValueSource(strings = {"\n", "\r\n", "\u001b", "\u007f", "\u0085", "\u009b", "\u2028", "\u202e"})
    void toStringAndToJson_ofAClaimWithControlCharacters_showOneLineWithoutThem(String control) throws Exception {
        String name = "anna" + control + "IMDS: got the token";
        Principal user = Principal.user(name).withObjectId(name).withTenantId(name);
        Explanation explanation = Explanation.ofToken(RESOURCE, TOKEN.withPrincipal(user), List.of());

        assertThat(user)
                .hasToString("User anna IMDS: got the token, object ID anna IMDS: got the token, tenant anna IMDS: got"
                        + " the token");
        assertThat(explanation.toString()).contains("\n  principal: " + user + "\n");
        JsonNode json = new JsonMapper().readTree(explanation.toJson()).get("principal");
        for (String member : List.of("userPrincipalName", "objectId", "tenantId")) {
            assertThat(json.get(member).asText()).isEqualTo("anna IMDS: got the token");
        }
        assertThat(explanation.principal().orElseThrow().userPrincipalName()).hasValue(name);
    }
}
