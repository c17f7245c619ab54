// SPDX-License-Identifier: Apache-2.0
package io.podidentity.podid.migrate.edit;

import io.podidentity.emulator.manifest.ManifestFiles;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.BiPredicate;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.snakeyaml.engine.v2.nodes.MappingNode;
import org.snakeyaml.engine.v2.nodes.Node;
import org.snakeyaml.engine.v2.nodes.NodeTuple;
import org.snakeyaml.engine.v2.nodes.ScalarNode;
import org.snakeyaml.engine.v2.nodes.SequenceNode;

/** The text of a kustomization, and what is to change in its lists of files and patches. Not thread-safe. */
final class KustomizationText {

    private static final String PATCHES = "patches";
    private static final List<String> LISTS = List.of("resources", PATCHES, "patchesStrategicMerge", "patchesJson6902");

    private final SourceText source;
    private final MappingNode root;
    private final Set<Node> gone = new LinkedHashSet<>();
    private final Set<String> added = new LinkedHashSet<>();

    private KustomizationText(SourceText source, MappingNode root) {
        this.source = source;
        this.root = root;
    }

    static Optional<KustomizationText> of(SourceText source) {
        return source.documents().size() == 1 && source.documents().get(0) instanceof MappingNode root
                ? Optional.of(new KustomizationText(source, root))
                : Optional.empty();
    }

    String text(String key) {
        return Nodes.text(root, key);
    }

    private Path file(Node item) {
        String name = item instanceof ScalarNode ? Nodes.text(item) : Nodes.text(item, "path");
        return name.contains("\n")
                ? Path.of("")
                : Path.of(source.name()).resolveSibling(name).toAbsolutePath().normalize();
    }

    boolean names(Path file) {
        return LISTS.stream()
                .flatMap(list -> Nodes.items(root, list).stream())
                .anyMatch(item -> !gone.contains(item) && file(item).equals(file));
    }

    void unlist(Path file) {
        drop(item -> file(item).equals(file));
    }

    /**
     * Takes out the patches of objects that are removed, by kind and name, which is empty for all; gives their files.
     */
    Set<Path> dropPatches(BiPredicate<String, String> removed) {
        return drop(item -> {
            Node target = Nodes.at(item, "target").orElse(item);
            String inline = item instanceof ScalarNode ? Nodes.text(item) : Nodes.text(item, "patch");
            return removed.test(Nodes.text(target, "kind"), Nodes.text(target, "name"))
                    || (inline.contains("\n")
                            && SourceObject.in(SourceText.of("", inline)).stream()
                                    .anyMatch(object -> removed.test(object.kind(), object.name())));
        });
    }

    /** The places of replacements and variables that take a value from, or put one into, an object that is removed. */
    List<String> danglingReferences(BiPredicate<String, String> removed) {
        Stream<Node> replacements = Nodes.items(root, "replacements").stream().flatMap(this::replacements);
        Stream<Node> references = Stream.concat(
                replacements.flatMap(KustomizationText::references),
                Nodes.items(root, "vars").stream().flatMap(one -> Nodes.at(one, "objref").stream()));
        return references
                .filter(one -> removed.test(Nodes.text(one, "kind"), Nodes.text(one, "name")))
                .map(one -> source.name() + " names " + Nodes.text(one, "kind") + " " + Nodes.text(one, "name"))
                .distinct()
                .toList();
    }

    /** Itself, or what the file that it names has. */
    private Stream<Node> replacements(Node item) {
        Path file = file(item);
        if (Nodes.text(item, "path").isEmpty() || !Files.isRegularFile(file)) {
            return Stream.of(item);
        }
        return SourceText.of(file.toString(), ManifestFiles.content(file)).documents().stream()
                .flatMap(document ->
                        document instanceof SequenceNode list ? list.getValue().stream() : Stream.of(document));
    }

    private static Stream<Node> references(Node replacement) {
        return Stream.concat(
                Nodes.at(replacement, "source").stream(),
                Nodes.items(replacement, "targets").stream().flatMap(one -> Nodes.at(one, "select").stream()));
    }

    private Set<Path> drop(Predicate<Node> which) {
        List<Node> dropped = LISTS.stream()
                .flatMap(list -> Nodes.items(root, list).stream())
                .filter(which)
                .toList();
        gone.addAll(dropped);
        return dropped.stream().map(this::file).collect(Collectors.toSet());
    }

    /** Adds a patch of one object, of lines without indentation and ended by line feeds. */
    void addPatch(String kind, String name, String patch) {
        Optional<Node> list = Nodes.at(root, PATCHES);
        boolean isBlock = list.isEmpty()
                || (!Nodes.isFlow(list.get()) && !Nodes.items(root, PATCHES).isEmpty());
        if (!isBlock || Nodes.isFlow(root)) {
            throw new UneditableException(source.place(source.start(root)), "its patches are not one in each line");
        }
        added.add("- target: {kind: " + kind + ", name: " + name + "}\n  patch: |-\n"
                + patch.lines().map(line -> "    " + line + "\n").collect(Collectors.joining()));
    }

    void write() {
        for (String key : LISTS) {
            Nodes.field(root, key)
                    .filter(tuple -> tuple.getValueNode() instanceof SequenceNode)
                    .ifPresent(tuple -> write(tuple, (SequenceNode) tuple.getValueNode()));
        }
        if (!added.isEmpty() && Nodes.field(root, PATCHES).isEmpty()) {
            source.insertLines(source.text().length(), PATCHES + ":\n" + added(2));
        }
    }

    private void write(NodeTuple tuple, SequenceNode list) {
        List<Node> all = list.getValue();
        List<Node> removed = all.stream().filter(gone::contains).toList();
        String key = Nodes.text(tuple.getKeyNode());
        boolean grows = !added.isEmpty() && key.equals(PATCHES);
        if (grows) {
            int dash = source.column(source.text().lastIndexOf('-', source.start(all.get(0)) - 1));
            source.insertLines(source.lineBehind(source.end(tuple)), added(dash));
        }
        if (removed.size() == all.size() && !all.isEmpty() && !key.equals(LISTS.get(0)) && !grows) {
            int start = source.start(tuple.getKeyNode());
            source.replace(source.lineStart(start), source.lineBehind(source.end(tuple)), "");
            return;
        }
        removed.forEach(item -> source.remove(list, item, removed));
    }

    private String added(int column) {
        return added.stream()
                .flatMap(String::lines)
                .map(line -> " ".repeat(column) + line + "\n")
                .collect(Collectors.joining());
    }
}
