// SPDX-License-Identifier: Apache-2.0
package io.podidentity.emulator.cases;

import io.podidentity.emulator.cluster.AzureAssignedIdentity;
import io.podidentity.emulator.cluster.AzureIdentity;
import io.podidentity.emulator.cluster.AzureIdentityBinding;
import io.podidentity.emulator.cluster.Cluster;
import io.podidentity.emulator.cluster.KubernetesObject;
import io.podidentity.emulator.cluster.LiveCluster;
import io.podidentity.emulator.cluster.Metadata;
import io.podidentity.emulator.cluster.ObjectName;
import io.podidentity.emulator.cluster.Pod;
import io.podidentity.emulator.cluster.PodSpec;
import io.podidentity.emulator.cluster.Position;
import io.podidentity.emulator.cluster.Profile;
import io.podidentity.emulator.match.MatchRules;
import io.podidentity.emulator.mic.Event;
import io.podidentity.emulator.mic.Mic;
import io.podidentity.emulator.mic.VirtualMachines;
import io.podidentity.emulator.time.SkippingClock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** MIC and what it looks at, on a clock that skips all waits. */
public final class MicWorld {

    public final SkippingClock clock = new SkippingClock(Instant.EPOCH);
    public final VirtualMachines machines = new VirtualMachines(clock);
    public final List<String> log = new ArrayList<>();
    public final List<Event> events = new ArrayList<>();
    private final LiveCluster cluster = new LiveCluster(Cluster.EMPTY);
    private final Mic mic;

    public MicWorld(Profile profile, boolean forceNamespaced) {
        var rules = new MatchRules(profile, forceNamespaced, "default");
        this.mic = new Mic(cluster, rules, machines, clock, log::add, events::add);
    }

    public void apply(KubernetesObject... objects) {
        cluster.change(now -> now.with(List.of(objects)));
    }

    public void delete(KubernetesObject object) {
        cluster.change(now -> now.without(object));
    }

    public boolean cycle() {
        try {
            return mic.cycle();
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    public void reconcile() {
        try {
            mic.reconcile();
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    public List<KubernetesObject> objects() {
        return cluster.now().all();
    }

    public List<AzureAssignedIdentity> assigned() {
        return cluster.now().all(AzureAssignedIdentity.class);
    }

    public AzureAssignedIdentity assigned(String name) {
        return assigned().stream()
                .filter(one -> one.name().name().equals(name))
                .findFirst()
                .orElseThrow(() -> new AssertionError("There is no " + name + " among " + assigned()));
    }

    public static String resourceId(String name) {
        return "/subscriptions/s/resourcegroups/rg/providers/Microsoft.ManagedIdentity/userAssignedIdentities/" + name;
    }

    public static AzureIdentity identity(String namespace, String name) {
        return AzureIdentity.managed(Metadata.of(namespace, name), resourceId(name), "client-of-" + name);
    }

    public static AzureIdentityBinding binding(String namespace, String name, String identity, String selector) {
        return new AzureIdentityBinding(Metadata.of(namespace, name), identity, selector);
    }

    /** Of an object that was changed. */
    public static Metadata metadata(String namespace, String name, Map<String, String> annotations, String version) {
        return new Metadata(new ObjectName(namespace, name), Map.of(), annotations, version, Position.NOWHERE);
    }

    public static Pod pod(String namespace, String name, String label, String node) {
        Pod pod = Pod.of(namespace, name, Map.of(Pod.BINDING_LABEL, label));
        var spec = new PodSpec("", false, node, List.of(), List.of(), List.of());
        return new Pod(pod.metadata(), spec, pod.owners(), pod.phase());
    }
}
