// SPDX-License-Identifier: Apache-2.0
package io.podidentity.podid.check.source;

import io.podidentity.emulator.cluster.Position;
import io.podidentity.emulator.manifest.Kustomization;
import io.podidentity.emulator.manifest.Manifest;
import io.podidentity.emulator.manifest.ManifestException;
import io.podidentity.emulator.manifest.ManifestFiles;
import io.podidentity.emulator.manifest.Yaml;
import io.podidentity.emulator.manifest.YamlReader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Comparator;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Finds where somebody has written what kubectl has rendered: in a resource, or in the patch that sets it. kubectl does
 * not tell, so the keys that lead to a rendered field are followed in each file of the kustomization, and the file in
 * which they lead farthest is taken. Not thread-safe.
 */
public final class KustomizedSource {

    private final List<Manifest> rendered;
    private final Set<String> renderedFiles;
    private final Map<Path, List<FieldLocation>> objectsByFolder = new HashMap<>();

    /** @param manifests all that was read, rendered or not */
    public KustomizedSource(List<Manifest> manifests) {
        this.rendered = manifests.stream()
                .filter(manifest -> Kustomization.rendered(fileOf(manifest)).isPresent())
                .toList();
        this.renderedFiles = rendered.stream().map(KustomizedSource::fileOf).collect(Collectors.toSet());
    }

    private static String fileOf(Manifest manifest) {
        return manifest.content().position().file();
    }

    /**
     * Where something rendered is written.
     *
     * @param name of the object there, to which the kustomization may have added something; empty if nothing is found
     */
    public record Written(Position position, String name) {}

    /**
     * Finds the same field, or the nearest around it, in a file that somebody has written.
     *
     * @param position of what was rendered; any other is returned as it is, and so is one that is not found
     */
    public Written find(Position position) {
        return findPlace(position)
                .map(place -> new Written(place.position(), place.name()))
                .orElse(new Written(position, ""));
    }

    private Optional<Place> findPlace(Position position) {
        Optional<Path> folder = Kustomization.rendered(position.file());
        Optional<Manifest> manifest = findManifest(position);
        if (folder.isEmpty() || manifest.isEmpty()) {
            return Optional.empty();
        }
        Optional<List<FieldLocation>> way = findWay(FieldLocation.of(manifest.get()), position);
        if (way.isEmpty()) {
            return Optional.empty();
        }
        return objectsByFolder.computeIfAbsent(folder.get(), KustomizedSource::readObjects).stream()
                .filter(source -> isSourceOf(manifest.get(), source))
                .map(source -> Place.follow(way.get(), source))
                .max(Comparator.comparingInt(Place::score));
    }

    /** The manifest that has the position: in their order, the last one that does not begin behind it. */
    private Optional<Manifest> findManifest(Position position) {
        return rendered.stream()
                .filter(manifest -> fileOf(manifest).equals(position.file()))
                .filter(manifest -> manifest.content().position().line() <= position.line())
                .reduce((before, manifest) -> manifest);
    }

    /** The text, where positions in what kubectl has rendered are those in files that somebody has written. */
    public String replacePositions(String text) {
        String written = text;
        for (String file : renderedFiles) {
            written = Pattern.compile(Pattern.quote(file) + ":(\\d{1,9}):(\\d{1,9})")
                    .matcher(written)
                    .replaceAll(match -> Matcher.quoteReplacement(findPosition(file, match)));
        }
        return written;
    }

    private String findPosition(String file, MatchResult match) {
        var position = new Position(file, Integer.parseInt(match.group(1)), Integer.parseInt(match.group(2)));
        return find(position).position().toString();
    }

    /** The fields and elements of lists that lead from a value to the position; empty if it is not in there. */
    private static Optional<List<FieldLocation>> findWay(FieldLocation start, Position position) {
        for (FieldLocation item : start.items()) {
            Optional<List<FieldLocation>> below = findWay(item, position);
            if (below.isPresent()) {
                return Optional.of(prepend(item, below.get()));
            }
        }
        for (FieldLocation field : start.fields()) {
            // The position of a field is that of its key, which an element of a list does not have.
            if (field.position().equals(position)) {
                return Optional.of(List.of(field));
            }
            Optional<List<FieldLocation>> below = findWay(field, position);
            if (below.isPresent()) {
                return Optional.of(prepend(field, below.get()));
            }
        }
        // Only after its parts: an object begins where its first key does.
        if (start.valuePosition().equals(position)) {
            return Optional.of(List.of());
        }
        return Optional.empty();
    }

