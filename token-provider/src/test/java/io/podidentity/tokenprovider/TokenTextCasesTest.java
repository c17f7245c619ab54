package io.podidentity.tokenprovider;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.podidentity.tokenprovider.cases.ConformanceCase;
import io.podidentity.tokenprovider.cases.ConformanceFile;
import io.podidentity.tokenprovider.cases.ConformanceRunner;
import io.podidentity.tokenprovider.cases.EndpointCases;
import io.podidentity.tokenprovider.cases.Runs;
import io.podidentity.tokenprovider.internal.http.HttpResponse;
import io.podidentity.tokenprovider.internal.http.TokenResponse;
import io.podidentity.tokenprovider.internal.text.JsonException;
import io.podidentity.tokenprovider.support.FakeTime;
import io.podidentity.tokenprovider.support.Tokens;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;

/** What is read out of a token, and out of an answer that holds one. */
@Runs(
        file = ConformanceFile.APP_AUTHENTICATION,
        kinds = {"token-parse", "token-response"})
class TokenTextCasesTest extends ConformanceRunner {
    @Override
    public void run(ConformanceCase row) throws Exception {
        if (row.kind().equals("token-response")) {
            response(row);
        } else if (row.given().has("type")) {
            text(row);
        } else {
            Principal principal = PrincipalReader.read(token(row.given()));
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
        if (expected.path("none").asBoolean()) {
            assertThat(principal).isNull();
            return;
        }
        expected.properties().forEach(member -> {
            String value = member.getValue().isNull() ? null : member.getValue().asText();
            switch (member.getKey()) {
                case "type" -> assertThat(principal.type().name()).isEqualTo(value.toUpperCase(Locale.ROOT));
                case "userPrincipalName" ->
                    assertThat(principal.userPrincipalName().orElse(null)).isEqualTo(value);
                case "tenantId" -> assertThat(principal.tenantId().orElse(null)).isEqualTo(value);
                case "appId" -> assertThat(principal.appId().orElse(null)).isEqualTo(value);
                case "isAuthenticated" -> assertThat(principal).isNotNull();
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
                row.given("thumbprint"));
        for (String part : new String[] {"appId", "tenantId", "thumbprint", "upn"}) {
            if (row.given().has(part)) {
                assertThat(principal.toString()).contains(row.given(part));
            }
        }
    }

    private static void response(ConformanceCase row) throws JsonException {
        ObjectNode body = row.given().deepCopy();
        boolean without = row.expected("error") != null && !body.has("access_token");
        if (!body.has("access_token") && !without) {
            body.put("access_token", "jwt");
        }
        AccessToken token;
        try {
            token = TokenResponse.token(
                    new HttpResponse(200, body.toString(), null),
                    EndpointCases.REQUEST,
                    "fake",
                    FakeTime.START.toEpochMilli());
        } catch (JsonException e) {
            assertThat(row.expected("error")).as(e.getMessage()).isNotNull();
            return;
        }
        assertThat(row.expected("error")).isNull();
        if (row.expected().has("expiresOnEpoch")) {
            assertThat(token.expiresOn())
                    .isEqualTo(Instant.ofEpochSecond(
                            row.expected().get("expiresOnEpoch").asLong()));
        }
    }
}
