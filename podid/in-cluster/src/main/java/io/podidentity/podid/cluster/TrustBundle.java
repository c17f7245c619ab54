// SPDX-License-Identifier: Apache-2.0
package io.podidentity.podid.cluster;

import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.ConfigMapBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.podidentity.emulator.tls.CertificateAuthority;
import io.podidentity.emulator.tls.TrustFiles;
import io.podidentity.emulator.workload.Admission.Admitted;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.HttpURLConnection;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.X509Certificate;
import java.util.Base64;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Stream;

/**
 * Leads pods to the emulated Entra ID and makes them trust it: by an entry of {@code /etc/hosts}, so that it has the
 * name that Azure's libraries know, and by files with the emulator's certificate authority beside the usual ones, which
 * are a ConfigMap of the pod's namespace, with the variables by which programs find them. Thread-safe.
 */
final class TrustBundle {

    /** The host of Entra ID, which Azure's own libraries take for genuine. */
    static final String LOGIN = "login.microsoftonline.com";

    /** From where pods are led to here: Entra ID, and Resource Manager, which az asks when it signs in. */
    static final List<String> HOSTS = List.of(LOGIN, "management.azure.com");

    private static final String FOLDER = "/var/run/secrets/emulated-azure";
    private static final String PEM = "ca-bundle.pem";
    private static final String STORE = "trust.p12";

    /** Python and az read the second, curl the third, Node the fourth; Go, .NET and OpenSSL the first. */
    private static final List<Map<String, Object>> VARIABLES = List.of(
            variable("SSL_CERT_FILE", FOLDER + "/" + PEM),
            variable("REQUESTS_CA_BUNDLE", FOLDER + "/" + PEM),
            variable("CURL_CA_BUNDLE", FOLDER + "/" + PEM),
            variable("NODE_EXTRA_CA_CERTS", FOLDER + "/" + PEM),
            variable(
                    "JAVA_TOOL_OPTIONS",
                    "-Djavax.net.ssl.trustStore=" + FOLDER + "/" + STORE + " -Djavax.net.ssl.trustStorePassword="
                            + TrustFiles.PASSWORD));

    private static final Map<String, Object> MOUNT =
            Map.of("name", KeptKeys.NAME, "mountPath", FOLDER, "readOnly", true);

    private final KubernetesClient client;
    private final String address;
    private final String pem;
    private final String store;
    private final Set<String> namespaces = ConcurrentHashMap.newKeySet();

    /** @param address of the Service, which leads to Entra ID */
    TrustBundle(KubernetesClient client, String address, Path trustStore) {
        this.client = client;
        this.address = address;
        this.pem = pem(trustStore);
        try {
            this.store = Base64.getEncoder().encodeToString(Files.readAllBytes(trustStore));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static String pem(Path trustStore) {
        var text = new StringBuilder();
        try (InputStream in = Files.newInputStream(trustStore)) {
            KeyStore all = KeyStore.getInstance("PKCS12");
            all.load(in, TrustFiles.PASSWORD.toCharArray());
            for (String alias : Collections.list(all.aliases())) {
                text.append(CertificateAuthority.pem((X509Certificate) all.getCertificate(alias)));
            }
            return text.toString();
        } catch (IOException | GeneralSecurityException e) {
            throw new IllegalStateException("Cannot read the trust store", e);
        }
    }

    /** Makes the files known in a namespace, the first time that a pod of it needs them. */
    void bringInto(String namespace) {
        if (!namespaces.contains(namespace)) {
            write(namespace);
            namespaces.add(namespace);
        }
    }

    /** Writes again what somebody may have deleted or changed. */
    void renew() {
        List.copyOf(namespaces).forEach(this::renew);
    }

    private void renew(String namespace) {
        try {
            write(namespace);
        } catch (KubernetesClientException e) {
            if (!isOfGoneNamespace(e)) {
                throw e;
            }
            namespaces.remove(namespace);
        }
    }

    /** The API server forbids writing into a namespace that is about to go. */
    private static boolean isOfGoneNamespace(KubernetesClientException e) {
        return e.getCode() == HttpURLConnection.HTTP_NOT_FOUND || e.getCode() == HttpURLConnection.HTTP_FORBIDDEN;
    }

    private void write(String namespace) {
        ConfigMap files = new ConfigMapBuilder()
                .withNewMetadata()
                .withName(KeptKeys.NAME)
                .withNamespace(namespace)
                .endMetadata()
                .addToData(PEM, pem)
                .addToBinaryData(STORE, store)
                .build();
        client.resource(files).fieldManager("podid").forceConflicts().serverSideApply();
    }

    /** Adds files, variables and the way to Entra ID to a pod's specification; a variable that is there stays. */
    void into(Map<String, Object> spec, Set<String> skipped) {
        Stream.of("initContainers", "containers")
                .flatMap(field -> Admitted.objects(spec, field).stream())
                .filter(container -> !skipped.contains(String.valueOf(container.get("name"))))
                .forEach(TrustBundle::intoContainer);
        Admitted.addMissing(
                spec, "volumes", List.of(Map.of("name", KeptKeys.NAME, "configMap", Map.of("name", KeptKeys.NAME))));
        Map<String, Object> alias = Map.of("ip", address, "hostnames", HOSTS);
        List<Map<String, Object>> aliases = Admitted.objects(spec, "hostAliases");
        if (!aliases.contains(alias)) {
            aliases.add(alias);
        }
        spec.put("hostAliases", aliases);
    }

    private static void intoContainer(Map<String, Object> container) {
        Admitted.addMissing(container, "volumeMounts", List.of(MOUNT));
        Admitted.addMissing(container, "env", VARIABLES);
    }

    private static Map<String, Object> variable(String name, String value) {
        return new TreeMap<>(Map.of("name", name, "value", value));
    }
}