    private static List<FieldLocation> prepend(FieldLocation first, List<FieldLocation> rest) {
        return Stream.concat(Stream.of(first), rest.stream()).toList();
    }

    /**
     * All objects of the files that a kustomization is made of: those of its own folder first, and patches last. Of
     * several that fit alike, the first is taken.
     */
    private static List<FieldLocation> readObjects(Path folder) {
        var objects = new ArrayDeque<FieldLocation>();
        var objectsOfPatches = new ArrayDeque<FieldLocation>();
        var patches = new HashSet<Path>();
        for (Path file : Kustomization.closure(folder, seen -> patches.addAll(seen.patches()))) {
            Deque<FieldLocation> into = patches.contains(file) ? objectsOfPatches : objects;
            boolean isOwn = file.startsWith(folder.toAbsolutePath().normalize());
            readObjectsOfFile(file).forEach(isOwn ? into::addFirst : into::addLast);
        }
        return Stream.concat(objects.stream(), objectsOfPatches.stream()).toList();
    }

    /** The objects of a file; none if it is no YAML, such as a file that a generator puts into a ConfigMap. */
    private static List<FieldLocation> readObjectsOfFile(Path file) {
        if (!Files.isRegularFile(file)) {
            return List.of();
        }
        String name = relativize(file).toString();
        try {
            return YamlReader.read(name, ManifestFiles.content(file)).stream()
                    .filter(Yaml.Mapping.class::isInstance)
                    .map(object -> FieldLocation.of(name, object))
                    .toList();
        } catch (ManifestException e) {
            return List.of();
        }
    }

    private static Path relativize(Path file) {
        Path here = Path.of("").toAbsolutePath();
        return file.startsWith(here) ? here.relativize(file) : file;
    }

    /** A kustomization may put something before and behind the name. */
    private static boolean isSourceOf(Manifest manifest, FieldLocation source) {
        String name = source.at("metadata", "name").text();
        return source.at("kind").text().equals(manifest.kind())
                && !name.isEmpty()
                && manifest.name().name().contains(name);
    }

    /**
     * How far a way leads in a source, and where it ends there.
     *
     * @param score grows with each step, and grows more where a step has the rendered value; with it, a patch that sets
     *     the value wins against the resource that is patched
     * @param name of the source
     */
    private record Place(Position position, int score, String name) {

        private static final Pattern INDEX = Pattern.compile("\\[(\\d+)]$");
        private static final int STEP = 2;
        private static final int STEP_WITH_SAME_VALUE = 3;

        static Place follow(List<FieldLocation> way, FieldLocation source) {
            String name = source.at("metadata", "name").text();
            var place = new Place(source.position(), 0, name);
            FieldLocation location = source;
            for (FieldLocation step : way) {
                location = follow(step, location);
                if (location.value() == null) {
                    return place;
                }
                int points = hasSameText(location, step) ? STEP_WITH_SAME_VALUE : STEP;
                place = new Place(location.position(), place.score() + points, name);
            }
            return place;
        }

        private static boolean hasSameText(FieldLocation location, FieldLocation step) {
            return location.value() instanceof Yaml.Scalar && location.text().equals(step.text());
        }

        /** The field of the same key; of a list the element of the same name, else the one of the same index. */
        private static FieldLocation follow(FieldLocation step, FieldLocation source) {
            List<FieldLocation> items = source.items();
            if (items.isEmpty()) {
                return source.at(step.key());
            }
            String name = step.at("name").text();
            Stream<FieldLocation> sameName = items.stream()
                    .filter(item -> !name.isEmpty() && item.at("name").text().equals(name));
            Stream<FieldLocation> sameIndex = items.stream().skip(indexOf(step));
            return Stream.concat(sameName, sameIndex).findFirst().orElse(source.at(step.key()));
        }

        private static long indexOf(FieldLocation element) {
            Matcher index = INDEX.matcher(element.key());
            return index.find() ? Long.parseLong(index.group(1)) : 0;
        }
    }
}
