// SPDX-License-Identifier: Apache-2.0
package io.podidentity.podid.migrate.edit;

import io.podidentity.emulator.manifest.ManifestFiles;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.snakeyaml.engine.v2.nodes.MappingNode;
import org.snakeyaml.engine.v2.nodes.Node;
import org.snakeyaml.engine.v2.nodes.NodeTuple;
import org.snakeyaml.engine.v2.nodes.ScalarNode;
import org.snakeyaml.engine.v2.nodes.SequenceNode;

/**
 * The text of a kustomization, and what is to change in its lists of files and patches. Not thread-safe.
 *
 * <p>Lifecycle: the other methods note the changes, and {@link #write} makes them.
 */
final class KustomizationText {

    private static final String RESOURCES = "resources";
    private static final String PATCHES = "patches";
    private static final List<String> LISTS = List.of(RESOURCES, PATCHES, "patchesStrategicMerge", "patchesJson6902");

    private final SourceText source;
    private final MappingNode root;
    private final Set<Node> removedItems = new LinkedHashSet<>();
    private final Set<String> addedPatches = new LinkedHashSet<>();

    private KustomizationText(SourceText source, MappingNode root) {
        this.source = source;
        this.root = root;
    }

    /** Reads the only document of a text; empty if the text has several, or one that is no object. */
    static Optional<KustomizationText> read(SourceText source) {
        if (source.documents().size() == 1 && source.documents().get(0) instanceof MappingNode root) {
            return Optional.of(new KustomizationText(source, root));
        }
        return Optional.empty();
    }

    /** The string of a field; empty if there is none. */
    String textAt(String key) {
        return YamlNodes.textAt(root, key);
    }

    /** The file that an item of a list names; empty if the item is the text of a patch. */
    private Optional<Path> findFile(Node item) {
        String name = item instanceof ScalarNode ? YamlNodes.textAt(item) : YamlNodes.textAt(item, "path");
        if (name.contains("\n")) {
            return Optional.empty();
        }
        return Optional.of(
                Path.of(source.name()).resolveSibling(name).toAbsolutePath().normalize());
    }

    private boolean namesFile(Node item, Path file) {
        return findFile(item).filter(file::equals).isPresent();
    }

    private Stream<Node> streamItems() {
        return LISTS.stream().flatMap(list -> YamlNodes.itemsAt(root, list).stream());
    }

    /** Whether the kustomization names the file, and still does so with the changes. */
    boolean names(Path file) {
        return streamItems().anyMatch(item -> !removedItems.contains(item) && namesFile(item, file));
    }

    void removeFile(Path file) {
        removeItems(item -> namesFile(item, file));
    }

    /** Removes the patches of objects that are removed, and returns the files of these patches. */
    Set<Path> removePatches(Predicate<ObjectSelector> removed) {
        return removeItems(item -> isPatchOf(item, removed));
    }

    private static boolean isPatchOf(Node item, Predicate<ObjectSelector> objects) {
        Node target = YamlNodes.find(item, "target").orElse(item);
        return objects.test(ObjectSelector.read(target))
                || patchedObjects(item).map(ObjectSelector::of).anyMatch(objects);
    }

    /** The objects in the text of a patch that is written in the kustomization itself. */
    private static Stream<SourceObject> patchedObjects(Node item) {
        String patch = item instanceof ScalarNode ? YamlNodes.textAt(item) : YamlNodes.textAt(item, "patch");
        if (!patch.contains("\n")) {
            return Stream.empty();
        }
        return SourceObject.readAll(SourceText.read("", patch)).stream();
    }

    private Set<Path> removeItems(Predicate<Node> which) {
        List<Node> items = streamItems().filter(which).toList();
        removedItems.addAll(items);
        return items.stream().flatMap(item -> findFile(item).stream()).collect(Collectors.toSet());
    }

