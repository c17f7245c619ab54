package io.podidentity.podid.cluster;

import io.fabric8.kubernetes.api.model.Node;
import io.fabric8.kubernetes.client.KubernetesClient;
import java.io.IOException;
import java.net.HttpURLConnection;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.Optional;

/** Tells a cluster of Azure from others: by its nodes, and by the metadata service of Azure. */
final class SignsOfAzure {

    private static final String LABELS = "kubernetes.azure.com/";
    private static final String PROVIDER = "azure://";
    private static final URI METADATA = URI.create("http://169.254.169.254/metadata/instance?api-version=2021-02-01");
    private static final int TIMEOUT_MILLIS = 1000;

    private SignsOfAzure() {}

    /** The first sign, as the end of a sentence; empty where there is none. */
    static Optional<String> find(KubernetesClient client) {
        return client.nodes().list().getItems().stream()
                .filter(SignsOfAzure::isOfAzure)
                .findFirst()
                .map(node -> "node " + node.getMetadata().getName() + " is one of AKS")
                .or(() -> answers() ? Optional.of("its metadata service answers") : Optional.empty());
    }

    private static boolean isOfAzure(Node node) {
        String provider = node.getSpec().getProviderID();
        return (provider != null && provider.startsWith(PROVIDER))
                || node.getMetadata().getLabels().keySet().stream().anyMatch(label -> label.startsWith(LABELS));
    }

    private static boolean answers() {
        try {
            var connection = (HttpURLConnection) METADATA.toURL().openConnection(java.net.Proxy.NO_PROXY);
            connection.setConnectTimeout(TIMEOUT_MILLIS);
            connection.setReadTimeout(TIMEOUT_MILLIS);
            connection.setRequestProperty("Metadata", "true");
            byte[] document = connection.getInputStream().readAllBytes();
            return new String(document, StandardCharsets.UTF_8).contains("azEnvironment");
        } catch (IOException none) {
            return false;
        }
    }
}
