// SPDX-License-Identifier: Apache-2.0
package io.podidentity.emulator.manifest;

import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * What is in a folder and below it. Immutable.
 *
 * @param charts folders of Helm charts that are in no other chart
 * @param kustomizations those outside of charts
 * @param files that can hold manifests, outside of charts
 * @param unreadable folders and files of which nobody knows what is in them
 */
record FolderContents(
        List<Path> charts, List<Kustomization> kustomizations, List<Path> files, List<Skipped> unreadable) {

    private static final String CHART = "Chart.yaml";

    static FolderContents read(Path folder, ExcludedPaths excluded) {
        var unreadable = new ArrayList<FileSystemException>();
        List<Path> below = ManifestFiles.below(folder, unreadable::add)
                .filter(file -> !excluded.contains(file))
                .toList();
        List<Path> charts = outermost(below.stream()
                .filter(file -> file.endsWith(CHART) && Files.isRegularFile(file))
                .map(FolderContents::folderOf)
                .toList());
        List<Path> outside =
                below.stream().filter(file -> !isInOneOf(charts, file)).toList();
        List<Kustomization> kustomizations = outside.stream()
                .filter(Files::isDirectory)
                .flatMap(file -> Kustomization.in(file).stream())
                .toList();
        List<Path> files =
                outside.stream().filter(ManifestFiles::canHoldManifests).toList();
        List<Skipped> skipped = unreadable.stream()
                .filter(failure -> !excluded.contains(Path.of(failure.getFile())))
                .map(FolderContents::skipped)
                .toList();
        return new FolderContents(charts, kustomizations, files, skipped);
    }

    private static Skipped skipped(FileSystemException failure) {
        String place = ManifestFiles.shown(Path.of(failure.getFile()));
        return new Skipped(place, "this cannot be read (" + failure.getReason() + ")", Skipped.Kind.FOLDER);
    }

    private static Path folderOf(Path file) {
        Path parent = file.getParent();
        return parent == null ? Path.of("") : parent;
    }

    private static List<Path> outermost(List<Path> folders) {
        return folders.stream().filter(folder -> !isInAnother(folders, folder)).toList();
    }

    private static boolean isInAnother(List<Path> folders, Path folder) {
        return folders.stream().anyMatch(other -> !folder.equals(other) && folder.startsWith(other));
    }

    private static boolean isInOneOf(List<Path> folders, Path file) {
        return folders.stream().anyMatch(file::startsWith);
    }

    /** The kustomizations that no other one uses. */
    List<Kustomization> outerKustomizations() {
        Set<Path> named = namedByKustomizations();
        return kustomizations.stream()
                .filter(kustomization -> !named.contains(absolute(kustomization.folder())))
                .toList();
    }

    /** The files of which no kustomization is made. */
    List<Path> plainFiles() {
        Set<Path> named = namedByKustomizations();
        Set<Path> kustomized =
                kustomizations.stream().map(Kustomization::folder).collect(Collectors.toSet());
        return files.stream()
                .filter(file -> !kustomized.contains(folderOf(file)))
                .filter(file -> !named.contains(absolute(file)))
                .toList();
    }

    private Set<Path> namedByKustomizations() {
        return kustomizations.stream()
                .flatMap(kustomization -> kustomization.names().stream())
                .collect(Collectors.toSet());
    }

    private static Path absolute(Path path) {
        return path.toAbsolutePath().normalize();
    }
}
