// SPDX-License-Identifier: Apache-2.0
package io.podidentity.emulator.workload;

import static org.assertj.core.api.Assertions.assertThat;

import io.podidentity.emulator.http.Answer;
import io.podidentity.emulator.http.Request;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ProxySidecarTest {

    @TempDir
    private Path folder;

    private ProxySidecar proxy;

    @BeforeEach
    void start() throws Exception {
        Path token = Files.writeString(folder.resolve("token"), "assertion");
        proxy = new ProxySidecar(
                "client",
                "https://login.microsoftonline.com/",
                "tenant",
                token,
                request -> Answer.json(200, Map.of("access_token", "pod", "expires_in", 3600)),
                request -> Answer.text(200, "text/plain", "node"),
                Clock.systemUTC());
    }

    private Answer get(String target) throws Exception {
        return proxy.answer(Request.of("GET", target, Map.of()));
    }

    /** As Go reads them: a request line is ISO 8859-1 here. */
    @Test
    void answer_toAResourceWithBytesThatAreNotEscaped_readsThemAsUtf8() throws Exception {
        assertThat(get("/metadata/identity/oauth2/token?resource=\u00c3\u00bc").text())
                .contains("\"resource\":\"\u00fc\"");
    }

    /** As a prefix, and only the first part in any letter case. */
    @ParameterizedTest
    @CsvSource({
        "/metadata/identity/oauth2/token, pod",
        "/Metadata/identity/oauth2/token/, pod",
        "/METADATA/identity/oauth2/tokens/x, pod",
        "/metadata/identity%2Foauth2/token, pod",
        "/metadata/Identity/oauth2/token, node",
        "/metadata/instance, node",
        "/readyz/x, ok"
    })
    void path_whateverItsForm_isRoutedAsTheRealOneDoes(String path, String answer) throws Exception {
        assertThat(get(path + "?resource=r").text()).contains(answer);
    }

    @Test
    void path_thatIsNotCanonical_isRedirectedAndNeverAnsweredByTheNode() throws Exception {
        for (String path : new String[] {"//metadata", "/metadata/", "/./metadata", "/x/../metadata"}) {
            Answer answer = get(path + "/identity/oauth2/token?resource=r");

            assertThat(answer.status()).as(path).isEqualTo(301);
            assertThat(answer.headers()).containsEntry("Location", "/metadata/identity/oauth2/token?resource=r");
        }
    }
}
