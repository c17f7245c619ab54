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
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Finds where what kubectl has rendered is written: in a resource, or in the patch that sets it. Not thread-safe. */
public final class KustomizedSource {

    private final List<Manifest> rendered;
    private final Set<String> files;
    private final Map<Path, List<FieldLocation>> sources = new HashMap<>();

    /** @param manifests all that was read, rendered or not */
    public KustomizedSource(List<Manifest> manifests) {
        this.rendered = manifests.stream()
                .filter(one ->
                        Kustomization.rendered(one.content().position().file()).isPresent())
                .toList();
        this.files =
                rendered.stream().map(one -> one.content().position().file()).collect(Collectors.toSet());
    }

    /**
     * Where something rendered is written.
     *
     * @param name of the object there, to which the kustomization may have added something; empty if nothing is found
     */
    public record Written(Position position, String name) {}

    /** The same field, or the nearest around it, in a file that somebody has written; else the position itself. */
    public Position of(Position position) {
        return find(position).position();
    }

    /** As {@link #of}, with the object that the field is written in. */
    public Written find(Position position) {
        Optional<Path> folder = Kustomization.rendered(position.file());
        if (folder.isEmpty()) {
            return new Written(position, "");
        }
        // In their order, so that it is in the last one that does not begin behind it.
        Optional<Manifest> manifest = rendered.stream()
                .filter(one -> one.content().position().file().equals(position.file())
                        && one.content().position().line() <= position.line())
                .reduce((before, one) -> one);
        return manifest.flatMap(one -> way(FieldLocation.of(one), position))
                .flatMap(way -> sources.computeIfAbsent(folder.get(), KustomizedSource::read).stream()
                        .filter(source -> isOf(manifest.get(), source))
                        .map(source -> Place.of(source, way))
                        .max(Comparator.comparingInt(Place::depth)))
                .map(place -> new Written(place.position(), place.name()))
                .orElse(new Written(position, ""));
    }

    /** The text, where positions in what kubectl has rendered are those in files that somebody has written. */
    public String replacePositions(String text) {
        String written = text;
        for (String file : files) {
            written = Pattern.compile(Pattern.quote(file) + ":(\\d{1,9}):(\\d{1,9})")
                    .matcher(written)
                    .replaceAll(at -> Matcher.quoteReplacement(
                            of(new Position(file, Integer.parseInt(at.group(1)), Integer.parseInt(at.group(2))))
                                    .toString()));
        }
        return written;
    }

    /** The keys and elements of lists that lead from a value to the position; empty if it is not in there. */
    private static Optional<List<FieldLocation>> way(FieldLocation at, Position position) {
        boolean isList = !at.items().isEmpty();
        for (FieldLocation child : isList ? at.items() : at.fields()) {
            Optional<List<FieldLocation>> below =
                    !isList && child.position().equals(position) ? Optional.of(List.of()) : way(child, position);
            if (below.isPresent()) {
                return Optional.of(
                        Stream.concat(Stream.of(child), below.get().stream()).toList());
            }
        }
        // After its parts: an object begins where its first key does.
        return at.valuePosition().equals(position) ? Optional.of(List.of()) : Optional.empty();
    }

    /** All objects of the files that a kustomization is made of, those of its own folder first, and patches last. */
    private static List<FieldLocation> read(Path folder) {
        var objects = new ArrayList<FieldLocation>();
        var ofPatches = new ArrayList<FieldLocation>();
        var patches = new HashSet<Path>();
        for (Path file : Kustomization.closure(folder, one -> patches.addAll(one.patches()))) {
            boolean isOwn = file.startsWith(folder.toAbsolutePath().normalize());
            List<FieldLocation> into = patches.contains(file) ? ofPatches : objects;
            try {
                Path name = relative(file);
                YamlReader.read(name.toString(), Files.isRegularFile(file) ? ManifestFiles.content(file) : "").stream()
                        .filter(Yaml.Mapping.class::isInstance)
                        .map(one -> FieldLocation.of(name.toString(), one))
                        .forEach(one -> into.add(isOwn ? 0 : into.size(), one));
            } catch (ManifestException e) {
                // No YAML, such as a file that a generator puts into a ConfigMap.
            }
        }
        objects.addAll(ofPatches);
        return objects;
    }

    private static Path relative(Path file) {
        Path here = Path.of("").toAbsolutePath();
        return file.startsWith(here) ? here.relativize(file) : file;
    }

    /** A kustomization may put something before and behind the name. */
    private static boolean isOf(Manifest manifest, FieldLocation source) {
        String name = source.at("metadata", "name").text();
        return source.at("kind").text().equals(manifest.kind())
                && !name.isEmpty()
                && manifest.name().name().contains(name);
    }

    /** The end of the way in a source, and how far it went there; one more where the value is the same. */
    private record Place(Position position, int depth, String name) {

        static Place of(FieldLocation source, List<FieldLocation> way) {
            FieldLocation at = source;
            String name = source.at("metadata", "name").text();
            var place = new Place(source.position(), 0, name);
            for (FieldLocation step : way) {
                at = next(at, step);
                if (at.value() == null) {
                    return place;
                }
                boolean isSame = at.value() instanceof Yaml.Scalar && at.text().equals(step.text());
                place = new Place(at.position(), place.depth() + (isSame ? 3 : 2), name);
            }
            return place;
        }

        /** The same key; of a list the element of the same name, or at the same place. */
        private static FieldLocation next(FieldLocation at, FieldLocation step) {
            if (at.items().isEmpty()) {
                return at.at(step.key());
            }
            String name = step.at("name").text();
            Matcher index = Pattern.compile("\\[(\\d+)]$").matcher(step.key());
            return Stream.concat(
                            at.items().stream()
                                    .filter(element -> !name.isEmpty()
                                            && element.at("name").text().equals(name)),
                            at.items().stream().skip(index.find() ? Long.parseLong(index.group(1)) : 0))
                    .findFirst()
                    .orElse(at.at(step.key()));
        }
    }
}