    /** The places of replacements and variables that take a value from, or put one into, an object that is removed. */
    List<String> findDanglingReferences(Predicate<ObjectSelector> removed) {
        Stream<Node> ofReplacements = YamlNodes.itemsAt(root, "replacements").stream()
                .flatMap(this::readReplacements)
                .flatMap(KustomizationText::findReferences);
        Stream<Node> ofVariables = YamlNodes.itemsAt(root, "vars").stream()
                .flatMap(variable -> YamlNodes.find(variable, "objref").stream());
        return Stream.concat(ofReplacements, ofVariables)
                .map(ObjectSelector::read)
                .filter(removed)
                .map(object -> source.name() + " names " + object)
                .distinct()
                .toList();
    }

    /** The replacement itself, or those in the file that it names. */
    private Stream<Node> readReplacements(Node item) {
        Optional<Path> file = findFile(item).filter(Files::isRegularFile);
        if (file.isEmpty() || YamlNodes.textAt(item, "path").isEmpty()) {
            return Stream.of(item);
        }
        return SourceText.read(file.get().toString(), ManifestFiles.content(file.get())).documents().stream()
                .flatMap(KustomizationText::streamElements);
    }

    private static Stream<Node> streamElements(Node document) {
        return document instanceof SequenceNode list ? list.getValue().stream() : Stream.of(document);
    }

    private static Stream<Node> findReferences(Node replacement) {
        return Stream.concat(
                YamlNodes.find(replacement, "source").stream(),
                YamlNodes.itemsAt(replacement, "targets").stream()
                        .flatMap(target -> YamlNodes.find(target, "select").stream()));
    }

    /**
     * Adds a patch of one object.
     *
     * @param patch lines without indentation and ended by line feeds
     * @throws UneditableException if the patches are written in brackets
     */
    void addPatch(String kind, String name, String patch) {
        if (YamlNodes.isFlow(root) || !canTakePatches()) {
            throw new UneditableException(
                    source.describePlace(source.startOf(root)), "its patches are not one in each line");
        }
        String indented = patch.lines().map(line -> "    " + line + "\n").collect(Collectors.joining());
        addedPatches.add("- target: {kind: " + kind + ", name: " + name + "}\n  patch: |-\n" + indented);
    }

    private boolean canTakePatches() {
        Optional<Node> list = YamlNodes.find(root, PATCHES);
        return list.isEmpty()
                || (!YamlNodes.isFlow(list.get())
                        && !YamlNodes.itemsAt(root, PATCHES).isEmpty());
    }

    void write() {
        for (String key : LISTS) {
            Optional<NodeTuple> field = YamlNodes.findField(root, key);
            if (field.isPresent() && field.get().getValueNode() instanceof SequenceNode list) {
                writeList(key, field.get(), list);
            }
        }
        if (!addedPatches.isEmpty() && YamlNodes.findField(root, PATCHES).isEmpty()) {
            source.insertLines(source.text().length(), PATCHES + ":\n" + indentPatches(2));
        }
    }

    private void writeList(String key, NodeTuple field, SequenceNode list) {
        List<Node> items = list.getValue();
        List<Node> removed = items.stream().filter(removedItems::contains).toList();
        boolean grows = key.equals(PATCHES) && !addedPatches.isEmpty();
        if (grows) {
            int dash = source.text().lastIndexOf('-', source.startOf(items.get(0)) - 1);
            source.insertLines(
                    source.lines().startBehind(source.endOf(field)),
                    indentPatches(source.lines().columnOf(dash)));
        }
        boolean isEmptied = !items.isEmpty() && removed.size() == items.size() && !grows;
        // The key of the resources stays even without an item: the next resource belongs there.
        if (isEmptied && !key.equals(RESOURCES)) {
            int start = source.startOf(field.getKeyNode());
            source.replace(source.lines().startOf(start), source.lines().startBehind(source.endOf(field)), "");
            return;
        }
        removed.forEach(item -> source.removeElement(list, item, removed));
    }

    private String indentPatches(int column) {
        return addedPatches.stream()
                .flatMap(String::lines)
                .map(line -> " ".repeat(column) + line + "\n")
                .collect(Collectors.joining());
    }
}
