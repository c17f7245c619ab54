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
    private final Map<Path, List<Yaml.Mapping>> sources = new HashMap<>();

    /** @param manifests all that was read, rendered or not */
    public KustomizedSource(List<Manifest> manifests) {
        this.rendered = manifests.stream()
                .filter(one ->
                        Kustomization.rendered(one.content().position().file()).isPresent())
                .toList();
        this.files =
                rendered.stream().map(one -> one.content().position().file()).collect(Collectors.toSet());
    }

    /** The same field, or the nearest around it, in a file that somebody has written; else the position itself. */
    public Position of(Position position) {
        Optional<Path> folder = Kustomization.rendered(position.file());
        if (folder.isEmpty()) {
            return position;
        }
        // In their order, so that it is in the last one that does not begin behind it.
        Optional<Manifest> manifest = rendered.stream()
                .filter(one -> one.content().position().file().equals(position.file())
                        && one.content().position().line() <= position.line())
                .reduce((before, one) -> one);
        return manifest.flatMap(one -> way(one.content(), position))
                .flatMap(way -> sources.computeIfAbsent(folder.get(), KustomizedSource::read).stream()
                        .filter(source -> isOf(manifest.get(), source))
                        .map(source -> Place.of(source, way))
                        .max(Comparator.comparingInt(Place::depth)))
                .map(Place::position)
                .orElse(position);
    }

    /** The text, where positions in what kubectl has rendered are those in files that somebody has written. */
    public String in(String text) {
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

    /**
     * A key, or an element of a list.
     *
     * @param value what it leads to
     */
    private record Step(String key, int index, Yaml value) {}

    /** How one gets from the value to the position; empty if it is not in there. */
    private static Optional<List<Step>> way(Yaml value, Position position) {
        if (value instanceof Yaml.Mapping mapping) {
            for (Yaml.Entry entry : mapping.entries()) {
                Optional<List<Step>> below =
                        entry.position().equals(position) ? Optional.of(List.of()) : way(entry.value(), position);
                if (below.isPresent()) {
                    return behind(new Step(entry.key(), 0, entry.value()), below.get());
                }
            }
        } else if (value instanceof Yaml.Sequence list) {
            for (int i = 0; i < list.elements().size(); i++) {
                Optional<List<Step>> below = way(list.elements().get(i), position);
                if (below.isPresent()) {
                    return behind(new Step("", i, list.elements().get(i)), below.get());
                }
            }
        }
        // After its parts: an object begins where its first key does.
        return value.position().equals(position) ? Optional.of(List.of()) : Optional.empty();
    }

    private static Optional<List<Step>> behind(Step first, List<Step> rest) {
        return Optional.of(Stream.concat(Stream.of(first), rest.stream()).toList());
    }

    /** All objects of the files that a kustomization is made of, those of its own folder first, and patches last. */
    private static List<Yaml.Mapping> read(Path folder) {
        var objects = new ArrayList<Yaml.Mapping>();
        var ofPatches = new ArrayList<Yaml.Mapping>();
        var patches = new HashSet<Path>();
        for (Path file : Kustomization.closure(folder, one -> patches.addAll(one.patches()))) {
            boolean isOwn = file.startsWith(folder.toAbsolutePath().normalize());
            List<Yaml.Mapping> into = patches.contains(file) ? ofPatches : objects;
            try {
                Path name = relative(file);
                YamlReader.read(name.toString(), Files.isRegularFile(file) ? ManifestFiles.content(file) : "").stream()
                        .filter(Yaml.Mapping.class::isInstance)
                        .map(Yaml.Mapping.class::cast)
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
    private static boolean isOf(Manifest manifest, Yaml.Mapping source) {
        String name = source.textAt("metadata", "name");
        return source.textAt("kind").equals(manifest.kind())
                && !name.isEmpty()
                && manifest.name().name().contains(name);
    }

    /** The end of the way in a source, and how far it went there; one more where the value is the same. */
    private record Place(Position position, int depth) {

        static Place of(Yaml.Mapping source, List<Step> way) {
            Yaml at = source;
            var place = new Place(source.position(), 0);
            for (Step step : way) {
                Optional<Yaml.Entry> next = next(at, step);
                if (next.isEmpty()) {
                    return place;
                }
                at = next.get().value();
                boolean isSame = at instanceof Yaml.Scalar
                        && at.textAt().equals(step.value().textAt());
                place = new Place(next.get().position(), place.depth() + (isSame ? 3 : 2));
            }
            return place;
        }

        private static Optional<Yaml.Entry> next(Yaml at, Step step) {
            if (at instanceof Yaml.Mapping mapping) {
                return mapping.entries().stream()
                        .filter(entry -> entry.key().equals(step.key()))
                        .findFirst();
            }
            String name = step.value().textAt("name");
            List<Yaml> elements = at.elementsAt();
            return Stream.concat(
                            elements.stream()
                                    .filter(element -> !name.isEmpty()
                                            && element.textAt("name").equals(name)),
                            elements.stream().skip(step.index()))
                    .findFirst()
                    .map(element -> new Yaml.Entry("", element.position(), element));
        }
    }
}
