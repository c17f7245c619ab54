package io.podidentity.emulator.manifest;

import io.podidentity.emulator.cluster.ObjectName;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** Finds the manifests in texts, and says of everything else what it is. Not thread-safe. */
final class ObjectsOfText {

    private static final String TEMPLATE = "{{";
    private static final Set<String> WORKLOADS =
            Set.of("Deployment", "ReplicaSet", "StatefulSet", "DaemonSet", "Job", "CronJob");
    private static final Pattern MANIFEST = Pattern.compile("(?ms)^(apiVersion:.*^kind:|kind:.*^apiVersion:)");

    private final GitOps gitOps;
    private final PodShapes shapes;
    private final List<Manifest> objects = new ArrayList<>();
    private final List<Skipped> skipped = new ArrayList<>();
    /** A chart may have the release that installs it. */
    private final Set<ManifestText> made = new HashSet<>();

    ObjectsOfText(GitOps gitOps, PodShapes shapes) {
        this.gitOps = gitOps;
        this.shapes = shapes;
    }

    List<Manifest> objects() {
        return objects;
    }

    List<Skipped> skipped() {
        return skipped;
    }

    void add(ManifestText whole) {
        String file = whole.file();
        String text = whole.content();
        try {
            YamlReader.read(file, text).forEach(document -> add(document, whole.namespace()));
        } catch (ManifestException e) {
            boolean isTemplate = text.contains(TEMPLATE);
            String reason = isTemplate
                    ? "This is a template, and YAML only once it is rendered, for a Helm chart by helm template CHART"
                    : e.reason();
            Skipped.Kind kind = MANIFEST.matcher(text).find() ? Skipped.Kind.FILE : Skipped.Kind.OTHER;
            skipped.add(new Skipped(e.placeOr(file), reason, isTemplate ? Skipped.Kind.TEMPLATE : kind));
        }
    }

    private void add(Yaml document, String namespace) {
        if (!(document instanceof Yaml.Mapping content)) {
            skip(
                    document,
                    Skipped.Kind.OTHER,
                    isPatch(document)
                            ? "This is a JSON patch, which kustomize applies"
                            : "A manifest is an object with apiVersion and kind, but this is of type "
                                    + document.type());
            return;
        }
        String kind = content.textAt("kind");
        String apiVersion = content.textAt("apiVersion");
        if (kind.isEmpty() || apiVersion.isEmpty()) {
            // Files of other tools may have one of the three: only two make it likely that the third was forgotten.
            boolean isMeant = content.get("metadata").isPresent() && !(kind.isEmpty() && apiVersion.isEmpty());
            skip(
                    content,
                    isMeant ? Skipped.Kind.FILE : Skipped.Kind.OTHER,
                    "This is no Kubernetes manifest: it has no "
                            + (kind.isEmpty() ? apiVersion.isEmpty() ? "apiVersion and kind" : "kind" : "apiVersion"));
        } else if (kind.endsWith("List") && content.get("items").orElse(null) instanceof Yaml.Sequence items) {
            items.elements().forEach(item -> add(item, namespace));
        } else if (apiVersion.startsWith(Kustomization.GROUP)) {
            skip(content, Skipped.Kind.OTHER, "This is a kustomization, which says how to make manifests");
        } else {
            addObject(apiVersion, kind, content, namespace);
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

    private void addObject(String apiVersion, String kind, Yaml.Mapping content, String usual) {
        if (!(content.get("metadata").orElse(null) instanceof Yaml.Mapping metadata)) {
            skip(
                    content,
                    content.get("spec").isPresent() ? Skipped.Kind.FILE : Skipped.Kind.OTHER,
                    "This manifest has no metadata");
            return;
        }
        String name = metadata.textAt("name");
        if (name.isEmpty() && !metadata.textAt("generateName").isEmpty()) {
            name = metadata.textAt("generateName") + "00000";
        }
        if (name.isEmpty()) {
            skip(metadata, Skipped.Kind.FILE, "This manifest has no metadata.name");
        } else if (name.contains(TEMPLATE)) {
            skip(metadata, Skipped.Kind.TEMPLATE, "This is a template, as its name " + name + " shows");
        } else {
            String written = metadata.textAt("namespace");
            Optional<String> refusal = NameRule.of(apiVersion, kind)
                    .refusal(name)
                    .or(() -> written.isEmpty() ? Optional.empty() : NameRule.LABEL.refusal(written));
            if (refusal.isPresent()) {
                skip(metadata, Skipped.Kind.FILE, refusal.get());
                return;
            }
            String namespace = kind.startsWith("Cluster") ? "" : written.isEmpty() ? usual : written;
            String group = apiVersion.contains("/") ? apiVersion.substring(0, apiVersion.indexOf('/')) : "";
            List<PodPlace> pods = shapes.places(group, kind, content);
            add(new Manifest(apiVersion, kind, new ObjectName(namespace, name), content, pods), metadata);
        }
    }

    private void add(Manifest manifest, Yaml.Mapping metadata) {
        Yaml.Mapping content = manifest.content();
        String kind = manifest.kind();
        boolean isMade = metadata.get("ownerReferences").isPresent();
        boolean makesPods = WORKLOADS.contains(kind) || manifest.pods().stream().anyMatch(PodPlace::isTemplate);
        if (makesPods && !kind.equals("Pod") && !isMade && !hasContainers(manifest)) {
            skip(content, Skipped.Kind.PATCH, manifest + " has no containers, so it is a patch of another file's");
            return;
        }
        objects.add(manifest);
        if (manifest.isRelease()) {
            addRelease(manifest);
        } else if (manifest.isEncrypted()) {
            skip(content, Skipped.Kind.ENCRYPTED, manifest + " has values that SOPS has encrypted");
        }
    }

    private void skip(Yaml what, Skipped.Kind kind, String reason) {
        skipped.add(new Skipped(what.position().toString(), reason, kind));
    }

    private void addRelease(Manifest manifest) {
        try {
            ManifestText text = gitOps.render(manifest);
            if (made.add(text)) {
                add(text);
            }
        } catch (IOException e) {
            skip(
                    manifest.content(),
                    Skipped.Kind.RELEASE,
                    manifest + " has its manifests made by a controller, " + e.getMessage());
        }
    }

    private static boolean hasContainers(Manifest manifest) {
        return manifest.pods().stream()
                .map(place -> Stream.concat(place.spec().stream(), Stream.of("containers")))
                .anyMatch(path ->
                        manifest.content().at(path.toArray(String[]::new)).isPresent());
    }
}
