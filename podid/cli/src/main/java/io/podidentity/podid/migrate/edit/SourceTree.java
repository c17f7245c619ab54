// SPDX-License-Identifier: Apache-2.0
package io.podidentity.podid.migrate.edit;

import io.podidentity.emulator.cluster.Position;
import io.podidentity.emulator.manifest.ExcludedPaths;
import io.podidentity.emulator.manifest.Kustomization;
import io.podidentity.emulator.manifest.ManifestException;
import io.podidentity.emulator.manifest.ManifestFiles;
import io.podidentity.emulator.manifest.PodPlace;
import io.podidentity.emulator.manifest.PodShapes;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * All files that the paths of a user name, and those that their kustomizations name, below one root; and the objects
 * that are written in them. Not thread-safe.
 */
public final class SourceTree {

    private static final String STANDARD_INPUT_FILE = "stdin.yaml";
    private static final Pattern YAML_FILE = Pattern.compile(".*\\.(yaml|yml|json)|(.*/)?Kustomization");

    private final PodShapes shapes;
    private final SourceFiles files;
    private final Map<Path, SourceText> texts = new TreeMap<>();
    private final Set<Path> otherFiles = new LinkedHashSet<>();
    private final Map<ObjectPlace, SourceObject> objects = new LinkedHashMap<>();
    private final Map<Path, KustomizationText> kustomizations = new TreeMap<>();

    /** Where an object begins; the file is absolute, or {@code -}. */
    private record ObjectPlace(String file, int line) {

        static ObjectPlace of(String file, int line) {
            boolean isFile = !file.equals(ManifestFiles.STANDARD_INPUT);
            return new ObjectPlace(
                    isFile ? SourcePaths.makeAbsolute(Path.of(file)).toString() : file, line);
        }
    }

    /**
     * Reads all of the files.
     *
     * @param standardInput the text that {@code -} among the paths stands for
     * @param shapes the kinds that make pods
     * @param excluded the paths that are left out
     * @throws ManifestException if a file cannot be read
     */
    public SourceTree(List<String> paths, String standardInput, PodShapes shapes, ExcludedPaths excluded) {
        this.shapes = shapes;
        this.files = new SourceFiles(paths, excluded);
        files.files().forEach(this::readFile);
        if (paths.contains(ManifestFiles.STANDARD_INPUT)) {
            texts.put(Path.of(STANDARD_INPUT_FILE), SourceText.read(ManifestFiles.STANDARD_INPUT, standardInput));
        }
        texts.values().forEach(this::readObjects);
    }

    private void readFile(Path file) {
        Path place = root().relativize(SourcePaths.makeAbsolute(file));
        if (!YAML_FILE.matcher(file.toString()).matches()) {
            otherFiles.add(place);
            return;
        }
        if (texts.containsKey(place)) {
            return;
        }
        try {
            texts.put(place, SourceText.read(file.toString(), ManifestFiles.content(file)));
        } catch (ManifestException notText) {
            otherFiles.add(place);
        }
    }

    private void readObjects(SourceText text) {
        for (SourceObject object : SourceObject.readAll(text)) {
            objects.putIfAbsent(ObjectPlace.of(text.name(), object.line()), object);
        }
        Path file = text.file();
        if (ManifestFiles.KUSTOMIZATIONS.contains(String.valueOf(file.getFileName()))) {
            KustomizationText.read(text).ifPresent(kustomization -> kustomizations.put(file, kustomization));
        }
    }

    /** The files that the object at a position was rendered from; empty if the object was read as it is written. */
    private Optional<Set<Path>> findRenderedFiles(Position position) {
        return Kustomization.rendered(position.file()).map(files::filesOfKustomization);
    }

    /** Whether what stands at a position of a cluster can come from the text. */
    public boolean isMadeOf(Position position, SourceText text) {
        return findRenderedFiles(position)
                .map(rendered -> rendered.contains(text.file()))
                .orElseGet(() -> position.file().equals(text.name()));
    }

    /** The name that an object has where it is written, without what kustomizations put around it. */
    public String sourceName(Position position, String name) {
        String sourceName = name;
        for (Path file : findRenderedFiles(position).orElse(Set.of())) {
            KustomizationText kustomization = kustomizations.get(file);
            if (kustomization != null) {
                sourceName = removePrefix(sourceName, kustomization.textAt("namePrefix"));
                sourceName = removeSuffix(sourceName, kustomization.textAt("nameSuffix"));
            }
        }
        return sourceName;
    }

    private static String removePrefix(String name, String prefix) {
        return name.startsWith(prefix) ? name.substring(prefix.length()) : name;
    }

    private static String removeSuffix(String name, String suffix) {
        return name.endsWith(suffix) ? name.substring(0, name.length() - suffix.length()) : name;
    }

    /**
     * Adds a patch to the kustomization that made the object at a position.
     *
     * @throws UneditableException if there is none, or its patches cannot be extended
     */
    public void addPatch(Position position, String kind, String name, String patch) {
        KustomizationText kustomization = Kustomization.rendered(position.file())
                .map(SourcePaths::makeAbsolute)
                .flatMap(this::findKustomization)
                .orElseThrow(() -> new UneditableException(
                        position.toString(), "no kustomization with patches of its own makes it"));
        kustomization.addPatch(kind, name, patch);
    }

