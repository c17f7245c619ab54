// SPDX-License-Identifier: Apache-2.0
package io.podidentity.emulator;

import static org.assertj.core.api.Assertions.assertThat;

import io.podidentity.emulator.plan.Application;
import io.podidentity.testsupport.Client;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SecrecyTest {

    private static final String SECRET = "correct-horse-battery-staple";
    private static final String CLIENT = "c0ffee00-0000-4000-8000-000000000001";

    @Test
    void requests_withSecretsInThem_showNone() throws Exception {
        List<String> log = Collections.synchronizedList(new ArrayList<>());
        try (PodIdentityEmulator azure = PodIdentityEmulator.builder()
                .application(CLIENT, "o", SECRET)
                .onRequest(request -> log.add(request.toString()))
                .start()) {
            Client client = Client.of(azure.sslContext());
            String url = azure.entra() + "/" + azure.tenantId() + "/oauth2/v2.0/token";
            var right = client.post(
                    url,
                    Map.of(
                            "grant_type",
                            "client_credentials",
                            "client_id",
                            CLIENT,
                            "client_secret",
                            SECRET,
                            "scope",
                            "https://storage.azure.com/.default"));
            String token = (String) Client.json(right).get("access_token");
            var wrong = client.post(
                    url,
                    Map.of("grant_type", "client_credentials", "client_id", CLIENT, "client_secret", SECRET + "!"));
            client.get(url + "?client_secret=" + SECRET + "&a=1&client%5Fsecret=" + SECRET + "&x=" + token);
            client.get(azure.entra() + "/" + token);

            assertThat(log).hasSize(4);
            assertThat(log.toString() + azure.requests()).doesNotContain(SECRET).doesNotContain(token);
            assertThat(log.get(2)).contains("client_secret=REDACTED&a=1&client%5Fsecret=REDACTED&x=REDACTED");
            assertThat(wrong.body()).doesNotContain(SECRET);
            assertThat(azure.applications().toString()).contains(CLIENT).doesNotContain(SECRET);
        }
    }

    @ParameterizedTest
    @CsvSource({"application", "expired"})
    void toString_ofWhatHoldsASecret_showsNone(String kind) {
        Object holder = kind.equals("application")
                ? new Application(CLIENT, "o", SECRET)
                : new io.podidentity.emulator.directory.RegisteredSecret(SECRET, true);
        assertThat(holder.toString()).doesNotContain(SECRET);
    }

    @Test
    void toString_ofAnIssuedToken_showsNone() {
        var now = java.time.Instant.parse("2026-11-24T12:00:00Z");
        assertThat(new io.podidentity.emulator.token.IssuedToken(SECRET, now, now).toString())
                .doesNotContain(SECRET);
    }
}
