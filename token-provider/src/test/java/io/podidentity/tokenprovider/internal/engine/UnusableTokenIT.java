// SPDX-License-Identifier: Apache-2.0
package io.podidentity.tokenprovider.internal.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.podidentity.tokenprovider.AzureServiceTokenProvider;
import io.podidentity.tokenprovider.TokenAcquisitionException;
import io.podidentity.tokenprovider.TokenAcquisitionException.Code;
import io.podidentity.tokenprovider.support.FaultyServer;
import java.util.Map;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Tokens that no resource could take, from a real server. */
class UnusableTokenIT {
    private static final int CALLS = 200;

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{\"access_token\":\"s3cr3t\",\"expires_on\":\"1600000000\",\"expires_in\":\"3599\"}",
                "{\"access_token\":\"s3cr3t\\r\\nX: y\",\"expires_in\":3599}",
                "{\"access_token\":\"s3cr3t t\",\"expires_in\":3599}",
            })
    void getAuthenticationResult_ofATokenThatIsNone_failsAndDoesNotAskForEachCall(String body) throws Exception {
        String answer = "HTTP/1.1 200 OK\r\nContent-Length: " + body.length() + "\r\n\r\n" + body;
        try (FaultyServer server = new FaultyServer(connection -> connection.sends(answer))) {
            AzureServiceTokenProvider provider = AzureServiceTokenProvider.builder()
                    .connectionString("RunAs=App")
                    .environment(Map.of("AZURE_POD_IDENTITY_AUTHORITY_HOST", server.url()))
                    .build();
            long start = System.nanoTime();
            for (int i = 0; i < CALLS; i++) {
                TokenAcquisitionException failure = catchThrowableOfType(
                        TokenAcquisitionException.class,
                        () -> provider.getAuthenticationResult("https://storage.azure.com/"));

                assertThat(failure.code()).isEqualTo(Code.INVALID_RESPONSE);
                assertThat(failure.getMessage()).doesNotContain("s3cr3t");
            }
            long seconds = (System.nanoTime() - start) / 1_000_000_000L;

            // A failure is remembered for a second.
            assertThat(server.connections()).isLessThanOrEqualTo((int) seconds + 2);
        }
    }
}
