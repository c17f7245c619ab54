// SPDX-License-Identifier: Apache-2.0
package io.podidentity.emulator.workload;

import io.podidentity.emulator.PodIdentityEmulator;
import io.podidentity.emulator.cases.RawAnswer;
import io.podidentity.emulator.cases.Recorded;
import io.podidentity.emulator.cases.RecordedCases;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.time.Duration;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;

/** What the real proxy of azure-workload-identity 1.6.0 answered. */
public class RecordedProxyCasesTest extends RecordedCases {

    private static PodIdentityEmulator emulator;

    public RecordedProxyCasesTest() {
        super("proxy");
    }

    @BeforeAll
    static void start() {
        emulator = RecordedWorkloads.start();
    }

    @AfterAll
    static void end() {
        emulator.close();
    }

    @Override
    protected RawAnswer answer(Recorded test) throws IOException {
        URI proxy = emulator.pod(test.text("pod", "")).imds();
        return RawAnswer.ask(
                        InetAddress.getLoopbackAddress(),
                        new InetSocketAddress(proxy.getHost(), proxy.getPort()),
                        test.request(),
                        Duration.ofSeconds(30))
                .masked();
    }
}
