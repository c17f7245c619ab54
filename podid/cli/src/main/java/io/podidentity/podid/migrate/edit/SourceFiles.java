// SPDX-License-Identifier: Apache-2.0
package io.podidentity.podid.migrate.edit;

import io.podidentity.emulator.manifest.ExcludedPaths;
import io.podidentity.emulator.manifest.Kustomization;
import io.podidentity.emulator.manifest.ManifestException;
import io.podidentity.emulator.manifest.ManifestFiles;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/** Which files the paths of a user name, and which ones the kustomizations among them name. Not thread-safe. */
final class SourceFiles {

    private final ExcludedPaths excluded;
    private final Path root;
    private final Set<Path> files = new LinkedHashSet<>();
    private final List<Path> charts = new ArrayList<>();
    private final Map<Path, Set<Path>> filesByKustomization = new HashMap<>();
    private final Set<Path> patches = new LinkedHashSet<>();

    /**
     * Finds the files.
     *
     * @param paths may have {@code -}, which is no file
     * @throws ManifestException if a folder cannot be read, or a file is behind a link that leads out of the root
     */
    SourceFiles(List<String> paths, ExcludedPaths excluded) {
        this.excluded = excluded;
        List<Path> named = paths.stream()
                .filter(path -> !path.equals(ManifestFiles.STANDARD_INPUT))
                .map(Path::of)
                .toList();
        named.forEach(this::add);
        this.root = findCommonRoot(named);
        files.forEach(this::requireBelowRoot);
    }

    private void add(Path path) {
        if (Files.isDirectory(path)) {
            addFolder(path);
        } else {
            files.addAll(ManifestFiles.files(path));
        }
    }

    private void addFolder(Path folder) {
        List<Path> all = ManifestFiles.below(folder)
                .filter(file -> !excluded.contains(file))
                .toList();
        // Charts come first: what is in a chart is neither a kustomization nor a manifest.
        all.stream()
                .filter(file -> file.endsWith("Chart.yaml"))
                .map(file -> file.toAbsolutePath().getParent())
                .forEach(this::addChart);
        all.stream()
                .filter(Files::isDirectory)
                .filter(this::isOutsideCharts)
                .filter(inside -> Kustomization.in(inside).isPresent())
                .forEach(this::addKustomization);
        all.stream()
                .filter(ManifestFiles::canHoldManifests)
                .filter(this::isOutsideCharts)
                .forEach(files::add);
    }

    /** A chart in another chart is a part of that one. */
    private void addChart(Path chart) {
        if (charts.stream().noneMatch(chart::startsWith)) {
            charts.add(chart);
        }
    }

    private boolean isOutsideCharts(Path file) {
        return charts.stream().noneMatch(SourcePaths.makeAbsolute(file)::startsWith);
    }

    private void addKustomization(Path folder) {
        Set<Path> named = Kustomization.closure(folder, kustomization -> patches.addAll(kustomization.patches()));
        filesByKustomization.put(SourcePaths.makeAbsolute(folder), named);
        named.stream().map(SourcePaths::makeRelative).forEach(files::add);
    }

    private Path findCommonRoot(List<Path> named) {
        Stream<Path> foldersOfFiles =
                files.stream().map(file -> SourcePaths.makeAbsolute(file).resolveSibling(""));
        Stream<Path> namedFolders = named.stream().filter(Files::isDirectory).map(SourcePaths::makeAbsolute);
        return Stream.concat(foldersOfFiles, namedFolders)
                .reduce(SourceFiles::findCommonFolder)
                .orElse(SourcePaths.makeAbsolute(Path.of("")));
    }

    private static Path findCommonFolder(Path folder, Path other) {
        Path common = folder;
        while (!other.startsWith(common)) {
            common = Optional.ofNullable(common.getParent()).orElse(common.getRoot());
        }
        return common;
    }

    /** What a link leads to outside would be copied into the output, or changed in place. */
    private void requireBelowRoot(Path file) {
        try {
            Path real = file.toRealPath();
            if (!real.startsWith(root.toRealPath())) {
                throw new ManifestException(file + " is a symbolic link, or behind one, to " + real + ", outside of "
                        + SourcePaths.makeRelative(root)
                        + ". It is neither copied nor changed: put the file itself there,"
                        + " or name a folder that holds both");
            }
        } catch (IOException e) {
            throw new ManifestException("Cannot read " + file + " (" + e.getMessage() + ")");
        }
    }

    /** The folder that all files are below, absolute. */
    Path root() {
        return root;
    }

    /** The files, as the user would write them. */
    Set<Path> files() {
        return files;
    }

    /** The folders of Helm charts, whose files are not among the others. */
    List<Path> charts() {
        return charts;
    }

    /** The folders with kustomizations, absolute. */
    Set<Path> kustomizations() {
        return filesByKustomization.keySet();
    }

    /** The files that a kustomization is made of, absolute; none if the folder has no kustomization. */
    Set<Path> filesOfKustomization(Path folder) {
        return filesByKustomization.getOrDefault(SourcePaths.makeAbsolute(folder), Set.of());
    }

    /** Whether a kustomization applies the file to what others define. */
    boolean isPatch(Path file) {
        return patches.contains(file);
    }
}
