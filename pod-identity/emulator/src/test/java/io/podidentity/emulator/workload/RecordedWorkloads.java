// SPDX-License-Identifier: Apache-2.0
package io.podidentity.emulator.workload;

import io.podidentity.emulator.PodIdentityEmulator;
import io.podidentity.emulator.cluster.Profile;
import io.podidentity.emulator.manifest.ManifestReader;
import io.podidentity.emulator.manifest.Manifests;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Objects;

/** The emulator with the pods and service accounts that the real webhook and proxy were asked about. */
final class RecordedWorkloads {

    static final String CLIENT_ID = "21111111-1111-4111-8111-111111111111";

    private RecordedWorkloads() {}

    static PodIdentityEmulator start() {
        return start(manifests());
    }

    static Manifests manifests() {
        String file = "/cases/real/webhook.yaml";
        try (InputStream in = RecordedWorkloads.class.getResourceAsStream(file)) {
            String text = new String(Objects.requireNonNull(in, file).readAllBytes(), StandardCharsets.UTF_8);
            return read(text);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static Manifests read(String text) {
        return new ManifestReader(Profile.WORKLOAD_IDENTITY).readText("webhook.yaml", text);
    }

    static PodIdentityEmulator start(String manifests) {
        return start(read(manifests));
    }

    private static PodIdentityEmulator start(Manifests manifests) {
        return PodIdentityEmulator.builder()
                .manifests(manifests)
                .profile(Profile.WORKLOAD_IDENTITY)
                .tenantId("10000000-0000-4000-8000-000000000001")
                .identityBinding(CLIENT_ID)
                // As in the recording, whose Entra ID knew every resource.
                .anyResource()
                .tokenLifetime(Duration.ofHours(1))
                .start();
    }
}
