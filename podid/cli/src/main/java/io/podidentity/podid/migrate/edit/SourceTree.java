// SPDX-License-Identifier: Apache-2.0
package io.podidentity.podid.migrate.edit;

import io.podidentity.emulator.cluster.Position;
import io.podidentity.emulator.manifest.ExcludedPaths;
import io.podidentity.emulator.manifest.Kustomization;
import io.podidentity.emulator.manifest.ManifestException;
import io.podidentity.emulator.manifest.ManifestFiles;
import io.podidentity.emulator.manifest.PodPlace;
import io.podidentity.emulator.manifest.PodShapes;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.BiPredicate;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * All files that the paths of a user name, and those that their kustomizations name, below one root. Not thread-safe.
 */
public final class SourceTree {

    private static final String STANDARD_INPUT_FILE = "stdin.yaml";

    private final PodShapes shapes;
    private final ExcludedPaths excluded;
    private final Path root;
    private final Map<Path, SourceText> texts = new TreeMap<>();
    private final Set<Path> others = new LinkedHashSet<>();
    private final List<Path> charts = new ArrayList<>();
    private final Map<Path, Set<Path>> closures = new HashMap<>();
    private final Map<String, SourceObject> byPlace = new LinkedHashMap<>();
    private final Map<Path, KustomizationText> kustomizations = new TreeMap<>();
    private final Set<Path> patches = new LinkedHashSet<>();

    /**
     * Reads them all; a file that cannot be read is a {@code ManifestException}.
     *
     * @param shapes the kinds that make pods
     * @param excluded the paths that are left out
     */
    public SourceTree(List<String> paths, String standardInput, PodShapes shapes, ExcludedPaths excluded) {
        this.shapes = shapes;
        this.excluded = excluded;
        var files = new LinkedHashSet<Path>();
        for (String path : paths) {
            if (!path.equals(ManifestFiles.STANDARD_INPUT)) {
                add(Path.of(path), files);
            }
        }
        this.root = commonRoot(paths, files);
        files.forEach(this::add);
        if (paths.contains(ManifestFiles.STANDARD_INPUT)) {
            texts.put(Path.of(STANDARD_INPUT_FILE), SourceText.of(ManifestFiles.STANDARD_INPUT, standardInput));
        }
        for (SourceText text : texts.values()) {
            SourceObject.in(text).forEach(object -> byPlace.putIfAbsent(key(text.name(), object.line()), object));
            Path file = text.file();
            if (ManifestFiles.KUSTOMIZATIONS.contains(String.valueOf(file.getFileName()))) {
                KustomizationText.of(text).ifPresent(one -> kustomizations.put(file, one));
            }
        }
    }

    private static String key(String file, int line) {
        return (file.equals(ManifestFiles.STANDARD_INPUT) ? file : absolute(Path.of(file))) + ":" + line;
    }

    private void add(Path path, Set<Path> files) {
        if (!Files.isDirectory(path)) {
            files.addAll(ManifestFiles.files(path));
            return;
        }
        List<Path> all = ManifestFiles.below(path)
                .filter(file -> !excluded.contains(file))
                .toList();
        all.stream()
                .filter(file -> file.endsWith("Chart.yaml"))
                .map(file -> file.toAbsolutePath().getParent())
                .filter(chart -> charts.stream().noneMatch(chart::startsWith))
                .forEach(charts::add);
        all.stream()
                .filter(Files::isDirectory)
                .filter(this::isOutsideCharts)
                .forEach(folder -> Kustomization.in(folder).ifPresent(one -> close(folder, files)));
        all.stream()
                .filter(ManifestFiles::canHoldManifests)
                .filter(this::isOutsideCharts)
                .forEach(files::add);
    }

    private boolean isOutsideCharts(Path file) {
        return charts.stream().noneMatch(file.toAbsolutePath().normalize()::startsWith);
    }

    private void close(Path folder, Set<Path> files) {
        Set<Path> closure = Kustomization.closure(folder, one -> patches.addAll(one.patches()));
        closures.put(absolute(folder), closure);
        closure.stream().map(SourceTree::relative).forEach(files::add);
    }

    /** The kustomization that the object of a cluster was rendered of; empty for what was read as it is. */
    private static Optional<Path> rendered(Position position) {
        return Kustomization.rendered(position.file()).map(SourceTree::absolute);
    }

