package io.podidentity.podid.migrate.edit;

import io.podidentity.emulator.cluster.Position;
import io.podidentity.emulator.manifest.Kustomization;
import io.podidentity.emulator.manifest.ManifestException;
import io.podidentity.emulator.manifest.ManifestFiles;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.snakeyaml.engine.v2.nodes.MappingNode;
import org.snakeyaml.engine.v2.nodes.Node;
import org.snakeyaml.engine.v2.nodes.ScalarNode;
import org.snakeyaml.engine.v2.nodes.SequenceNode;

/**
 * All files that the paths of a user name, and those that their kustomizations name, below one root. Not thread-safe.
 */
public final class SourceTree {

    /** What standard input is called. */
    public static final String STANDARD_INPUT_FILE = "stdin.yaml";

    private static final String RENDERED = "kubectl kustomize ";

    private final List<String> paths;
    private final Path root;
    private final Map<Path, SourceText> texts = new TreeMap<>();
    private final Set<Path> others = new LinkedHashSet<>();
    private final List<Path> charts = new ArrayList<>();
    private final Map<Path, Set<Path>> closures = new HashMap<>();
    private final Map<String, SourceObject> byPlace = new LinkedHashMap<>();
    private final Set<Path> patches = new LinkedHashSet<>();

    private SourceTree(List<String> paths) {
        this.paths = paths;
        var files = new LinkedHashSet<Path>();
        for (String path : paths) {
            if (!path.equals(ManifestFiles.STANDARD_INPUT)) {
                add(Path.of(path), files);
            }
        }
        this.root = commonRoot(files);
        files.forEach(this::add);
    }

    /**
     * Reads them.
     *
     * @param standardInput what {@code -} stands for
     * @throws ManifestException if a file cannot be read
     */
    public static SourceTree read(List<String> paths, String standardInput) {
        var tree = new SourceTree(paths);
        if (paths.contains(ManifestFiles.STANDARD_INPUT)) {
            tree.texts.put(Path.of(STANDARD_INPUT_FILE), SourceText.of(ManifestFiles.STANDARD_INPUT, standardInput));
        }
        for (SourceText text : tree.texts.values()) {
            SourceObject.in(text).forEach(object -> tree.byPlace.putIfAbsent(key(text.name(), object.line()), object));
        }
        return tree;
    }

    private static String key(String file, int line) {
        return (file.equals(ManifestFiles.STANDARD_INPUT) ? file : absolute(Path.of(file))) + ":" + line;
    }

    private void add(Path path, Set<Path> files) {
        if (!Files.isDirectory(path)) {
            files.addAll(ManifestFiles.files(path));
            return;
        }
        try (Stream<Path> below = Files.walk(path)) {
            List<Path> all = below.sorted().toList();
            all.stream()
                    .filter(file -> file.endsWith("Chart.yaml"))
                    .map(file -> file.toAbsolutePath().getParent())
                    .filter(chart -> charts.stream().noneMatch(chart::startsWith))
                    .forEach(charts::add);
            all.stream()
                    .filter(Files::isDirectory)
                    .filter(this::isOutsideCharts)
                    .forEach(folder -> Kustomization.in(folder).ifPresent(one -> close(folder, files)));
            if (all.stream()
                    .anyMatch(
                            file -> Files.isRegularFile(file) && file.toString().matches(".*\\.(yaml|yml|json)"))) {
                ManifestFiles.files(path).stream().filter(this::isOutsideCharts).forEach(files::add);
            }
        } catch (IOException e) {
            throw new ManifestException("Cannot read the folder " + path + " (" + e.getMessage() + ")");
        }
    }

    private boolean isOutsideCharts(Path file) {
        return charts.stream().noneMatch(file.toAbsolutePath().normalize()::startsWith);
    }

