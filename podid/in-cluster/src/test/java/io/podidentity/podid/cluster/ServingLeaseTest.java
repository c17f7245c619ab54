// SPDX-License-Identifier: Apache-2.0
package io.podidentity.podid.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.fabric8.kubernetes.api.model.coordination.v1.LeaseSpec;
import io.fabric8.kubernetes.client.KubernetesClientException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Two pods, one API server, and a clock that the test moves. */
class ServingLeaseTest {

    private final ApiServerOfTest cluster = new ApiServerOfTest();
    private final TestClock clock = new TestClock();
    private final ServingLease first = lease("podid-1");
    private final ServingLease second = lease("podid-2");

    private static final class TestClock extends Clock {

        private static final Instant START = Instant.parse("2026-01-01T00:00:00Z");

        private Instant now = START;
        private Runnable then = () -> {};

        void advance(Duration time) {
            now = now.plus(time);
            then.run();
        }

        @Override
        public Instant instant() {
            return now;
        }

        @Override
        public ZoneId getZone() {
            return ZoneOffset.UTC;
        }

        @Override
        public Clock withZone(ZoneId zone) {
            return this;
        }
    }

    private ServingLease lease(String pod) {
        return new ServingLease(cluster.client(), pod, clock, clock::advance);
    }

    @AfterEach
    void close() {
        cluster.close();
    }

    private LeaseSpec spec() {
        return cluster.client().leases().withName("emulated-azure").get().getSpec();
    }

    @Test
    void take_ofAFreeLease_namesThisPod() {
        assertThat(first.take()).isEmpty();

        assertThat(spec().getHolderIdentity()).isEqualTo("podid-1");
        assertThat(spec().getLeaseDurationSeconds()).isEqualTo(15);
        assertThat(spec().getAcquireTime()).isEqualTo(spec().getRenewTime()).isNotNull();
    }

    @Test
    void take_whileTheHolderRenews_namesTheHolder() {
        first.take();

        for (int i = 0; i < 20; i++) {
            clock.advance(ServingLease.INTERVAL);
            assertThat(first.take()).isEmpty();
            assertThat(second.take()).contains("podid-1");
        }
    }

    @Test
    void take_afterTheHolderWasSilentForItsLife_takesOver() {
        first.take();
        second.take();

        clock.advance(ServingLease.LIFE.minusSeconds(1));
        assertThat(second.take()).contains("podid-1");
        clock.advance(Duration.ofSeconds(1));

        assertThat(second.take()).isEmpty();
        assertThat(spec().getLeaseTransitions()).isEqualTo(1);
        assertThat(first.take()).contains("podid-2");
    }

    /** The holder's clock may be an hour behind. */
    @Test
    void take_ofALeaseThatWasNotSeenYet_waitsForItsLife() {
        first.take();
        clock.advance(Duration.ofHours(1));

        assertThat(second.take()).contains("podid-1");
    }

    @Test
    void take_afterTheApiServerDidNotAnswer_givesTheHolderTimeToRenew() {
        first.take();
        second.take();
        cluster.setUp(false);
        clock.advance(Duration.ofMinutes(1));
        assertThatThrownBy(second::take).isInstanceOf(KubernetesClientException.class);
        cluster.setUp(true);

        assertThat(second.take()).contains("podid-1");
        clock.advance(ServingLease.INTERVAL);
        assertThat(first.take()).isEmpty();
        clock.advance(ServingLease.INTERVAL.multipliedBy(2));
        assertThat(second.take()).contains("podid-1");
    }

    @Test
    void take_afterTheHolderGaveItBack_takesOverAtOnce() {
        first.take();
        assertThat(second.take()).contains("podid-1");

        second.giveBack();
        assertThat(second.take()).contains("podid-1");
        first.giveBack();

        assertThat(second.take()).isEmpty();
    }

    @Test
    void take_inAProcessThatStartsAgainInTheSamePod_takesItAtOnce() {
        first.take();

        assertThat(lease("podid-1").take()).isEmpty();
    }

    @Test
    void take_ofALeaseThatSomebodyDeleted_makesItAgain() {
        first.take();
        cluster.client().leases().withName("emulated-azure").delete();

        assertThat(first.take()).isEmpty();
        assertThat(spec().getHolderIdentity()).isEqualTo("podid-1");
    }

    @Test
    void await_behindAnotherPod_saysSoOnceAndReturnsWhenThatOneHasGone() throws Exception {
        var log = new ArrayList<String>();
        assertThat(first.await(log::add)).isFalse();

        assertThat(second.await(log::add)).isTrue();

        assertThat(clock.now).isEqualTo(TestClock.START.plus(ServingLease.LIFE));
        assertThat(log).hasSize(2);
        assertThat(log.get(0)).contains("pod podid-1 serves this cluster");
        assertThat(spec().getHolderIdentity()).isEqualTo("podid-2");
    }

    /** The first process of a cluster ends if the API server refuses, as it does at each other request. */
    @Test
    void await_whileTheApiServerDoesNotAnswer_waitsOnlyBehindAnotherPod() throws Exception {
        var log = new ArrayList<String>();
        cluster.setUp(false);
        assertThatThrownBy(() -> second.await(log::add)).isInstanceOf(KubernetesClientException.class);
        cluster.setUp(true);
        first.take();
        clock.then = () -> cluster.setUp(clock.now.isAfter(TestClock.START.plusSeconds(60)));

        assertThat(second.await(log::add)).isTrue();

        assertThat(clock.now).isAfter(TestClock.START.plusSeconds(70));
    }

    @Test
    void take_ofManyPodsAtOnce_isOnesAlone() throws Exception {
        first.take();
        List<ServingLease> waiting =
                List.of(lease("a"), lease("b"), lease("c"), lease("d"), lease("e"), lease("f"), lease("g"), lease("h"));
        waiting.forEach(ServingLease::take);
        clock.advance(ServingLease.LIFE);
        List<Callable<Optional<String>>> takes = waiting.stream()
                .<Callable<Optional<String>>>map(lease -> lease::take)
                .toList();

        ExecutorService pods = Executors.newFixedThreadPool(waiting.size());
        try {
            int holders = 0;
            for (Future<Optional<String>> taken : pods.invokeAll(takes)) {
                holders += taken.get().isEmpty() ? 1 : 0;
            }
            assertThat(holders).isEqualTo(1);
        } finally {
            pods.shutdownNow();
        }
    }
}
