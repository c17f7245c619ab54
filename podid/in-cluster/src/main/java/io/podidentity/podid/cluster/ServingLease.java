// SPDX-License-Identifier: Apache-2.0
package io.podidentity.podid.cluster;

import io.fabric8.kubernetes.api.model.coordination.v1.Lease;
import io.fabric8.kubernetes.api.model.coordination.v1.LeaseBuilder;
import io.fabric8.kubernetes.api.model.coordination.v1.LeaseSpec;
import io.fabric8.kubernetes.api.model.coordination.v1.LeaseSpecBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.dsl.Resource;
import java.net.HttpURLConnection;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * The Lease that says which pod of podid serves the cluster, since no process knows what another one has issued. The
 * pod that holds the Lease renews it. Another pod takes it when its holder has given it back, or has not renewed it for
 * {@link #LIFE}.
 *
 * <p>The clocks of two pods differ. So a pod counts from the moment at which it saw a renewal itself, and begins anew
 * when the API server has not answered: after an outage the holder has time to renew.
 *
 * <p>Thread-safety: safe.
 *
 * @see <a href="https://kubernetes.io/docs/concepts/architecture/leases/">Leases</a>
 */
final class ServingLease {

    /** Between two renewals, and between two looks at the Lease that another pod holds. */
    static final Duration INTERVAL = Duration.ofSeconds(5);

    /** If a holder has not renewed the Lease for so long, it has gone. */
    static final Duration LIFE = INTERVAL.multipliedBy(3);

    private static final String NOBODY = "";

    private final KubernetesClient client;
    private final String pod;
    private final Clock clock;
    private final Pause pause;

    // @GuardedBy("this")
    private Optional<Sighting> sighting = Optional.empty();

    /** Lets time go by. */
    interface Pause {

        void pause(Duration time) throws InterruptedException;
    }

    /** A renewal of another pod, and when this process saw it first. */
    private record Sighting(LeaseSpec renewal, Instant since) {

        boolean isOf(LeaseSpec spec) {
            return renewal.getHolderIdentity().equals(spec.getHolderIdentity())
                    && Objects.equals(renewal.getRenewTime(), spec.getRenewTime());
        }
    }

    /**
     * @param client which does not repeat a request itself
     * @param pod the name of this pod; a process that starts again in the same pod has the same name
     */
    ServingLease(KubernetesClient client, String pod, Clock clock, Pause pause) {
        this.client = client;
        this.pod = pod;
        this.clock = clock;
        this.pause = pause;
    }

    /**
     * Returns when this pod holds the Lease. If another pod holds it, the log says so once, and this pod waits until
     * the other one has gone.
     *
     * @return whether this pod had to wait
     * @throws KubernetesClientException if the API server does not answer the first question, or refuses
     */
    boolean await(Consumer<String> log) throws InterruptedException {
        Optional<String> other = take();
        if (other.isEmpty()) {
            return false;
        }
        log.accept("pod " + other.get()
                + " serves this cluster, and one pod does so at a time: this pod waits until that" + " one has gone");
        while (isHeldByAnother()) {
            pause.pause(INTERVAL);
        }
        log.accept("this pod serves the cluster now");
        return true;
    }

    private boolean isHeldByAnother() {
        try {
            return take().isPresent();
        } catch (KubernetesClientException noAnswer) {
            return true;
        }
    }

    /**
     * Takes the Lease if no other pod holds it, and renews it if this pod holds it.
     *
     * @return the other pod that holds it; empty if this pod holds it now
     * @throws KubernetesClientException if the API server did not answer, or refused
     */
    synchronized Optional<String> take() {
        try {
            Lease there = lease().get();
            if (there == null) {
                client.resource(first()).create();
                return Optional.empty();
            }
            Optional<String> other = otherHolder(there.getSpec());
            if (other.isEmpty()) {
                replace(there, pod);
            }
            return other;
        } catch (KubernetesClientException e) {
            sighting = Optional.empty();
            if (e.getCode() == HttpURLConnection.HTTP_CONFLICT) {
                // Somebody wrote at the same moment.
                return take();
            }
            throw e;
        }
    }

    /** Lets the next pod serve at once; does nothing if this pod does not hold the Lease. */
    synchronized void giveBack() {
        try {
            Lease there = lease().get();
            if (there != null && pod.equals(there.getSpec().getHolderIdentity())) {
                replace(there, NOBODY);
            }
        } catch (KubernetesClientException rightIsGone) {
            // It is deleted with all else, or ends by itself.
        }
    }

    private Resource<Lease> lease() {
        return client.leases().withName(KubernetesCluster.NAME);
    }

    /** Empty if nobody holds it, or this pod, or one that has gone. */
    private Optional<String> otherHolder(LeaseSpec spec) {
        String holder = spec.getHolderIdentity();
        if (holder == null || holder.equals(NOBODY) || holder.equals(pod)) {
            return Optional.empty();
        }
        Instant now = clock.instant();
        Sighting seen = sighting.filter(before -> before.isOf(spec)).orElse(new Sighting(spec, now));
        sighting = Optional.of(seen);
        boolean hasGone = !now.isBefore(seen.since().plus(LIFE));
        return hasGone ? Optional.empty() : Optional.of(holder);
    }

    private Lease first() {
        return new LeaseBuilder()
                .withNewMetadata()
                .withName(KubernetesCluster.NAME)
                .endMetadata()
                .withSpec(renewed(new LeaseSpecBuilder(), pod)
                        .withAcquireTime(now())
                        .build())
                .build();
    }

    /** Refused with a conflict if somebody has written since it was read. */
    private void replace(Lease there, String holder) {
        LeaseSpec before = there.getSpec();
        LeaseSpecBuilder spec = renewed(new LeaseSpecBuilder(before), holder);
        if (!holder.equals(before.getHolderIdentity())) {
            int transitions = before.getLeaseTransitions() == null ? 0 : before.getLeaseTransitions();
            spec.withAcquireTime(now()).withLeaseTransitions(transitions + 1);
        }
        client.resource(new LeaseBuilder(there).withSpec(spec.build()).build())
                .lockResourceVersion(there.getMetadata().getResourceVersion())
                .update();
    }

    private LeaseSpecBuilder renewed(LeaseSpecBuilder spec, String holder) {
        return spec.withHolderIdentity(holder)
                .withLeaseDurationSeconds((int) LIFE.toSeconds())
                .withRenewTime(now());
    }

    private ZonedDateTime now() {
        return clock.instant().atZone(ZoneOffset.UTC);
    }
}
