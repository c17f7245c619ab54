// SPDX-License-Identifier: Apache-2.0
package io.podidentity.emulator.junit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import io.podidentity.emulator.PodIdentityEmulator;
import io.podidentity.emulator.cluster.Profile;
import io.podidentity.emulator.run.EmulatedPod;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

class EmulatorExtensionTest {

    private static Path certificateOfLast;

    @RegisterExtension
    final EmulatorExtension azure = new EmulatorExtension(PodIdentityEmulator.builder()
            .manifests(Path.of("src/test/resources/manifests/managed-identity.yaml"))
            .profile(Profile.V1_8_17));

    @Test
    void parameter_ofATest_isTheEmulatorOfTheField(PodIdentityEmulator emulator) {
        assertThat(emulator).isSameAs(azure.emulator());
        assertThat(emulator.pod("app").environment()).containsEntry("GREETING", "hello");
        certificateOfLast = emulator.certificateAuthority();
        assertThat(certificateOfLast).exists();
    }

    @Test
    void parameter_inAPod_isThatPod(@InPod("default/app") EmulatedPod pod) {
        assertThat(pod).isEqualTo(azure.emulator().pod("app"));
        certificateOfLast = azure.emulator().certificateAuthority();
    }

    @AfterAll
    static void close_afterTheTest_hasBeenDone() {
        assertThat(Files.exists(certificateOfLast)).isFalse();
    }

    @Test
    void emulator_outsideOfATest_isNotThere() {
        assertThatIllegalStateException()
                .isThrownBy(new EmulatorExtension()::emulator)
                .withMessage("No test is running: the emulator starts before each test");
        certificateOfLast = azure.emulator().certificateAuthority();
    }
}
