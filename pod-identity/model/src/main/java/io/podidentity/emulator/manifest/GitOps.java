// SPDX-License-Identifier: Apache-2.0
package io.podidentity.emulator.manifest;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * What Flux and Argo CD make of the folders that are read: charts that a {@link Release} installs with its values, and
 * what a Flux Kustomization puts in for variables. Not thread-safe.
 *
 * @see <a href="https://fluxcd.io/flux/components/kustomize/kustomizations/">Flux's Kustomization</a>
 */
final class GitOps {

    /** It must not be an option of helm either. */
    private static final Pattern NAME = Pattern.compile("[a-z0-9]([-a-z0-9.]*[a-z0-9])?");

    private static final Pattern VARIABLE = Pattern.compile("\\$\\{(\\w+)(?::?[-=]([^}]*))?}");

    private final Tools tools;
    /** As the user names them, by their absolute path. */
    private final Map<Path, Path> charts = new HashMap<>();

    private final List<Release> releases = new ArrayList<>();
    private final Map<String, String> repositories = new HashMap<>();
    private final List<Substitution> substitutions = new ArrayList<>();

    GitOps(Tools tools) {
        this.tools = tools;
    }

    /**
     * What a Flux Kustomization puts in for variables.
     *
     * @param path of the folder in its repository
     * @param isAll whether no other values come from objects of the cluster, so that defaults are taken
     */
    private record Substitution(Path path, Yaml values, boolean isAll) {

        boolean appliesTo(Path place) {
            return Stream.iterate(place.toAbsolutePath().normalize(), Objects::nonNull, Path::getParent)
                    .anyMatch(folder -> isAt(folder, path));
        }

        List<ManifestText> fillIn(List<ManifestText> texts) {
            return texts.stream().map(this::fillIn).toList();
        }

        private ManifestText fillIn(ManifestText text) {
            String content = VARIABLE.matcher(text.content())
                    .replaceAll(variable -> Matcher.quoteReplacement(valueOf(variable)));
            return new ManifestText(text.file(), content, text.namespace());
        }

        /** The value, or else the default if it is known that there is no value, or else the variable itself. */
        private String valueOf(MatchResult variable) {
            String name = variable.group(1);
            if (values.at(name).isPresent()) {
                return values.textAt(name);
            }
            boolean hasDefault = variable.group(2) != null;
            return isAll && hasDefault ? variable.group(2) : variable.group();
        }
    }

    /**
     * Takes note of charts and of the objects that install them.
     *
     * @param files in which there may be such objects
     */
    void add(List<Path> chartFolders, List<Path> files) {
        chartFolders.forEach(chart -> charts.put(chart.toAbsolutePath().normalize(), chart));
        files.forEach(this::addFile);
    }

    private void addFile(Path file) {
        try {
            String text = ManifestFiles.content(file);
            if (Manifest.GROUP_OF_CONTROLLERS.matcher(text).find()) {
                YamlReader.read(file.toString(), text).forEach(this::addObject);
            }
        } catch (ManifestException e) {
            // Whoever reads the file for its objects says what is wrong with it.
        }
    }

    private void addObject(Yaml object) {
        String kind = object.textAt("kind");
        if (Manifest.KINDS_OF_RELEASES.contains(kind)) {
            releases.add(Release.of(object));
        } else if (kind.equals("GitRepository")) {
            repositories.put(object.textAt("metadata", "name"), object.textAt("spec", "url"));
        } else if (kind.equals("Kustomization")) {
            substitution(object).ifPresent(substitutions::add);
        }
    }

    private static Optional<Substitution> substitution(Yaml kustomization) {
        Path path = Release.pathOf(kustomization.textAt("spec", "path"));
        boolean isAll = kustomization.at("spec", "postBuild", "substituteFrom").isEmpty();
        return kustomization.at("spec", "postBuild", "substitute").map(values -> new Substitution(path, values, isAll));
    }

    /** Whether a release says with which values the chart is installed. */
    boolean installs(Path chart) {
        Path absolute = chart.toAbsolutePath().normalize();
        return releases.stream().flatMap(release -> findChart(release).stream()).anyMatch(absolute::equals);
    }

    /** The texts of a file or folder as each of Flux's Kustomizations that takes it fills them in; else as they are. */
    List<List<ManifestText>> filled(Path place, List<ManifestText> texts) {
        List<List<ManifestText>> filled = substitutions.stream()
                .filter(substitution -> substitution.appliesTo(place))
                .map(substitution -> substitution.fillIn(texts))
                .distinct()
                .toList();
        return filled.isEmpty() ? List.of(texts) : filled;
    }

    private static boolean isAt(Path absolute, Path inRepository) {
        return !inRepository.toString().isEmpty() && absolute.endsWith(inRepository);
    }

    /**
     * What the chart of a release makes with its values.
     *
     * @throws IOException if it cannot be told; the message says why, as the end of a sentence
     */
    ManifestText render(Manifest manifest) throws IOException {
        Release release = Release.of(manifest.content());
        Path chart = findChart(release)
                .orElseThrow(() -> new IOException("of a chart that is not in these folders: render it by helm"
                        + " template, and check that too"));
        String name = nameOf(release, manifest);
        if (!NAME.matcher(name).matches()) {
            throw new IOException("but Helm takes no release of that name");
        }
        String target = release.targetNamespace();
        String namespace = target.isEmpty() ? manifest.name().namespace() : target;
        HelmValues values = release.values(chart);
        var arguments = new ArrayList<>(
                List.of("template", name, charts.getOrDefault(chart, chart).toString(), "--namespace", namespace));
        String file = "helm " + String.join(" ", arguments.subList(0, 3));
        arguments.addAll(values.arguments());
        return new ManifestText(file, tools.render("helm", arguments, values.standardInput()), namespace);
    }

    private static String nameOf(Release release, Manifest manifest) {
        String given = release.givenName();
        return given.isEmpty() ? release.defaultName(manifest.name().name()) : given;
    }

    /** The chart that a release installs, made absolute; empty if it is not in these folders, or not for certain. */
    private Optional<Path> findChart(Release release) {
        if (!release.isInGit()) {
            return Optional.empty();
        }
        String url = release.repositoryUrl(repositories);
        List<Path> found = charts.keySet().stream()
                .filter(chart -> isAt(chart, release.chartPath()) && isOf(url, release.rootOf(chart)))
                .toList();
        return found.size() == 1 ? Optional.of(found.get(0)) : Optional.empty();
    }

    /** Whether a clone is one of the repository at that address, as far as that can be told. */
    private static boolean isOf(String url, Path clone) {
        Path config = clone.resolve(".git/config");
        String name = url.replaceFirst("(\\.git)?/?$", "").replaceFirst(".*[/:]", "");
        return !Files.isRegularFile(config) || ManifestFiles.content(config).contains(name);
    }
}
