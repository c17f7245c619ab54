// SPDX-License-Identifier: Apache-2.0
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

    void add(ManifestText text) {
        try {
            YamlReader.read(text.file(), text.content()).forEach(document -> addDocument(document, text.namespace()));
        } catch (ManifestException e) {
            skipped.add(unreadable(text, e));
        }
    }

    private static Skipped unreadable(ManifestText text, ManifestException e) {
        String place = e.placeOr(text.file());
        if (text.content().contains(TEMPLATE)) {
            return new Skipped(
                    place,
                    "This is a template, and YAML only once it is rendered, for a Helm chart by helm template CHART",
                    Skipped.Kind.TEMPLATE);
        }
        boolean isManifest = MANIFEST.matcher(text.content()).find();
        return new Skipped(place, e.reason(), isManifest ? Skipped.Kind.FILE : Skipped.Kind.OTHER);
    }

    /** @param usual the namespace of objects that name none */
    private void addDocument(Yaml document, String usual) {
        if (document instanceof Yaml.Mapping content) {
            addMapping(content, usual);
        } else if (isPatch(document)) {
            skip(document, Skipped.Kind.OTHER, "This is a JSON patch, which kustomize applies");
        } else {
            skip(
                    document,
                    Skipped.Kind.OTHER,
                    "A manifest is an object with apiVersion and kind, but this is of type " + document.type());
        }
    }

    private static boolean isPatch(Yaml document) {
        return document instanceof Yaml.Sequence list
                && !list.elements().isEmpty()
                && list.elements().stream().allMatch(ObjectsOfText::isOperation);
    }

    private static boolean isOperation(Yaml element) {
        return element instanceof Yaml.Mapping operation
                && operation.get("op").isPresent()
                && operation.get("path").isPresent();
    }

    private void addMapping(Yaml.Mapping content, String usual) {
        String kind = content.textAt("kind");
        String apiVersion = content.textAt("apiVersion");
        if (kind.isEmpty() || apiVersion.isEmpty()) {
            skipIncomplete(content, kind, apiVersion);
        } else if (kind.endsWith("List") && content.get("items").orElse(null) instanceof Yaml.Sequence items) {
            items.elements().forEach(item -> addDocument(item, usual));
        } else if (apiVersion.startsWith(Kustomization.GROUP)) {
            skip(content, Skipped.Kind.OTHER, "This is a kustomization, which says how to make manifests");
        } else {
            addObject(apiVersion, kind, content, usual);
        }
    }

    private void skipIncomplete(Yaml.Mapping content, String kind, String apiVersion) {
        boolean lacksBoth = kind.isEmpty() && apiVersion.isEmpty();
        String missing = lacksBoth ? "apiVersion and kind" : theMissingOne(kind);
        // Files of other tools may have one of the three: only two make it likely that the third was forgotten.
        boolean isMeant = content.get("metadata").isPresent() && !lacksBoth;
        skip(
                content,
                isMeant ? Skipped.Kind.FILE : Skipped.Kind.OTHER,
                "This is no Kubernetes manifest: it has no " + missing);
    }

    private static String theMissingOne(String kind) {
        return kind.isEmpty() ? "kind" : "apiVersion";
    }

    private void addObject(String apiVersion, String kind, Yaml.Mapping content, String usual) {
        if (!(content.get("metadata").orElse(null) instanceof Yaml.Mapping metadata)) {
            boolean isMeant = content.get("spec").isPresent();
            skip(content, isMeant ? Skipped.Kind.FILE : Skipped.Kind.OTHER, "This manifest has no metadata");
            return;
        }
        String name = nameIn(metadata);
        if (name.isEmpty()) {
            skip(metadata, Skipped.Kind.FILE, "This manifest has no metadata.name");
            return;
        }
        if (name.contains(TEMPLATE)) {
            skip(metadata, Skipped.Kind.TEMPLATE, "This is a template, as its name " + name + " shows");
            return;
        }
        String written = metadata.textAt("namespace");
        Optional<String> refusal = NameRule.of(apiVersion, kind).refusal(name).or(() -> refusalOfNamespace(written));
        if (refusal.isPresent()) {
            skip(metadata, Skipped.Kind.FILE, refusal.get());
            return;
        }
        var fullName = new ObjectName(namespace(kind, written, usual), name);
        List<PodPlace> pods = shapes.places(groupOf(apiVersion), kind, content);
        addManifest(new Manifest(apiVersion, kind, fullName, content, pods), metadata);
    }

    /** The name; of an object that the API server names, the beginning with zeros behind it. */
    private static String nameIn(Yaml.Mapping metadata) {
        String name = metadata.textAt("name");
        String beginning = metadata.textAt("generateName");
        return name.isEmpty() && !beginning.isEmpty() ? beginning + "00000" : name;
    }

    private static Optional<String> refusalOfNamespace(String written) {
        return written.isEmpty() ? Optional.empty() : NameRule.LABEL.refusal(written);
    }

    private static String namespace(String kind, String written, String usual) {
        if (kind.startsWith("Cluster")) {
            return "";
        }
        return written.isEmpty() ? usual : written;
    }

    private static String groupOf(String apiVersion) {
        int slash = apiVersion.indexOf('/');
        return slash < 0 ? "" : apiVersion.substring(0, slash);
    }

    private void addManifest(Manifest manifest, Yaml.Mapping metadata) {
        if (isPatchOfAnotherFile(manifest, metadata)) {
            skip(
                    manifest.content(),
                    Skipped.Kind.PATCH,
                    manifest + " has no containers, so it is a patch of another file's");
            return;
        }
        objects.add(manifest);
        if (manifest.isRelease()) {
            addRelease(manifest);
        } else if (manifest.isEncrypted()) {
            skip(manifest.content(), Skipped.Kind.ENCRYPTED, manifest + " has values that SOPS has encrypted");
        }
    }

    private static boolean isPatchOfAnotherFile(Manifest manifest, Yaml.Mapping metadata) {
        boolean makesPods =
                WORKLOADS.contains(manifest.kind()) || manifest.pods().stream().anyMatch(PodPlace::isTemplate);
        boolean isMadeByCluster = metadata.get("ownerReferences").isPresent();
        return makesPods && !manifest.kind().equals("Pod") && !isMadeByCluster && !hasContainers(manifest);
    }

    private static boolean hasContainers(Manifest manifest) {
        return manifest.pods().stream()
                .map(place -> Stream.concat(place.spec().stream(), Stream.of("containers")))
                .map(path -> path.toArray(String[]::new))
                .anyMatch(path -> manifest.content().at(path).isPresent());
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
}
