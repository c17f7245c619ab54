// SPDX-License-Identifier: Apache-2.0
package io.podidentity.demo.page;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.podidentity.tokenprovider.AccessToken;
import io.podidentity.tokenprovider.AzureServiceTokenProvider;
import io.podidentity.tokenprovider.Explanation;
import io.podidentity.tokenprovider.TokenRequest;
import io.podidentity.tokenprovider.TokenSource;
import java.time.Instant;
import java.util.Base64;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PageTest {
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "{'upn':'anna@contoso.com','idtyp':'user'} | User | anna@contoso.com",
                "{'oid':'o','idtyp':'user'} | User | A user",
                "{'appid':'a','xms_mirid':'/subscriptions/s/userAssignedIdentities/reader'} | Managed identity |"
                        + " reader",
                "{'appid':'a','app_displayname':'Nightly report'} | Application | Nightly report",
                "{'appid':'11111111-aaaa'} | Application | 11111111-aaaa",
                "{'idtyp':'app','oid':'o'} | Application | An application",
                "{} | Signed in | An identity that the token does not name",
            })
    void of_aToken_isTheNameInIt(String claims, String kind, String name) {
        assertThat(Page.Token.of(explanation(claims), Instant.EPOCH))
                .extracting(Page.Token::kind, Page.Token::name, Page.Token::caveat)
                .containsExactly(kind, name, "");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "this is the identity of the node, which every pod on it can use | Identity of the node",
                "not verified: neither the answer nor the token says that it is of client ID a |"
                        + " Managed identity, not verified",
                "this account is shared | Managed identity",
            })
    void of_aTokenInDoubt_namesWhatIsDoubtful(String caveat, String kind) {
        Explanation explanation = explanation("{'appid':'a','xms_mirid':'/x/agentpool'}", caveat);

        assertThat(Page.Token.of(explanation, Instant.EPOCH))
                .extracting(Page.Token::kind, Page.Token::name, Page.Token::caveat)
                .containsExactly(kind, "agentpool", caveat);
    }

    @Test
    void of_anOpaqueTokenThatIsNotVerified_saysSo() {
        assertThat(Page.Token.of(explanation("", "not verified: nobody says whose it is"), Instant.EPOCH))
                .extracting(Page.Token::kind, Page.Token::name)
                .containsExactly("Signed in, not verified", "An identity that the token does not name");
    }

    @Test
    void lifeOf_aToken_isSharesOfTheBar() {
        Instant start = Instant.parse("2026-11-24T10:00:00Z");
        var claims = explanation("{'iat':" + start.getEpochSecond() + "}").claims();

        assertThat(Page.Lifetime.of(claims, start.plusSeconds(2700), start.plusSeconds(3600), start.plusSeconds(900)))
                .isEqualTo(new Page.Lifetime(
                        new Page.Timestamp("2026-11-24T10:00:00Z", "10:00:00 UTC", "15 min ago"), 25, 75));
        assertThat(Page.Lifetime.of(claims, null, start.plusSeconds(3600), start.plusSeconds(9000)))
                .extracting(Page.Lifetime::elapsed, Page.Lifetime::refresh)
                .containsExactly(100.0, 100.0);
        assertThat(Page.Lifetime.of(explanation("{}").claims(), null, start, start))
                .isNull();
        assertThat(Page.Lifetime.of(claims, null, start, start))
                .as("no life at all")
                .isNull();
    }

    private static Explanation explanation(String claims) {
        return explanation(claims, "");
    }

    private static Explanation explanation(String claims, String caveat) {
        String payload =
                Base64.getUrlEncoder().encodeToString(claims.replace('\'', '"').getBytes(UTF_8));
        AccessToken token = AccessToken.bearer(
                "e30." + payload + ".c2ln", "r", Instant.parse("2099-01-01T00:00:00Z"), null, "IMDS");
        TokenSource source = new TokenSource() {
            @Override
            public Outcome acquire(TokenRequest request) {
                return new Acquired(token, caveat);
            }

            @Override
            public String name() {
                return "IMDS";
            }
        };
        return AzureServiceTokenProvider.builder()
                .sources(List.of(source))
                .build()
                .explain("r");
    }
}
