package io.podidentity.podid.migrate.edit;

import io.podidentity.emulator.manifest.Kustomization;
import io.podidentity.emulator.manifest.ManifestFiles;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** Finds what kustomizations are made of, and which are made of a file. */
public final class KustomizationClosure {

    private KustomizationClosure() {}

    /** The kustomizations below a folder that use one of these files, but for those that others use, and components. */
    public static List<Path> using(Set<Path> touched, Path below) {
        List<Kustomization> all = ManifestFiles.below(below)
                .filter(Files::isDirectory)
                .flatMap(folder -> Kustomization.in(folder).stream())
                .toList();
        Set<Path> named = new HashSet<>();
        all.forEach(one -> named.addAll(one.names()));
        return all.stream()
                .filter(one -> !one.isComponent() && !named.contains(absolute(one.folder())))
                .map(Kustomization::folder)
                .filter(folder ->
                        Kustomization.closure(folder, one -> {}).stream().anyMatch(touched::contains))
                .toList();
    }

    /** The nearest folder above that is a repository's root; the folder itself if none is. */
    public static Path repository(Path folder) {
        for (Path at = absolute(folder); at != null; at = at.getParent()) {
            if (Files.exists(at.resolve(".git"))) {
                return at;
            }
        }
        return folder;
    }

    private static Path absolute(Path path) {
        return path.toAbsolutePath().normalize();
    }
}
