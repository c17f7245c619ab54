// SPDX-License-Identifier: Apache-2.0
package io.podidentity.emulator;

import static org.assertj.core.api.Assertions.assertThat;

import io.podidentity.testsupport.Client;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

class PodIdentityEmulatorTest {

    @Test
    void start_withDefaults_servesOnLoopbackOnly() {
        try (PodIdentityEmulator azure = PodIdentityEmulator.start()) {
            assertThat(azure.imds().toString()).matches("http://127\\.0\\.0\\.1:\\d+");
            assertThat(azure.entra().toString()).matches("https://localhost:\\d+");
            assertThat(azure.storage().toString()).matches("https://127\\.0\\.0\\.1:\\d+/devstoreaccount1");
            assertThat(azure.environment())
                    .containsExactly(java.util.Map.entry(
                            "AZURE_POD_IDENTITY_AUTHORITY_HOST", azure.imds().toString()));
        }
    }

    @Test
    void close_afterUse_removesTheCertificateFiles() {
        Path pem;
        Path trustStore;
        try (PodIdentityEmulator azure = PodIdentityEmulator.start()) {
            pem = azure.certificateAuthority();
            trustStore = azure.trustStore();
            assertThat(pem).content().startsWith("-----BEGIN CERTIFICATE-----\n");
            assertThat(trustStore).isNotEmptyFile();
        }
        assertThat(pem).doesNotExist();
        assertThat(trustStore).doesNotExist();
        assertThat(pem.getParent()).doesNotExist();
    }

    @Test
    void imds_withMetadataHeader_givesATokenInStrings() throws Exception {
        try (PodIdentityEmulator azure = PodIdentityEmulator.start()) {
            var client = Client.of(azure.sslContext());
            var answer = client.get(
                    azure.imds()
                            + "/metadata/identity/oauth2/token?api-version=2018-02-01&resource=https%3A%2F%2Fstorage.azure.com%2F",
                    "Metadata",
                    "true");
            assertThat(answer.statusCode()).isEqualTo(200);
            assertThat(Client.json(answer))
                    .containsEntry("token_type", "Bearer")
                    .containsEntry("resource", "https://storage.azure.com/")
                    .containsEntry("expires_in", "86400")
                    .containsEntry("client_id", azure.identities().get(0).clientId());
        }
    }
}
