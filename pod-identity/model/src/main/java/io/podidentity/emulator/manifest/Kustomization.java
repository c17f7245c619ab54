// SPDX-License-Identifier: Apache-2.0
package io.podidentity.emulator.manifest;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;

/**
 * A folder with a kustomization, which says how manifests are made of the files that it names.
 *
 * @param names all files and folders that it names, made absolute
 * @param patches those of the files that change what others define
 * @param isComponent whether it is a part that only others can use
 * @param remote what of its names is no file or folder here, so that kubectl would fetch it over the network
 * @param resources the files of a kustomization that changes nothing of what it lists, so that they can be read as they
 *     are; empty if kubectl must render it
 * @since 0.1.0
 */
public record Kustomization(
        Path folder,
        Set<Path> names,
        Set<Path> patches,
        boolean isComponent,
        List<String> remote,
        Optional<List<Path>> resources) {

    static final String GROUP = "kustomize.config.k8s.io";

    /** What positions in a rendered text begin with, before the folder. */
    private static final String RENDERED = "kubectl kustomize ";

    private static final List<String> PATCHES = List.of("patches", "patchesStrategicMerge", "patchesJson6902");
    private static final Set<String> HARMLESS = Set.of("apiVersion", "kind", "metadata", "resources");

    /** The kustomization of a folder, if there is one. */
    public static Optional<Kustomization> in(Path folder) {
        return ManifestFiles.KUSTOMIZATIONS.stream()
                .map(folder::resolve)
                .filter(Files::isRegularFile)
                .findFirst()
                .map(file -> read(folder, file));
    }

    /**
     * All files that a kustomization names, and what those name, made absolute.
     *
     * @param seen is told of each kustomization on the way
     */
    public static Set<Path> closure(Path folder, Consumer<Kustomization> seen) {
        var files = new LinkedHashSet<Path>();
        Deque<Path> open = new ArrayDeque<>(List.of(folder.toAbsolutePath().normalize()));
        var visited = new HashSet<Path>();
        while (!open.isEmpty()) {
            Path next = open.pop();
            if (!visited.add(next)) {
                continue;
            }
            files.addAll(filesAt(next));
            Optional<Kustomization> kustomization = in(next);
            kustomization.ifPresent(seen);
            kustomization.map(Kustomization::names).orElse(Set.of()).forEach(open::push);
        }
        return files;
    }

    /** The file itself, or the files of the kustomization in a folder. */
    private static List<Path> filesAt(Path path) {
        if (!Files.isDirectory(path)) {
            return List.of(path);
        }
        return ManifestFiles.KUSTOMIZATIONS.stream()
                .map(path::resolve)
                .filter(Files::isRegularFile)
                .toList();
    }

    /** What of a kustomization, and of those that it is made of, kubectl would fetch over the network. */
    static List<String> remoteNames(Path folder) {
        var remote = new ArrayList<String>();
        closure(folder, kustomization -> remote.addAll(kustomization.remote()));
        return remote;
    }

    /** The folder that kubectl has rendered a text of; empty for the name of a file. */
    public static Optional<Path> rendered(String file) {
        return file.startsWith(RENDERED) ? ManifestFiles.path(file.substring(RENDERED.length())) : Optional.empty();
    }

    private static Kustomization read(Path folder, Path file) {
        List<Yaml> documents;
        var remote = new ArrayList<String>();
        try {
            documents = YamlReader.read(file.toString(), ManifestFiles.content(file));
            documents.forEach(document -> remote.addAll(RemoteNames.in(folder, document)));
        } catch (ManifestException e) {
            documents = List.of();
            remote.add(ManifestFiles.shown(file) + ", which cannot be read: " + e.reason());
        }
        var names = new HashSet<Path>();
        var patches = new HashSet<Path>();
        for (Yaml document : documents) {
            addNames(folder, document, names);
            PATCHES.stream()
                    .flatMap(key -> document.at(key).stream())
                    .forEach(patch -> addNames(folder, patch, patches));
        }
        Optional<Yaml> only = documents.size() == 1 ? Optional.of(documents.get(0)) : Optional.empty();
        boolean isComponent = only.filter(document -> document.textAt("kind").equals("Component"))
                .isPresent();
        return new Kustomization(
                folder, names, patches, isComponent, remote, only.flatMap(mapping -> resources(folder, mapping)));
    }

    private static void addNames(Path folder, Yaml value, Set<Path> names) {
        if (value instanceof Yaml.Scalar scalar && !scalar.text().contains("\n")) {
            // Files of generators may be given as KEY=FILE.
            String text = scalar.text().substring(scalar.text().indexOf('=') + 1);
            ManifestFiles.path(text)
                    .map(name -> folder.resolve(name).toAbsolutePath().normalize())
                    .filter(Files::exists)
                    .ifPresent(names::add);
        } else if (value instanceof Yaml.Sequence sequence) {
            sequence.elements().forEach(element -> addNames(folder, element, names));
        } else if (value instanceof Yaml.Mapping mapping) {
            mapping.entries().forEach(entry -> addNames(folder, entry.value(), names));
        }
    }

    private static Optional<List<Path>> resources(Path folder, Yaml kustomization) {
        boolean changes = !(kustomization instanceof Yaml.Mapping mapping)
                || mapping.entries().stream().anyMatch(entry -> !HARMLESS.contains(entry.key()));
        if (changes || !(kustomization.at("resources").orElse(null) instanceof Yaml.Sequence listed)) {
            return Optional.empty();
        }
        List<Path> files = listed.elements().stream()
                .flatMap(element -> ManifestFiles.path(element.textAt()).stream())
                .map(folder::resolve)
                .filter(Files::isRegularFile)
                .toList();
        return files.size() == listed.elements().size() ? Optional.of(files) : Optional.empty();
    }
}
