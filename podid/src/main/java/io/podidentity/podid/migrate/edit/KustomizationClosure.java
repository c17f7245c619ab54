package io.podidentity.podid.migrate.edit;

import io.podidentity.emulator.manifest.Kustomization;
import io.podidentity.emulator.manifest.ManifestFiles;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;

/** Finds what kustomizations are made of, and which are made of a file. */
public final class KustomizationClosure {

    private KustomizationClosure() {}

    /**
     * All files that a kustomization names, and what those name, made absolute.
     *
     * @param seen is told of each kustomization on the way
     */
    static Set<Path> of(Path folder, Consumer<Kustomization> seen) {
        var files = new LinkedHashSet<Path>();
        Deque<Path> open = new ArrayDeque<>(List.of(absolute(folder)));
        var visited = new HashSet<Path>();
        while (!open.isEmpty()) {
            Path next = open.pop();
            if (!visited.add(next)) {
                continue;
            }
            if (Files.isDirectory(next)) {
                ManifestFiles.KUSTOMIZATIONS.stream()
                        .map(next::resolve)
                        .filter(Files::isRegularFile)
                        .forEach(files::add);
                Kustomization.in(next).ifPresent(one -> {
                    seen.accept(one);
                    one.names().forEach(open::push);
                });
            } else {
                files.add(next);
            }
        }
        return files;
    }

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
                .filter(folder -> of(folder, one -> {}).stream().anyMatch(touched::contains))
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
