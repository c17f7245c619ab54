package io.podidentity.emulator.manifest;

import io.podidentity.emulator.cluster.Cluster;
import io.podidentity.emulator.cluster.KubernetesObject;
import io.podidentity.emulator.cluster.ObjectName;
import io.podidentity.emulator.cluster.Profile;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.List;

/**
 * Reads manifests from files, folders and standard input: YAML of several documents, JSON, and lists of objects as
 * {@code kubectl get -o yaml} prints them. Objects without a namespace belong to {@code default}.
 *
 * <p>Thread-safety: safe; each call reads anew.
 */
public final class ManifestReader {

    private static final String DEFAULT_NAMESPACE = "default";

    private final Profile profile;

    /** Decodes as the profile would. */
    public ManifestReader(Profile profile) {
        this.profile = profile;
    }

    /**
     * Reads all of them.
     *
     * @param paths files, folders (with all that is below them) and {@code -} for standard input
     * @throws ManifestException if one cannot be read or is not a manifest
     */
    public Manifests read(List<String> paths, InputStream standardInput) {
        var objects = new ArrayList<Manifest>();
        for (ManifestFiles.Text text : ManifestFiles.read(paths, standardInput)) {
            for (Yaml document : YamlReader.read(text.file(), text.content())) {
                addObjects(document, objects);
            }
        }
        return decode(objects);
    }

    /**
     * Reads one text.
     *
     * @param file what positions call it
     * @throws ManifestException if it is not a manifest
     */
    public Manifests readText(String file, String text) {
        var objects = new ArrayList<Manifest>();
        YamlReader.read(file, text).forEach(document -> addObjects(document, objects));
        return decode(objects);
    }

    private static void addObjects(Yaml document, List<Manifest> objects) {
        if (!(document instanceof Yaml.Mapping content)) {
            throw new ManifestException(
                    document.position(),
                    "A manifest is an object with apiVersion and kind, but this is of type " + document.type());
        }
        String kind = required(content, "kind");
        if (kind.endsWith("List") && content.get("items").orElse(null) instanceof Yaml.Sequence items) {
            items.elements().forEach(item -> addObjects(item, objects));
        } else {
            objects.add(new Manifest(required(content, "apiVersion"), kind, name(content), content));
        }
    }

    private static ObjectName name(Yaml.Mapping content) {
        if (!(content.get("metadata").orElse(null) instanceof Yaml.Mapping metadata)) {
            throw new ManifestException(content.position(), "This manifest has no metadata");
        }
        String name = text(metadata, "name");
        if (name.isEmpty() && !text(metadata, "generateName").isEmpty()) {
            name = text(metadata, "generateName") + "00000";
        }
        if (name.isEmpty()) {
            throw new ManifestException(metadata.position(), "This manifest has no metadata.name");
        }
        String namespace = text(metadata, "namespace");
        return new ObjectName(namespace.isEmpty() ? DEFAULT_NAMESPACE : namespace, name);
    }

    private static String required(Yaml.Mapping content, String key) {
        String text = text(content, key);
        if (text.isEmpty()) {
            throw new ManifestException(
                    content.position(),
                    "This manifest has no " + key + ". If the folder is a kustomization, run kubectl kustomize FOLDER"
                            + " and pipe its output to podid, with - as the path");
        }
        return text;
    }

    private static String text(Yaml.Mapping content, String key) {
        return content.get(key).orElse(null) instanceof Yaml.Scalar scalar ? scalar.text() : "";
    }

    private Manifests decode(List<Manifest> objects) {
        var decoded = new ArrayList<KubernetesObject>();
        var problems = new ArrayList<Problem>();
        for (Manifest manifest : objects) {
            var decoding = new Decoding(profile, manifest.toString());
            List<KubernetesObject> found = new ObjectDecoder(manifest, decoding).decode();
            if (!decoding.failed()) {
                decoded.addAll(found);
            }
            problems.addAll(decoding.problems());
        }
        return new Manifests(Cluster.of(Replicas.settle(decoded)), objects, problems);
    }
}
