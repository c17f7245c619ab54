package io.podidentity.emulator.manifest;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * The texts that a user names, as sets: files and standard input make one together, and in a folder with several
 * kustomizations and charts each of those makes one of its own, since each is a way to install the same. Folders with a
 * kustomization are rendered by kubectl, charts by helm. Not thread-safe.
 */
final class ManifestTexts {

    private static final String CHART = "Chart.yaml";

    private final Tools tools;
    private final ExcludedPaths excluded;
    private final GitOps gitOps;
    private final List<ManifestText> common = new ArrayList<>();
    private final List<List<ManifestText>> apart = new ArrayList<>();
    private final List<Skipped> skipped = new ArrayList<>();

    ManifestTexts(Tools tools, ExcludedPaths excluded) {
        this.tools = tools;
        this.excluded = excluded;
        this.gitOps = new GitOps(tools);
    }

    /** @throws ManifestException if there is no such file or folder, or nothing in it */
    void add(List<String> paths, InputStream standardInput) {
        for (String path : paths) {
            if (path.equals(ManifestFiles.STANDARD_INPUT)) {
                common.add(new ManifestText(path, ManifestFiles.content(path, standardInput)));
            } else if (Files.isDirectory(Path.of(path))) {
                addFolder(Path.of(path));
            } else {
                ManifestFiles.files(Path.of(path))
                        .forEach(file -> common.add(new ManifestText(file.toString(), ManifestFiles.content(file))));
            }
        }
    }

    List<ManifestText> all() {
        var all = new ArrayList<>(common);
        apart.forEach(all::addAll);
        return all;
    }

    /** The texts by set; files that the user names belong to each of them. */
    List<List<ManifestText>> sets() {
        if (apart.isEmpty()) {
            return List.of(common);
        }
        return apart.stream()
                .map(set -> {
                    var whole = new ArrayList<>(common);
                    whole.addAll(set);
                    return List.copyOf(whole);
                })
                .toList();
    }

    GitOps gitOps() {
        return gitOps;
    }

    List<Skipped> skipped() {
        return skipped;
    }

    private void addFolder(Path folder) {
        List<Path> below = ManifestFiles.below(folder)
                .filter(file -> !excluded.contains(file))
                .toList();
        List<Path> charts = below.stream()
                .filter(file -> file.endsWith(CHART) && Files.isRegularFile(file))
                .map(ManifestTexts::folderOf)
                .toList();
        List<Path> outer = charts.stream()
                .filter(chart -> charts.stream().noneMatch(other -> isInside(chart, other)))
                .toList();
        List<Path> outside = below.stream()
                .filter(file -> outer.stream().noneMatch(file::startsWith))
                .toList();
        List<Kustomization> kustomizations = outside.stream()
                .filter(Files::isDirectory)
                .flatMap(file -> Kustomization.in(file).stream())
                .toList();
        Set<Path> named = new LinkedHashSet<>();
        kustomizations.forEach(kustomization -> named.addAll(kustomization.names()));

        gitOps.add(outer, outside.stream().filter(ManifestFiles::canHoldManifests));
        var made = new ArrayList<List<ManifestText>>();
        outer.stream()
                .filter(chart -> !gitOps.installs(chart))
                .forEach(chart -> chart(chart).ifPresent(text -> made.add(List.of(text))));
        kustomizations.stream()
                .filter(one -> !named.contains(absolute(one.folder())))
                .flatMap(one -> gitOps.filled(one.folder(), kustomized(one)).stream())
                .filter(texts -> !texts.isEmpty())
                .forEach(made::add);
        List<ManifestText> plain = outside.stream()
                .filter(file ->
                        kustomizations.stream().noneMatch(one -> one.folder().equals(folderOf(file))))
                .filter(file -> !named.contains(absolute(file)))
                .filter(ManifestFiles::canHoldManifests)
                .flatMap(file -> text(file).stream().map(text -> filled(file, text)))
                .toList();
        if (kustomizations.isEmpty() && outer.isEmpty() && plain.isEmpty()) {
            throw new ManifestException("The folder " + folder + " contains no *.yaml, *.yml or *.json");
        }
        boolean severalWays = made.size() > 1;
        if (!plain.isEmpty()) {
            made.add(plain);
        }
        if (severalWays) {
            apart.addAll(made);
        } else {
            made.forEach(common::addAll);
        }
    }

    private static Path folderOf(Path file) {
        Path parent = file.getParent();
        return parent == null ? Path.of("") : parent;
    }

    private static boolean isInside(Path folder, Path other) {
        return !folder.equals(other) && folder.startsWith(other);
    }

    private static Path absolute(Path path) {
        return path.toAbsolutePath().normalize();
    }

    /** Where several ways fill in different values, none is taken. */
    private ManifestText filled(Path file, ManifestText text) {
        List<List<ManifestText>> ways = gitOps.filled(file, List.of(text));
        return ways.size() == 1 ? ways.get(0).get(0) : text;
    }

    /** One bad file must not hide the others. */
    private Optional<ManifestText> text(Path file) {
        try {
            return Optional.of(new ManifestText(file.toString(), ManifestFiles.content(file)));
        } catch (ManifestException e) {
            skipped.add(new Skipped(ManifestFiles.shown(file), e.reason(), Skipped.Kind.FILE));
            return Optional.empty();
        }
    }

    private List<ManifestText> kustomized(Kustomization kustomization) {
        if (kustomization.isComponent()) {
            return List.of();
        }
        if (kustomization.resources().isPresent()) {
            return kustomization.resources().get().stream()
                    .flatMap(file -> text(file).stream())
                    .toList();
        }
        String folder = kustomization.folder().toString();
        List<String> remote = tools.allowsRemote() ? List.of() : Kustomization.remoteNames(kustomization.folder());
        if (!remote.isEmpty()) {
            String reason = "a kustomization with parts that are not in these folders: " + String.join(", ", remote)
                    + ". --allow-remote lets kubectl fetch them";
            skipped.add(new Skipped(folder, reason, Skipped.Kind.KUSTOMIZATION));
            return List.of();
        }
        return rendered("kubectl", "kustomize", tools.kustomizeOptions(), "a kustomization", folder).stream()
                .toList();
    }

    private Optional<ManifestText> chart(Path chart) {
        String folder = chart.toString();
        return rendered("helm", "template", List.of("release"), "a Helm chart", folder);
    }

    private Optional<ManifestText> rendered(
            String program, String verb, List<String> options, String what, String folder) {
        Path place = Path.of(folder);
        if (!ManifestFiles.shown(place).equals(folder)) {
            String reason = "the name has control characters, so this is not rendered: give it another name";
            skipped.add(new Skipped(ManifestFiles.shown(place), reason, Skipped.Kind.FILE));
            return Optional.empty();
        }
        Skipped.Kind kind = program.equals("helm") ? Skipped.Kind.CHART : Skipped.Kind.KUSTOMIZATION;
        // What positions begin with, whatever the options are.
        String name = program + " " + verb + " " + (program.equals("helm") ? "release " : "") + folder;
        var arguments = new ArrayList<>(List.of(verb));
        arguments.addAll(options);
        arguments.add(folder);
        try {
            return Optional.of(new ManifestText(name, tools.render(program, arguments, "")));
        } catch (IOException e) {
            skipped.add(new Skipped(folder, what + ", " + e.getMessage(), kind));
            return Optional.empty();
        }
    }
}