    private Optional<KustomizationText> findKustomization(Path folder) {
        return ManifestFiles.KUSTOMIZATIONS.stream()
                .map(folder::resolve)
                .filter(kustomizations::containsKey)
                .findFirst()
                .map(kustomizations::get);
    }

    /** The folder that all files are below, absolute. */
    public Path root() {
        return files.root();
    }

    /** The texts, by their paths below the root. */
    public Map<Path, SourceText> texts() {
        return texts;
    }

    /** Files that are no text, below the root. */
    public Set<Path> otherFiles() {
        return otherFiles;
    }

    /** The folders of Helm charts, which are not among the texts. */
    public List<Path> charts() {
        return files.charts();
    }

    /** The keys that lead to the pod template of an object; empty if its kind has none at a fixed place. */
    public Optional<List<String>> findPodTemplate(SourceObject object) {
        return shapes.fixedPlace(object.group(), object.kind()).map(PodPlace::at);
    }

    public List<SourceObject> objects() {
        return List.copyOf(objects.values());
    }

    /**
     * Where an object of a cluster is written. That is one place if the object was read as it is written. If kubectl
     * rendered it, these are all places that say something about an object of that kind and name.
     */
    public List<SourceObject> findObjects(Position position, String kind, String name) {
        if (Kustomization.rendered(position.file()).isEmpty()) {
            SourceObject object = objects.get(ObjectPlace.of(position.file(), position.line()));
            return object == null ? List.of() : List.of(object);
        }
        return findObjectsNamed(position, name).stream()
                .filter(object -> object.kind().equals(kind))
                .toList();
    }

    /**
     * Where something with the name of an object is written that kubectl rendered: kustomizations can make an object
     * from one of another kind. None if the object was read as it is written.
     */
    public List<SourceObject> findObjectsNamed(Position position, String name) {
        if (Kustomization.rendered(position.file()).isEmpty()) {
            return List.of();
        }
        String sourceName = sourceName(position, name);
        return objects.values().stream()
                .filter(object ->
                        object.name().equals(sourceName) || object.name().equals(name))
                .filter(object -> isMadeOf(position, object.source()))
                .toList();
    }

    /** Whether a kustomization applies the file to what others define. */
    public boolean isPatch(SourceText text) {
        return files.isPatch(text.file());
    }

    /**
     * Takes files, and the patches of removed objects, out of the kustomizations, and writes their other changes.
     *
     * @return the files of patches that no kustomization names any more
     */
    public Set<SourceText> finishKustomizations(
            Set<SourceText> removedFiles, Predicate<ObjectSelector> removedObjects) {
        Set<Path> patches = new LinkedHashSet<>();
        for (KustomizationText kustomization : kustomizations.values()) {
            removedFiles.forEach(text -> kustomization.removeFile(text.file()));
            patches.addAll(kustomization.removePatches(removedObjects));
        }
        kustomizations.values().forEach(KustomizationText::write);
        return texts.values().stream()
                .filter(text -> patches.contains(text.file()) && !isNamed(text.file()))
                .collect(Collectors.toCollection(LinkedHashSet::new));
    }

    private boolean isNamed(Path file) {
        return kustomizations.values().stream().anyMatch(kustomization -> kustomization.names(file));
    }

    /** Where kustomizations name removed objects, apart from patches, which are removed with them. */
    public List<String> findDanglingReferences(Predicate<ObjectSelector> removed) {
        return kustomizations.values().stream()
                .flatMap(kustomization -> kustomization.findDanglingReferences(removed).stream())
                .toList();
    }

    /** Where a path of the user is in a copy of the tree. */
    public String pathIn(Path copy, String path) {
        if (path.equals(ManifestFiles.STANDARD_INPUT)) {
            return copy.resolve(STANDARD_INPUT_FILE).toString();
        }
        return copy.resolve(root().relativize(SourcePaths.makeAbsolute(Path.of(path))))
                .toString();
    }

    /**
     * Finds the kustomizations of the repository that are made of one of these files. Those that were read already,
     * those that other kustomizations use, and components are left out. Outside of a repository the search is below the
     * root, and only if a kustomization was read.
     */
    public List<Path> findOtherKustomizations(Set<Path> touched) {
        Optional<Path> repository = findRepository();
        boolean nothingToSearch = files.kustomizations().isEmpty() && repository.isEmpty();
        if (touched.isEmpty() || nothingToSearch) {
            return List.of();
        }
        List<Kustomization> all = ManifestFiles.below(repository.orElse(root()))
                .filter(Files::isDirectory)
                .flatMap(folder -> Kustomization.in(folder).stream())
                .toList();
        Set<Path> used = all.stream()
                .flatMap(kustomization -> kustomization.names().stream())
                .collect(Collectors.toSet());
        return all.stream()
                .filter(kustomization -> !kustomization.isComponent())
                .map(Kustomization::folder)
                .filter(folder -> !used.contains(SourcePaths.makeAbsolute(folder)))
                .filter(folder -> !files.kustomizations().contains(SourcePaths.makeAbsolute(folder)))
                .filter(folder -> isMadeOfAny(folder, touched))
                .toList();
    }

    private Optional<Path> findRepository() {
        return Stream.iterate(root(), Objects::nonNull, Path::getParent)
                .filter(folder -> Files.exists(folder.resolve(".git")))
                .findFirst();
    }

    private static boolean isMadeOfAny(Path folder, Set<Path> touched) {
        return Kustomization.closure(folder, ignored -> {}).stream().anyMatch(touched::contains);
    }
}
