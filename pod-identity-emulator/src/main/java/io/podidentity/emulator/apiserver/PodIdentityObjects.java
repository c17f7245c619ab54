package io.podidentity.emulator.apiserver;

import io.podidentity.emulator.cluster.AzureAssignedIdentity;
import io.podidentity.emulator.cluster.AzureIdentity;
import io.podidentity.emulator.cluster.AzureIdentityBinding;
import io.podidentity.emulator.cluster.Metadata;
import java.util.LinkedHashMap;
import java.util.Map;

/** What MIC writes into the cluster. */
final class PodIdentityObjects {

    static final String API_VERSION = "aadpodidentity.k8s.io/v1";

    private PodIdentityObjects() {}

    static Map<String, Object> of(AzureAssignedIdentity assigned) {
        Map<String, Object> object = object("AzureAssignedIdentity", assigned.metadata());
        var spec = new LinkedHashMap<String, Object>();
        spec.put("azureIdentityRef", of(assigned.identity()));
        spec.put("azureBindingRef", of(assigned.binding()));
        spec.put("pod", assigned.pod().name());
        spec.put("podNamespace", assigned.pod().namespace());
        spec.put("nodename", assigned.nodeName());
        object.put("spec", spec);
        var status = new LinkedHashMap<String, Object>();
        status.put("status", assigned.state().text());
        object.put("status", status);
        return object;
    }

    private static Map<String, Object> of(AzureIdentity identity) {
        Map<String, Object> object = object("AzureIdentity", identity.metadata());
        var spec = new LinkedHashMap<String, Object>();
        spec.put("type", identity.type());
        spec.put("resourceID", identity.resourceId());
        spec.put("clientID", identity.clientId());
        spec.put("tenantID", identity.tenantId());
        spec.put("adEndpoint", identity.adEndpoint());
        spec.values().removeIf(""::equals);
        if (!identity.clientPassword().name().isEmpty()) {
            spec.put(
                    "clientPassword",
                    Map.of(
                            "name", identity.clientPassword().name(),
                            "namespace", identity.clientPassword().namespace()));
        }
        object.put("spec", spec);
        return object;
    }

    private static Map<String, Object> of(AzureIdentityBinding binding) {
        Map<String, Object> object = object("AzureIdentityBinding", binding.metadata());
        object.put("spec", Map.of("azureIdentity", binding.azureIdentity(), "selector", binding.selector()));
        return object;
    }

    private static Map<String, Object> object(String kind, Metadata metadata) {
        Map<String, Object> object = ApiObjects.named(API_VERSION, kind, metadata.name());
        Map<String, Object> written = Tree.made(object, "metadata");
        if (!metadata.labels().isEmpty()) {
            written.put("labels", metadata.labels());
        }
        if (!metadata.annotations().isEmpty()) {
            written.put("annotations", metadata.annotations());
        }
        return object;
    }
}
