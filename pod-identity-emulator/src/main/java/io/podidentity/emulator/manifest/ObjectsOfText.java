package io.podidentity.emulator.manifest;

import io.podidentity.emulator.cluster.ObjectName;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;

/** Finds the manifests in texts, and says of everything else what it is. Not thread-safe. */
final class ObjectsOfText {

    private static final String DEFAULT_NAMESPACE = "default";
    private static final String TEMPLATE = "{{";
    private static final Pattern MANIFEST = Pattern.compile("(?ms)^(apiVersion:.*^kind:|kind:.*^apiVersion:)");

    private final List<Manifest> objects = new ArrayList<>();
    private final List<Skipped> skipped = new ArrayList<>();

    List<Manifest> objects() {
        return objects;
    }

    List<Skipped> skipped() {
        return skipped;
    }

    void add(String file, String text) {
        try {
            YamlReader.read(file, text).forEach(this::add);
        } catch (ManifestException e) {
            boolean isTemplate = text.contains(TEMPLATE);
            String reason = isTemplate
                    ? "This is a template, and YAML only once it is rendered, for a Helm chart by helm template CHART"
                    : e.reason();
            skipped.add(new Skipped(
                    e.placeOr(file),
                    reason,
                    !isTemplate && MANIFEST.matcher(text).find()));
        }
    }

    private void add(Yaml document) {
        if (!(document instanceof Yaml.Mapping content)) {
            skipped.add(Skipped.other(
                    document.position(),
                    isPatch(document)
                            ? "This is a JSON patch, which kustomize applies"
                            : "A manifest is an object with apiVersion and kind, but this is of type "
                                    + document.type()));
            return;
        }
        String kind = text(content, "kind");
        String apiVersion = text(content, "apiVersion");
        if (kind.isEmpty() || apiVersion.isEmpty()) {
            skipped.add(new Skipped(
                    content.position().toString(),
                    "This is no Kubernetes manifest: it has no "
                            + (kind.isEmpty() ? apiVersion.isEmpty() ? "apiVersion and kind" : "kind" : "apiVersion"),
                    content.get("metadata").isPresent()));
        } else if (kind.endsWith("List") && content.get("items").orElse(null) instanceof Yaml.Sequence items) {
            items.elements().forEach(this::add);
        } else if (apiVersion.startsWith(Kustomization.GROUP)) {
            skipped.add(Skipped.other(content.position(), "This is a kustomization, which says how to make manifests"));
        } else {
            addObject(apiVersion, kind, content);
        }
    }

    private static boolean isPatch(Yaml document) {
        return document instanceof Yaml.Sequence list
                && !list.elements().isEmpty()
                && list.elements().stream()
                        .allMatch(element -> element instanceof Yaml.Mapping operation
                                && operation.get("op").isPresent()
                                && operation.get("path").isPresent());
    }

    private void addObject(String apiVersion, String kind, Yaml.Mapping content) {
        if (!(content.get("metadata").orElse(null) instanceof Yaml.Mapping metadata)) {
            skipped.add(new Skipped(
                    content.position().toString(),
                    "This manifest has no metadata",
                    content.get("spec").isPresent()));
            return;
        }
        String name = text(metadata, "name");
        if (name.isEmpty() && !text(metadata, "generateName").isEmpty()) {
            name = text(metadata, "generateName") + "00000";
        }
        if (name.isEmpty()) {
            skipped.add(new Skipped(metadata.position().toString(), "This manifest has no metadata.name", true));
        } else if (name.contains(TEMPLATE)) {
            skipped.add(Skipped.other(metadata.position(), "This is a template, as its name " + name + " shows"));
        } else {
            String namespace = text(metadata, "namespace");
            var full = new ObjectName(namespace.isEmpty() ? DEFAULT_NAMESPACE : namespace, name);
            objects.add(new Manifest(apiVersion, kind, full, content));
        }
    }

    private static String text(Yaml.Mapping content, String key) {
        return content.get(key).orElse(null) instanceof Yaml.Scalar scalar && !scalar.isNull() ? scalar.text() : "";
    }
}
