package io.podidentity.podid.cluster;

import io.fabric8.kubernetes.api.model.Event;
import io.fabric8.kubernetes.api.model.EventBuilder;
import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.fabric8.kubernetes.api.model.GenericKubernetesResourceBuilder;
import io.fabric8.kubernetes.api.model.ObjectMetaBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.dsl.Resource;
import io.podidentity.emulator.cluster.AzureAssignedIdentity;
import io.podidentity.emulator.cluster.ObjectName;
import io.podidentity.emulator.cluster.Pod;
import io.podidentity.emulator.mic.Mic;
import io.podidentity.emulator.plan.ActualCluster;
import java.net.HttpURLConnection;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * Writes what MIC decides into the cluster, as MIC does: the same names, labels, copies and events. What the API server
 * does not answer is tried until it does. Thread-safe.
 */
record MicInCluster(KubernetesClient client, PodIdentityObjects objects, Consumer<String> log)
        implements ActualCluster {

    private static final String COMPONENT = PodIdentityObjects.GROUP;
    private static final String API_VERSION = PodIdentityObjects.GROUP + "/" + PodIdentityObjects.VERSION;

    @Override
    public List<Pod> podsAt(String ip) {
        return objects.podsAt(ip);
    }

    @Override
    public boolean put(AzureAssignedIdentity assigned) {
        return isDone(assigned, () -> apply(assigned, List.of(Mic.FINALIZER)));
    }

    @Override
    public boolean remove(AzureAssignedIdentity assigned) {
        return isDone(assigned, () -> {
            apply(assigned, List.of());
            var unused = resource(assigned, List.of()).delete();
        });
    }

    private boolean isDone(AzureAssignedIdentity assigned, Runnable request) {
        while (!Thread.currentThread().isInterrupted()) {
            try {
                request.run();
                return true;
            } catch (KubernetesClientException e) {
                log.accept(
                        "cannot write " + PodIdentityObjects.ASSIGNED + " " + assigned.name() + ": " + e.getMessage());
                if (e.getCode() >= HttpURLConnection.HTTP_BAD_REQUEST
                        && e.getCode() < HttpURLConnection.HTTP_INTERNAL_ERROR) {
                    return false;
                }
                // The client itself has waited between its own attempts.
            }
        }
        return false;
    }

    private void apply(AzureAssignedIdentity assigned, List<String> finalizers) {
        resource(assigned, finalizers).fieldManager("podid").forceConflicts().serverSideApply();
    }

    /** Of a kind that is named, so that the client does not ask for all that there are. */
    private Resource<GenericKubernetesResource> resource(AzureAssignedIdentity assigned, List<String> finalizers) {
        return client.genericKubernetesResources(PodIdentityObjects.assigned())
                .inNamespace(assigned.name().namespace())
                .resource(object(assigned, finalizers));
    }

    private GenericKubernetesResource object(AzureAssignedIdentity assigned, List<String> finalizers) {
        var spec = new LinkedHashMap<String, Object>();
        objects.identity(assigned.identity().name()).ifPresent(copy -> spec.put("azureIdentityRef", copy));
        objects.binding(assigned.binding().name()).ifPresent(copy -> spec.put("azureBindingRef", copy));
        spec.put("nodename", assigned.nodeName());
        spec.put("pod", assigned.pod().name());
        spec.put("podNamespace", assigned.pod().namespace());
        return new GenericKubernetesResourceBuilder()
                .withApiVersion(API_VERSION)
                .withKind(PodIdentityObjects.ASSIGNED)
                .withMetadata(new ObjectMetaBuilder()
                        .withName(assigned.name().name())
                        .withNamespace(assigned.name().namespace())
                        .withLabels(assigned.metadata().labels())
                        .withFinalizers(finalizers)
                        .build())
                .addToAdditionalProperties("spec", spec)
                .addToAdditionalProperties(
                        "status",
                        Map.of(
                                "availableReplicas",
                                1,
                                "status",
                                assigned.state().text()))
                .build();
    }

    @Override
    public void record(io.podidentity.emulator.mic.Event event) {
        ObjectName binding = event.object();
        try {
            client.resource(event(event, objects.binding(binding))).create();
        } catch (KubernetesClientException e) {
            log.accept("cannot record the event of " + binding + ": " + e.getMessage());
        }
    }

    private static Event event(io.podidentity.emulator.mic.Event event, Optional<GenericKubernetesResource> binding) {
        ObjectName name = event.object();
        Instant now = Instant.now();
        return new EventBuilder()
                .withNewMetadata()
                .withNamespace(name.namespace())
                .withName(name.name() + "." + Long.toHexString(now.getEpochSecond() * 1_000_000_000 + now.getNano()))
                .endMetadata()
                .withNewInvolvedObject()
                .withApiVersion(API_VERSION)
                // With the version in it, as MIC does.
                .withKind(PodIdentityObjects.VERSION + ".AzureIdentityBinding")
                .withNamespace(name.namespace())
                .withName(name.name())
                .withUid(binding.map(one -> one.getMetadata().getUid()).orElse(null))
                .endInvolvedObject()
                .withType(event.warning() ? "Warning" : "Normal")
                .withReason(event.reason())
                .withMessage(event.message())
                .withFirstTimestamp(now.toString())
                .withLastTimestamp(now.toString())
                .withCount(1)
                .withNewSource()
                .withComponent(COMPONENT)
                .endSource()
                .withReportingComponent(COMPONENT)
                .build();
    }
}
