// SPDX-License-Identifier: Apache-2.0
package io.podidentity.emulator.junit;

import static org.assertj.core.api.Assertions.assertThat;

import io.podidentity.emulator.PodIdentityEmulator;
import io.podidentity.emulator.fault.Fault;
import io.podidentity.testsupport.Client;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.extension.RegisterExtension;

/** One emulator for all tests of a class. */
class EmulatorForTheClassTest {

    @RegisterExtension
    static final EmulatorExtension AZURE = new EmulatorExtension(PodIdentityEmulator.builder()).forTheClass();

    private static PodIdentityEmulator first;

    @BeforeAll
    static void start(PodIdentityEmulator azure) {
        first = azure;
    }

    @RepeatedTest(2)
    void emulator_inEachTest_isTheSameWithoutTheFaultsOfTheOneBefore(PodIdentityEmulator azure) throws Exception {
        assertThat(azure).isSameAs(first).isSameAs(AZURE.emulator());
        assertThat(Client.of(azure.sslContext())
                        .get(azure.imds() + "/metadata/instance?api-version=2021-02-01")
                        .statusCode())
                .as("without the header that is needed")
                .isEqualTo(400);

        azure.faults().imds(Fault.status(503).standing());
    }
}
