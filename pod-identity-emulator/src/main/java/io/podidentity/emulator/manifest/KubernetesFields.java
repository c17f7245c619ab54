package io.podidentity.emulator.manifest;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Properties;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;

/** The fields of Kubernetes 1.34, as its API server names them in its OpenAPI; e2e/fields.py writes the resource. */
final class KubernetesFields {

    private static final Map<String, Set<String>> OF_TYPES = read();

    private KubernetesFields() {}

    /** Of a type such as {@code PodSpec}. */
    static Set<String> of(String type) {
        return Objects.requireNonNull(OF_TYPES.get(type), type);
    }

    private static Map<String, Set<String>> read() {
        var types = new Properties();
        try (InputStream in = KubernetesFields.class.getResourceAsStream("kubernetes-1.34.properties")) {
            types.load(in);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return types.stringPropertyNames().stream()
                .collect(Collectors.toMap(
                        type -> type,
                        type -> new TreeSet<>(List.of(types.getProperty(type).split(" ")))));
    }
}