    /** Whether what stands at that position of a cluster can come from the text. */
    public boolean isMadeOf(Position position, SourceText text) {
        return rendered(position)
                .map(folder -> closures.getOrDefault(folder, Set.of()).contains(text.file()))
                .orElseGet(() -> position.file().equals(text.name()));
    }

    /** The name that an object has where it is written, without what kustomizations put around it. */
    public String sourceName(Position position, String name) {
        String plain = name;
        for (Path file : rendered(position)
                .map(folder -> closures.getOrDefault(folder, Set.of()))
                .orElse(Set.of())) {
            KustomizationText kustomization = kustomizations.get(file);
            if (kustomization != null) {
                String prefix = kustomization.text("namePrefix");
                String suffix = kustomization.text("nameSuffix");
                plain = plain.startsWith(prefix) ? plain.substring(prefix.length()) : plain;
                plain = plain.endsWith(suffix) ? plain.substring(0, plain.length() - suffix.length()) : plain;
            }
        }
        return plain;
    }

    /** Adds a patch to the kustomization that the position belongs to. */
    public void addPatch(Position position, String kind, String name, String patch) {
        KustomizationText kustomization = rendered(position).stream()
                .flatMap(folder -> ManifestFiles.KUSTOMIZATIONS.stream().map(folder::resolve))
                .flatMap(file -> Optional.ofNullable(kustomizations.get(file)).stream())
                .findFirst()
                .orElseThrow(() -> new UneditableException(
                        position.toString(), "no kustomization with patches of its own makes it"));
        kustomization.addPatch(kind, name, patch);
    }

    private static Path absolute(Path path) {
        return path.toAbsolutePath().normalize();
    }

    /** As a user would write it. */
    public static Path relative(Path path) {
        Path here = Path.of("").toAbsolutePath();
        return path.isAbsolute() && path.startsWith(here) ? here.relativize(path) : path;
    }

    private static Path commonRoot(List<String> paths, Set<Path> files) {
        Stream<Path> folders = Stream.concat(
                files.stream().map(file -> absolute(file).resolveSibling("")),
                paths.stream()
                        .filter(path -> !path.equals(ManifestFiles.STANDARD_INPUT))
                        .map(Path::of)
                        .filter(Files::isDirectory)
                        .map(SourceTree::absolute));
        return folders.reduce(SourceTree::common).orElse(absolute(Path.of("")));
    }

    private static Path common(Path one, Path other) {
        Path common = one;
        while (!other.startsWith(common)) {
            common = Optional.ofNullable(common.getParent()).orElse(common.getRoot());
        }
        return common;
    }

    private void add(Path file) {
        requireBelowRoot(file);
        Path place = root.relativize(absolute(file));
        boolean isYaml = file.toString().matches(".*\\.(yaml|yml|json)|(.*/)?Kustomization");
        if (!isYaml) {
            others.add(place);
            return;
        }
        if (!texts.containsKey(place)) {
            try {
                texts.put(place, SourceText.of(file.toString(), ManifestFiles.content(file)));
            } catch (ManifestException notText) {
                others.add(place);
            }
        }
    }

    /** What a link leads to outside would be copied into the output, or changed in place. */
    private void requireBelowRoot(Path file) {
        try {
            Path real = file.toRealPath();
            if (!real.startsWith(root.toRealPath())) {
                throw new ManifestException(file + " is a symbolic link, or behind one, to " + real + ", outside of "
                        + relative(root) + ". It is neither copied nor changed: put the file itself there, or name a"
                        + " folder that holds both");
            }
        } catch (IOException e) {
            throw new ManifestException("Cannot read " + file + " (" + e.getMessage() + ")");
        }
    }

    public Path root() {
        return root;
    }

    public Map<Path, SourceText> texts() {
        return texts;
    }

    /** Files that are no text, below the root. */
    public Set<Path> others() {
        return others;
    }

    /** The folders of Helm charts, which are not among the texts. */
    public List<Path> charts() {
        return charts;
    }

    /** The lines of all files of a chart that contain a text, such as {@code chart/values.yaml:7}. */
    public static List<String> mentions(Path chart, String text) {
        return ManifestFiles.below(chart)
                .filter(Files::isRegularFile)
                .flatMap(file -> lines(file, text))
                .toList();
    }