    /** All that a kustomization names, and what those name. */
    private void close(Path folder, Set<Path> files) {
        var closure = new LinkedHashSet<Path>();
        Deque<Path> open = new ArrayDeque<>(List.of(folder));
        var seen = new LinkedHashSet<Path>();
        while (!open.isEmpty()) {
            Path next = open.pop();
            if (!seen.add(absolute(next))) {
                continue;
            }
            if (Files.isDirectory(next)) {
                ManifestFiles.KUSTOMIZATIONS.stream()
                        .map(next::resolve)
                        .filter(Files::isRegularFile)
                        .map(SourceTree::relative)
                        .forEach(closure::add);
                Kustomization.in(next).ifPresent(one -> {
                    patches.addAll(one.patches());
                    one.names().forEach(open::push);
                });
            } else {
                closure.add(relative(next));
            }
        }
        closures.put(
                absolute(folder),
                Set.copyOf(closure.stream().map(SourceTree::absolute).toList()));
        files.addAll(closure);
    }

    private static Path absolute(Path path) {
        return path.toAbsolutePath().normalize();
    }

    /** As a user would write it. */
    private static Path relative(Path path) {
        Path here = Path.of("").toAbsolutePath();
        return path.isAbsolute() && path.startsWith(here) ? here.relativize(path) : path;
    }

    private Path commonRoot(Set<Path> files) {
        Stream<Path> folders = Stream.concat(
                files.stream()
                        .map(file ->
                                Optional.ofNullable(absolute(file).getParent()).orElse(absolute(file))),
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

    /** The folder that contains everything. */
    public Path root() {
        return root;
    }

    /** The texts by their place below the root. */
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

    public List<SourceObject> objects() {
        return List.copyOf(byPlace.values());
    }

    /**
     * Where an object of a cluster is written: one place, or for what kubectl has rendered each file that says
     * something of an object of that kind and name.
     */
    public List<SourceObject> of(Position position, String kind, String name) {
        String file = position.file();
        if (!file.startsWith(RENDERED)) {
            return Optional.ofNullable(byPlace.get(key(file, position.line()))).stream()
                    .toList();
        }
        return named(position, name).stream()
                .filter(object -> object.kind().equals(kind))
                .toList();
    }

    /** Where something of that name is written for what kubectl has rendered, which may be made of another kind. */
    public List<SourceObject> named(Position position, String name) {
        String file = position.file();
        Set<Path> closure = file.startsWith(RENDERED)
                ? closures.getOrDefault(absolute(Path.of(file.substring(RENDERED.length()))), Set.of())
                : Set.of();
        return byPlace.values().stream()
                .filter(object -> object.name().equals(name))
                .filter(object ->
                        closure.contains(absolute(Path.of(object.source().name()))))
                .toList();
    }

    /** Whether a kustomization applies the file to what others define. */
    public boolean isPatch(SourceText text) {
        return patches.contains(absolute(Path.of(text.name())));
    }

    /** Takes a file out of the kustomizations that list it. */
    public void unlist(SourceText gone) {
        Path file = absolute(Path.of(gone.name()));
        texts.values().stream()
                .filter(text -> ManifestFiles.KUSTOMIZATIONS.contains(
                        String.valueOf(Path.of(text.name()).getFileName())))
                .forEach(text -> unlist(
                        text,
                        item -> absolute(Path.of(text.name()).resolveSibling(item))
                                .equals(file)));
    }

    private static void unlist(SourceText text, Predicate<String> gone) {
        for (Node document : text.documents()) {
            if (document instanceof MappingNode kustomization
                    && MappingFields.value(kustomization, "resources").orElse(null) instanceof SequenceNode list) {
                List<Node> removed = list.getValue().stream()
                        .filter(item -> item instanceof ScalarNode scalar && gone.test(scalar.getValue()))
                        .toList();
                removed.forEach(item -> SequenceEdit.remove(text, list, item, removed));
            }
        }
    }

    /** The paths of the user, where the tree has been copied to. */
    public List<String> pathsIn(Path copy) {
        return paths.stream()
                .map(path -> path.equals(ManifestFiles.STANDARD_INPUT)
                        ? copy.resolve(STANDARD_INPUT_FILE)
                        : copy.resolve(root.relativize(absolute(Path.of(path)))))
                .map(Path::toString)
                .toList();
    }
}
