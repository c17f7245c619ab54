// SPDX-License-Identifier: Apache-2.0
package io.podidentity.tokenprovider.spring.test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.platform.engine.discovery.DiscoverySelectors.selectClass;

import io.podidentity.emulator.PodIdentityEmulator;
import io.podidentity.emulator.fault.Fault;
import io.podidentity.tokenprovider.AzureServiceTokenProvider;
import io.podidentity.tokenprovider.TokenAcquisitionException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.platform.launcher.core.LauncherDiscoveryRequestBuilder;
import org.junit.platform.launcher.core.LauncherFactory;
import org.junit.platform.launcher.listeners.SummaryGeneratingListener;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.context.SpringBootTest;

/** Test classes that JUnit may run in parallel, and that share an application and its Azure. */
class ParallelTest {

    @Test
    void classes_thatShareAnAzure_doNotClearTheFaultsOfEachOther() {
        var summary = new SummaryGeneratingListener();
        LauncherFactory.create()
                .execute(
                        LauncherDiscoveryRequestBuilder.request()
                                .selectors(selectClass(OneTrial.class), selectClass(OtherTrial.class))
                                .configurationParameter("junit.jupiter.execution.parallel.enabled", "true")
                                .configurationParameter("junit.jupiter.execution.parallel.mode.default", "concurrent")
                                .configurationParameter("junit.jupiter.execution.parallel.config.strategy", "fixed")
                                .configurationParameter(
                                        "junit.jupiter.execution.parallel.config.fixed.parallelism", "4")
                                .build(),
                        summary);

        assertThat(summary.getSummary().getFailures())
                .as("failures")
                .extracting(failure -> failure.getException().toString())
                .isEmpty();
        assertThat(summary.getSummary().getTestsSucceededCount()).isEqualTo(4);
    }

    @SpringBootTest(classes = EmulatedAzureTest.Application.class, properties = "token-provider.deadline=500ms")
    @EmulatedAzure
    abstract static class Trial {
        private static final CountDownLatch OTHERS = new CountDownLatch(2);

        @Autowired
        private PodIdentityEmulator azure;

        @Autowired
        private AzureServiceTokenProvider provider;

        @Test
        void fault_whileOthersRun_stands() throws InterruptedException {
            azure.faults().imds(Fault.status(403).standing());

            assertFailsWhenOthersHaveBegun("403");
        }

        @Test
        void anotherFault_whileOthersRun_stands() throws InterruptedException {
            azure.faults().imds(Fault.status(400).standing());

            assertFailsWhenOthersHaveBegun("400");
        }

        /** Nobody else begins if all goes well. */
        private void assertFailsWhenOthersHaveBegun(String status) throws InterruptedException {
            OTHERS.countDown();
            boolean areThere = OTHERS.await(1, TimeUnit.SECONDS);
            provider.invalidate();

            assertThatThrownBy(() -> provider.getAccessToken("https://vault.azure.net"))
                    .as("others have begun: " + areThere)
                    .isInstanceOf(TokenAcquisitionException.class)
                    .hasMessageContaining("HTTP " + status);
        }
    }

    static class OneTrial extends Trial {}

    static class OtherTrial extends Trial {}
}