    private static Stream<String> lines(Path file, String text) {
        try {
            List<String> lines = ManifestFiles.content(file).lines().toList();
            return IntStream.range(0, lines.size())
                    .filter(i -> lines.get(i).contains(text))
                    .mapToObj(i -> relative(file) + ":" + (i + 1));
        } catch (ManifestException notText) {
            // An archive of another chart, or an image.
            return Stream.empty();
        }
    }

    /** The keys that lead to the pod template of an object, of a kind that has one at a fixed place. */
    public Optional<List<String>> template(SourceObject object) {
        return shapes.fixedPlace(object.group(), object.kind()).map(PodPlace::at);
    }

    public List<SourceObject> objects() {
        return List.copyOf(byPlace.values());
    }

    /**
     * Where an object of a cluster is written: one place, or for what kubectl has rendered each file that says
     * something of an object of that kind and name.
     */
    public List<SourceObject> of(Position position, String kind, String name) {
        String file = position.file();
        if (rendered(position).isEmpty()) {
            return Optional.ofNullable(byPlace.get(key(file, position.line()))).stream()
                    .toList();
        }
        return named(position, name).stream()
                .filter(object -> object.kind().equals(kind))
                .toList();
    }

    /** Where something of that name is written for what kubectl has rendered, which may be made of another kind. */
    public List<SourceObject> named(Position position, String name) {
        String plain = sourceName(position, name);
        return byPlace.values().stream()
                .filter(object -> object.name().equals(plain) || object.name().equals(name))
                .filter(object -> rendered(position).isPresent() && isMadeOf(position, object.source()))
                .toList();
    }

    /** Whether a kustomization applies the file to what others define. */
    public boolean isPatch(SourceText text) {
        return patches.contains(text.file());
    }

    /**
     * Takes files, and the patches of objects that are removed by kind and name, out of the kustomizations. Gives the
     * files of patches that none of them names any more.
     */
    public Set<SourceText> finishKustomizations(Set<SourceText> gone, BiPredicate<String, String> removed) {
        Set<Path> dropped = new LinkedHashSet<>();
        kustomizations.values().forEach(one -> {
            gone.forEach(text -> one.unlist(text.file()));
            dropped.addAll(one.dropPatches(removed));
        });
        kustomizations.values().forEach(KustomizationText::write);
        return texts.values().stream()
                .filter(text -> dropped.contains(text.file())
                        && kustomizations.values().stream().noneMatch(one -> one.names(text.file())))
                .collect(Collectors.toCollection(LinkedHashSet::new));
    }

    /** What kustomizations say of objects that are removed, beside patches, which go with them. */
    public List<String> danglingReferences(BiPredicate<String, String> removed) {
        return kustomizations.values().stream()
                .flatMap(one -> one.danglingReferences(removed).stream())
                .toList();
    }

    /** Where a path of the user is in a copy of the tree. */
    public String pathIn(Path copy, String path) {
        return (path.equals(ManifestFiles.STANDARD_INPUT)
                        ? copy.resolve(STANDARD_INPUT_FILE)
                        : copy.resolve(root.relativize(absolute(Path.of(path)))))
                .toString();
    }

    /**
     * The kustomizations of the repository that are made of one of these files, but for those among the paths, those
     * that others use, and components. Outside of a repository those beside a kustomization of the paths.
     */
    public List<Path> othersOf(Set<Path> touched) {
        Optional<Path> repository = Stream.iterate(root, Objects::nonNull, Path::getParent)
                .filter(at -> Files.exists(at.resolve(".git")))
                .findFirst();
        if (touched.isEmpty() || (closures.isEmpty() && repository.isEmpty())) {
            return List.of();
        }
        List<Kustomization> all = ManifestFiles.below(repository.orElse(root))
                .filter(Files::isDirectory)
                .flatMap(folder -> Kustomization.in(folder).stream())
                .toList();
        Set<Path> named = all.stream().flatMap(one -> one.names().stream()).collect(Collectors.toSet());
        return all.stream()
                .filter(one -> !one.isComponent() && !named.contains(absolute(one.folder())))
                .map(Kustomization::folder)
                .filter(folder -> !closures.containsKey(absolute(folder)))
                .filter(folder ->
                        Kustomization.closure(folder, one -> {}).stream().anyMatch(touched::contains))
                .toList();
    }
}
