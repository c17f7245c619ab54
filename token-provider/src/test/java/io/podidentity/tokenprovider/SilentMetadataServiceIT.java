// SPDX-License-Identifier: Apache-2.0
package io.podidentity.tokenprovider;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.podidentity.tokenprovider.TokenAcquisitionException.Code;
import io.podidentity.tokenprovider.support.FaultyServer;
import io.podidentity.tokenprovider.support.RecordedLog;
import io.podidentity.tokenprovider.support.ToolFolder;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.logging.Level;
import java.util.logging.LogRecord;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A metadata service that is announced and accepts connections, and says nothing. */
@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class SilentMetadataServiceIT {
    private static final TokenRequest REQUEST =
            TokenRequest.forResource("https://storage.azure.com/").withForceRefresh(true);
    private static final String TOKEN = "{\"access_token\":\"managed\",\"expires_on\":\"4102444800\"}";

    private final CountDownLatch pause = new CountDownLatch(1);

    @TempDir
    private Path folder;

    private final AtomicBoolean silent = new AtomicBoolean(true);

    @Test
    void getAccessToken_whereNobodyElseHasOne_failsForNowOnly() throws Exception {
        try (FaultyServer imds = new FaultyServer(this::answer)) {
            AzureServiceTokenProvider provider = provider(imds);

            TokenAcquisitionException failure = catchThrowableOfType(
                    TokenAcquisitionException.class, () -> provider.getAuthenticationResult(REQUEST));

            assertThat(failure.code()).isEqualTo(Code.SERVICE_UNAVAILABLE);
            assertThat(failure.isTransient()).isTrue();
            assertThat(failure.getMessage()).contains("IMDS: unavailable", "no answer from " + imds.url() + " within");

            silent.set(false);
            assertThat(provider.getAuthenticationResult(REQUEST).source()).isEqualTo("IMDS");
            silent.set(true);
            // Known from its answer before, so its silence is no absence, and nobody else is asked.
            TokenAcquisitionException later = catchThrowableOfType(
                    TokenAcquisitionException.class, () -> provider.getAuthenticationResult(REQUEST));
            assertThat(later.code()).isEqualTo(Code.SERVICE_UNAVAILABLE);
        }
    }

    @Test
    void getAccessToken_whereAPersonIsLoggedIn_isTheirsOnlyUntilItAnswers() throws Exception {
        new ToolFolder(folder)
                .install(
                        "az",
                        "echo '{\"accessToken\":\"personal\",\"expires_on\":4102444800,\"tokenType\":\"Bearer\"}'\n");
        try (FaultyServer imds = new FaultyServer(this::answer)) {
            AzureServiceTokenProvider provider = provider(imds);

            assertThat(provider.getAuthenticationResult(REQUEST).value()).isEqualTo("personal");
            silent.set(false);

            assertThat(provider.getAuthenticationResult(REQUEST).value()).isEqualTo("managed");
        }
    }

    @Test
    void getAccessToken_whereAPersonStandsIn_isLoggedOnceAndTheMetadataServicesWithinSecondsOfItsReturn()
            throws Exception {
        new ToolFolder(folder)
                .install(
                        "az",
                        "echo '{\"accessToken\":\"personal\",\"expires_on\":4102444800,\"tokenType\":\"Bearer\"}'\n");
        RecordedLog log = new RecordedLog("io.podidentity.tokenprovider");
        try (FaultyServer imds = new FaultyServer(this::answer)) {
            AzureServiceTokenProvider provider = provider(imds);
            TokenRequest plain = REQUEST.withForceRefresh(false);
            assertThat(provider.getAuthenticationResult(plain).value()).isEqualTo("personal");
            silent.set(false);

            String value = "personal";
            for (int i = 0; i < 400 && value.equals("personal"); i++) {
                pause.await(100, TimeUnit.MILLISECONDS);
                value = provider.getAuthenticationResult(plain).value();
            }

            assertThat(value).isEqualTo("managed");
            assertThat(log.lines())
                    .filteredOn(record -> record.getLevel().equals(Level.WARNING))
                    .extracting(LogRecord::getMessage)
                    .singleElement()
                    .asString()
                    .startsWith(
                            "Azure CLI stands in for IMDS, which is asked again in 5 s and has no token now: no answer");
        } finally {
            log.close();
        }
    }

    /** A developer's virtual machine: its metadata service answers, and has no identity to give. */
    @Test
    void getAccessToken_whereTheMetadataServiceHasNoIdentity_pinsNobody() throws Exception {
        new ToolFolder(folder)
                .install(
                        "az",
                        "echo '{\"accessToken\":\"personal\",\"expires_on\":4102444800,\"tokenType\":\"Bearer\"}'\n");
        AtomicBoolean assigned = new AtomicBoolean();
        String none = "{\"error\":\"invalid_request\",\"error_description\":\"Identity not found\"}";
        try (FaultyServer imds = new FaultyServer(connection -> connection.sends(
                (assigned.get() ? "HTTP/1.1 200 OK" : "HTTP/1.1 400 Bad Request") + "\r\nContent-Length: "
                        + (assigned.get() ? TOKEN : none).length() + "\r\n\r\n" + (assigned.get() ? TOKEN : none)))) {
            AzureServiceTokenProvider provider = provider(imds);
            assertThat(provider.getAuthenticationResult(REQUEST).value()).isEqualTo("personal");
            assigned.set(true);

            assertThat(provider.getAuthenticationResult(REQUEST).value()).isEqualTo("managed");
        }
    }

    private AzureServiceTokenProvider provider(FaultyServer imds) {
        Map<String, String> variables =
                Map.of("AZURE_POD_IDENTITY_AUTHORITY_HOST", imds.url(), "PATH", folder.toString());
        return AzureServiceTokenProvider.builder()
                .environment(variables)
                .deadline(Duration.ofSeconds(3))
                .build();
    }

    private void answer(FaultyServer.Connection connection) throws java.io.IOException, InterruptedException {
        if (silent.get()) {
            connection.isSilent();
        }
        connection.sends("HTTP/1.1 200 OK\r\nContent-Length: " + TOKEN.length() + "\r\n\r\n" + TOKEN);
    }
}
