package io.podidentity.emulator.manifest;

import io.podidentity.emulator.json.Json;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * What Flux and Argo CD make of the folders that are read: charts that a HelmRelease or an Application installs with
 * its values, and what a Flux Kustomization puts in for variables. Not thread-safe.
 *
 * @see <a href="https://fluxcd.io/flux/components/helm/helmreleases/">HelmRelease</a>
 * @see <a href="https://fluxcd.io/flux/components/kustomize/kustomizations/">Flux's Kustomization</a>
 * @see <a href="https://argo-cd.readthedocs.io/en/stable/user-guide/helm/">charts in Argo CD</a>
 */
final class GitOps {

    /** It must not be an option of helm either. */
    private static final Pattern NAME = Pattern.compile("[a-z0-9]([-a-z0-9.]*[a-z0-9])?");

    private static final Pattern VARIABLE = Pattern.compile("\\$\\{(\\w+)(?::?[-=]([^}]*))?}");

    private final Tools tools;
    /** As the user names them, by their absolute path. */
    private final Map<Path, Path> charts = new HashMap<>();

    private final List<Yaml> releases = new ArrayList<>();
    private final Map<String, String> repositories = new HashMap<>();
    private final List<Substitution> substitutions = new ArrayList<>();

    GitOps(Tools tools) {
        this.tools = tools;
    }

    /**
     * What a Flux Kustomization puts in for variables.
     *
     * @param isAll whether no other values come from objects of the cluster, so that defaults are taken
     */
    private record Substitution(Path path, Yaml values, boolean isAll) {

        ManifestText in(ManifestText text) {
            String content = VARIABLE.matcher(text.content()).replaceAll(found -> {
                String absent = isAll && found.group(2) != null ? found.group(2) : found.group();
                return Matcher.quoteReplacement(
                        values.at(found.group(1)).isPresent() ? values.textAt(found.group(1)) : absent);
            });
            return new ManifestText(text.file(), content, text.namespace());
        }
    }

    void add(List<Path> folders, Stream<Path> files) {
        folders.forEach(chart -> charts.put(chart.toAbsolutePath().normalize(), chart));
        files.forEach(file -> {
            try {
                String text = ManifestFiles.content(file);
                if (Manifest.GROUP_OF_CONTROLLERS.matcher(text).find()) {
                    YamlReader.read(file.toString(), text).forEach(this::add);
                }
            } catch (ManifestException e) {
                // Whoever reads the file for its objects says what is wrong with it.
            }
        });
    }

    private void add(Yaml object) {
        String kind = object.textAt("kind");
        Optional<Yaml> values = object.at("spec", "postBuild", "substitute");
        if (Manifest.KINDS_OF_RELEASES.contains(kind)) {
            releases.add(object);
        } else if (kind.equals("GitRepository")) {
            repositories.put(object.textAt("metadata", "name"), object.textAt("spec", "url"));
        } else if (kind.equals("Kustomization") && values.isPresent()) {
            substitutions.add(new Substitution(
                    path(object.textAt("spec", "path")),
                    values.get(),
                    object.at("spec", "postBuild", "substituteFrom").isEmpty()));
        }
    }

    /** Whether a release says with which values the chart is installed. */
    boolean installs(Path chart) {
        return releases.stream().anyMatch(release -> {
            try {
                return chart(release).equals(chart.toAbsolutePath().normalize());
            } catch (IOException e) {
                return false;
            }
        });
    }

    /** The texts of a file or folder as each of Flux's Kustomizations that takes it fills them in; else as they are. */
    List<List<ManifestText>> filled(Path place, List<ManifestText> texts) {
        List<List<ManifestText>> filled = substitutions.stream()
                .filter(one -> Stream.iterate(place.toAbsolutePath().normalize(), Objects::nonNull, Path::getParent)
                        .anyMatch(folder -> isAt(folder, one.path())))
                .map(one -> texts.stream().map(one::in).toList())
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
        Yaml release = manifest.content();
        Path chart = chart(release);
        boolean isFlux = isFlux(release);
        String target =
                isFlux ? release.textAt("spec", "targetNamespace") : release.textAt("spec", "destination", "namespace");
        String namespace = target.isEmpty() ? manifest.name().namespace() : target;
        String given = isFlux
                ? release.textAt("spec", "releaseName")
                : release.textAt("spec", "source", "helm", "releaseName");
        String prefix = isFlux && !target.isEmpty() ? target + "-" : "";
        String name = given.isEmpty() ? prefix + manifest.name().name() : given;
        if (!NAME.matcher(name).matches()) {
            throw new IOException("but Helm takes no release of that name");
        }
        var arguments = new ArrayList<>(
                List.of("template", name, charts.getOrDefault(chart, chart).toString(), "--namespace", namespace));
        String file = "helm " + String.join(" ", arguments.subList(0, 3));
        String values = isFlux ? addFlux(release, chart, arguments) : addArgo(release, chart, arguments);
        return new ManifestText(file, tools.render("helm", arguments, values), namespace);
    }

