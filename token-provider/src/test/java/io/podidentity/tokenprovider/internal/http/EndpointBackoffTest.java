// SPDX-License-Identifier: Apache-2.0
package io.podidentity.tokenprovider.internal.http;

import static org.assertj.core.api.Assertions.assertThat;

import io.podidentity.tokenprovider.support.FakeTime;
import io.podidentity.tokenprovider.support.FakeTransport;
import java.io.IOException;
import java.time.Duration;
import org.junit.jupiter.api.Test;

class EndpointBackoffTest {
    private static final String ENTRA = "https://login.example/tenant/oauth2/v2.0/token";

    private final FakeTime time = new FakeTime();
    private final FakeTransport http = new FakeTransport();

    private HttpResponse send(String url, String form) throws Exception {
        HttpRequest request = HttpRequest.toHost(url, 1_000, 1_000);
        HttpTransport transport = http;
        return transport.sendUnlessBusy(form.isEmpty() ? request : request.withForm(form), time);
    }

    private int asked() {
        return http.requests().size();
    }

    @Test
    void send_whileTheEndpointWantsToBeLeftAlone_repeatsItsAnswerWithTheTimeThatIsLeft() throws Exception {
        http.answers(429, "busy", "20").answers(200, "token");
        assertThat(send("http://imds/token?resource=a", "").retryAfter()).isEqualTo("20");

        time.advance(Duration.ofMillis(4_500));
        HttpResponse answer = send("http://imds/token?resource=b&client_id=c", "");

        assertThat(answer.status()).isEqualTo(429);
        assertThat(answer.body()).isEqualTo("busy");
        assertThat(answer.retryAfter()).isEqualTo("16");
        assertThat(asked()).isEqualTo(1);
        assertThat(send("http://imds/other?resource=b", "").status()).isEqualTo(200);
    }

    @Test
    void send_afterTheWait_letsOneGoFirstAndThenAll() throws Exception {
        http.answers(503, "", "20").fails(new IOException("reset")).answers(200, "token");
        send("http://imds/token?resource=a", "");
        time.advance(Duration.ofSeconds(20));

        try {
            send("http://imds/token?resource=a", "");
        } catch (IOException e) {
            assertThat(e).hasMessage("reset");
        }
        assertThat(send("http://imds/token?resource=b", "").retryAfter()).isEqualTo("1");
        time.advance(Duration.ofSeconds(1));

        assertThat(send("http://imds/token?resource=b", "").status()).isEqualTo(200);
        assertThat(send("http://imds/token?resource=c", "").status()).isEqualTo(200);
        assertThat(asked()).isEqualTo(4);
    }

    @Test
    void send_toEntraId_countsEachApplicationByItself() throws Exception {
        http.answers(429, "", "20").answers(200, "token");
        send(ENTRA, "grant_type=x&client_id=a&scope=r");

        assertThat(send(ENTRA, "grant_type=x&client_id=b&scope=r").status()).isEqualTo(200);
        assertThat(send(ENTRA, "grant_type=x&client_id=a&scope=other").status()).isEqualTo(429);
        assertThat(send(ENTRA.replace("tenant", "other"), "client_id=a").status())
                .isEqualTo(200);
    }

    @Test
    void send_whenTheServerNamesADay_asksAgainAfterAnHour() throws Exception {
        http.answers(429, "", "86400").answers(200, "token");
        send("http://imds/token", "");

        time.advance(Duration.ofHours(1));

        assertThat(send("http://imds/token", "").status()).isEqualTo(200);
    }

    @Test
    void send_whenARefusalNamesAWait_isNoReasonToLeaveTheOthersOut() throws Exception {
        http.answers(400, "no such identity", "20").answers(200, "token");
        send("http://imds/token?client_id=a", "");

        assertThat(send("http://imds/token?client_id=b", "").status()).isEqualTo(200);
    }
}
