// SPDX-License-Identifier: Apache-2.0
package io.podidentity.emulator.run;

import io.podidentity.emulator.adal.TokenServices;
import io.podidentity.emulator.azure.AzureOfManifests;
import io.podidentity.emulator.cluster.AzureAssignedIdentity;
import io.podidentity.emulator.cluster.Cluster;
import io.podidentity.emulator.cluster.LiveCluster;
import io.podidentity.emulator.cluster.ObjectName;
import io.podidentity.emulator.cluster.Pod;
import io.podidentity.emulator.directory.NodeIdentity;
import io.podidentity.emulator.fault.FaultPlan;
import io.podidentity.emulator.history.History;
import io.podidentity.emulator.history.LogLine;
import io.podidentity.emulator.mic.Event;
import io.podidentity.emulator.mic.Mic;
import io.podidentity.emulator.mic.VirtualMachines;
import io.podidentity.emulator.nmi.Nmi;
import io.podidentity.emulator.plan.Tenant;
import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The cluster's side of pod identity: the manifests as they change, MIC, NMI, and an NMI endpoint for each pod.
 *
 * <p>Thread-safety: safe. Lifecycle: running from {@link #start} until {@link #close}.
 */
final class PodIdentityCluster implements AutoCloseable {

    private final Tenant tenant;
    private final LiveCluster live;
    private final VirtualMachines machines;
    private final AzureOfManifests azure;
    private final History<LogLine> log;
    private final URI imds;
    private final PodAddresses addresses;
    private final @Nullable NmiServers nmi;
    private @Nullable MicLoop mic;

    PodIdentityCluster(
            Tenant tenant,
            TokenServices services,
            FaultPlan faults,
            Listeners listeners,
            History<LogLine> log,
            URI imds) {
        this.tenant = tenant;
        this.live = new LiveCluster(tenant.cluster(), tenant.actual().orElse(null));
        this.machines = new VirtualMachines(tenant.clusterClock());
        this.azure = new AzureOfManifests(
                tenant.directory(), tenant.profile(), tenant.everyoneReads(), tenant.trustsAnnotated(), machines);
        this.log = log;
        this.imds = imds;
        this.addresses = new PodAddresses(live, tenant.actual());
        this.nmi = tenant.profile().hasNmi()
                ? new NmiServers(
                        new Nmi(tenant.nmi(), addresses, services, tenant.clusterClock(), tenant.clock(), log("nmi")),
                        tenant.profile(),
                        addresses,
                        faults,
                        listeners,
                        log("podid"))
                : null;
    }

    /** @throws java.io.UncheckedIOException if no port can be had */
    void start() {
        tenant.problems().forEach(log("podid"));
        azure.provide(tenant.cluster());
        if (tenant.actual().isPresent()) {
            // Azure has kept what MIC had put there before it was started again.
            VirtualMachines.desired(tenant.cluster().all(AzureAssignedIdentity.class))
                    .forEach(machines::preset);
        }
        if (nmi != null) {
            nmi.serve(tenant.cluster().pods());
        }
        if (tenant.profile().hasMic()) {
            var clock = tenant.clusterClock();
            var controller = new Mic(live, tenant.nmi().rules(), machines, clock, log("mic"), this::logEvent);
            mic = MicLoop.start(controller, clock);
        }
    }

    private Consumer<String> log(String source) {
        return text -> log.add(new LogLine(source, text));
    }

    private void logEvent(Event event) {
        log("event")
                .accept((event.warning() ? "Warning" : "Normal") + "  " + event.reason() + "  " + event.object() + "  "
                        + event.message());
        tenant.actual().ifPresent(actual -> actual.record(event));
    }

    void apply(Cluster manifests) {
        azure.provide(manifests);
        if (nmi != null) {
            nmi.serve(manifests.pods());
        }
        live.apply(manifests);
        if (mic != null) {
            mic.look();
        }
    }

    Cluster now() {
        return live.now();
    }

    /** The identities of the node: those that the tenant was told of, and those that MIC has put there; live. */
    Iterable<NodeIdentity> node() {
        return () -> {
            var identities = new ArrayList<>(tenant.directory().node());
            identities.addAll(azure.onMachines(live.now(), machines));
            return identities.iterator();
        };
    }

    /** Empty if the profile has none. */
    Optional<NmiServers> nmi() {
        return Optional.ofNullable(nmi);
    }

    /** @param workloads the same pods as workload identity sees them, or none of them */
    List<EmulatedPod> pods(Map<ObjectName, EmulatedPod> workloads) {
        if (tenant.actual().isPresent()) {
            // Nobody has to play them.
            return List.of();
        }
        return live.now().pods().stream()
                .map(pod -> emulated(pod, workloads.get(pod.name())))
                .toList();
    }

    private EmulatedPod emulated(Pod pod, @Nullable EmulatedPod workload) {
        URI metadata = nmi().flatMap(servers -> servers.of(pod.name())).orElse(imds);
        var environment = new TreeMap<String, String>();
        pod.spec().containers().stream().findFirst().ifPresent(first -> environment.putAll(first.literals()));
        Optional<String> refusal = Optional.empty();
        if (workload != null) {
            environment.putAll(workload.environment());
            if (!workload.imds().equals(imds)) {
                metadata = workload.imds();
            }
            refusal = workload.refusal();
        }
        environment.put("AZURE_POD_IDENTITY_AUTHORITY_HOST", metadata.toString());
        return new EmulatedPod(pod.namespace(), pod.name().name(), metadata, environment, refusal);
    }

    @Override
    public void close() {
        if (mic != null) {
            mic.close();
        }
    }
}