    private static boolean isFlux(Yaml release) {
        return release.textAt("kind").equals("HelmRelease");
    }

    /** The chart that a release installs, made absolute. */
    private Path chart(Yaml release) throws IOException {
        boolean isFlux = isFlux(release);
        Yaml source = release.at("spec", isFlux ? "chart" : "source")
                .flatMap(one -> isFlux ? one.at("spec") : Optional.of(one))
                .orElse(release);
        boolean isInGit = isFlux
                ? source.textAt("sourceRef", "kind").equals("GitRepository")
                : source.at("chart").isEmpty();
        Path path = path(source.textAt(isFlux ? "chart" : "path"));
        String url =
                isFlux ? repositories.getOrDefault(source.textAt("sourceRef", "name"), "") : source.textAt("repoURL");
        List<Path> found = charts.keySet().stream()
                .filter(chart -> isInGit && isAt(chart, path) && isOf(url, root(chart, path)))
                .toList();
        if (found.size() != 1) {
            throw new IOException(
                    "of a chart that is not in these folders: render it by helm template, and check that too");
        }
        return found.get(0);
    }

    private static Path path(String text) {
        return ManifestFiles.path(text).orElse(Path.of("")).normalize();
    }

    private static Path root(Path chart, Path path) {
        Path root = chart;
        for (int i = 0; i < path.getNameCount() && root.getParent() != null; i++) {
            root = root.getParent();
        }
        return root;
    }

    /** Whether a clone is one of the repository at that address, as far as that can be told. */
    private static boolean isOf(String url, Path clone) {
        Path config = clone.resolve(".git/config");
        String name = url.replaceFirst("(\\.git)?/?$", "").replaceFirst(".*[/:]", "");
        return !Files.isRegularFile(config) || ManifestFiles.content(config).contains(name);
    }

    private static String addFlux(Yaml release, Path chart, List<String> arguments) throws IOException {
        if (release.at("spec", "valuesFrom").isPresent()) {
            throw new IOException("with values of valuesFrom, such as a Secret, which the cluster has: render its chart"
                    + " by helm template, and check that too");
        }
        Path root = root(chart, path(release.textAt("spec", "chart", "spec", "chart")));
        List<Path> files = release.elementsAt("spec", "chart", "spec", "valuesFiles").stream()
                .map(file -> root.resolve(path(file.textAt())).normalize())
                .toList();
        if (!files.isEmpty() && !files.contains(chart.resolve("values.yaml"))) {
            throw new IOException(
                    "with valuesFiles in place of the chart's values.yaml, which helm template cannot leave"
                            + " out: render its chart as Flux does, and check that too");
        }
        for (Path file : files) {
            addFile(file, root, arguments);
        }
        return addValues(release.at("spec", "values").map(value -> Json.write(value.plain())), arguments);
    }

    /** As above of an Application: what it says first is overruled by what it says later. */
    private static String addArgo(Yaml release, Path chart, List<String> arguments) throws IOException {
        Yaml helm = release.at("spec", "source", "helm").orElse(release);
        Path root = root(chart, path(release.textAt("spec", "source", "path")));
        for (Yaml file : helm.elementsAt("valueFiles")) {
            boolean isOfRoot = file.textAt().startsWith("/");
            Path path = path(file.textAt().substring(isOfRoot ? 1 : 0));
            addFile((isOfRoot ? root : chart).resolve(path).normalize(), root, arguments);
        }
        String values = addValues(
                helm.at("valuesObject")
                        .map(value -> Json.write(value.plain()))
                        .or(() -> Optional.of(helm.textAt("values")).filter(text -> !text.isEmpty())),
                arguments);
        for (Yaml parameter : helm.elementsAt("parameters")) {
            arguments.add(parameter.textAt("forceString").equals("true") ? "--set-string" : "--set");
            arguments.add(
                    parameter.textAt("name") + "=" + parameter.textAt("value").replaceAll("(?<!\\\\),", "\\\\,"));
        }
        return values;
    }

    /** Adds a file with values, which must be one of the repository. */
    private static void addFile(Path file, Path root, List<String> arguments) throws IOException {
        if (!file.startsWith(root)) {
            throw new IOException("with values of a file that is not in its repository");
        }
        arguments.add("--values");
        arguments.add(file.toString());
    }

    private static String addValues(Optional<String> values, List<String> arguments) {
        if (values.isPresent()) {
            arguments.add("--values");
            arguments.add("-");
        }
        return values.orElse("");
    }
}
