// SPDX-License-Identifier: Apache-2.0
package io.podidentity.emulator.manifest;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * The texts that a user names, as sets: files and standard input make one together, and in a folder with several
 * kustomizations and charts each of those makes one of its own, since each is a way to install the same. Folders with a
 * kustomization are rendered by kubectl, charts by helm. Not thread-safe.
 */
final class ManifestTexts {

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
                addFile(Path.of(path));
            }
        }
    }

    private void addFile(Path path) {
        for (Path file : ManifestFiles.files(path)) {
            common.add(new ManifestText(file.toString(), ManifestFiles.content(file)));
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
        return apart.stream().map(this::withCommon).toList();
    }

    private List<ManifestText> withCommon(List<ManifestText> set) {
        return Stream.concat(common.stream(), set.stream()).toList();
    }

    GitOps gitOps() {
        return gitOps;
    }

    List<Skipped> skipped() {
        return skipped;
    }

    private void addFolder(Path folder) {
        FolderContents contents = FolderContents.read(folder, excluded);
        gitOps.add(contents.charts(), contents.files());
        skipped.addAll(contents.unreadable());

        // Each is a way to install the same.
        var ways = new ArrayList<List<ManifestText>>();
        ways.addAll(renderCharts(contents));
        ways.addAll(renderKustomizations(contents));
        List<ManifestText> plain = readPlainFiles(contents);

        if (contents.charts().isEmpty() && contents.kustomizations().isEmpty() && plain.isEmpty()) {
            throw new ManifestException("The folder " + folder + " contains no *.yaml, *.yml or *.json");
        }
        boolean severalWays = ways.size() > 1;
        if (!plain.isEmpty()) {
            ways.add(plain);
        }
        if (severalWays) {
            apart.addAll(ways);
        } else {
            ways.forEach(common::addAll);
        }
    }

    /** Those charts that no release installs with values of its own. */
    private List<List<ManifestText>> renderCharts(FolderContents contents) {
        var rendered = new ArrayList<List<ManifestText>>();
        for (Path chart : contents.charts()) {
            if (!gitOps.installs(chart)) {
                renderChart(chart).map(List::of).ifPresent(rendered::add);
            }
        }
        return rendered;
    }

    private List<List<ManifestText>> renderKustomizations(FolderContents contents) {
        var rendered = new ArrayList<List<ManifestText>>();
        for (Kustomization kustomization : contents.outerKustomizations()) {
            List<ManifestText> texts = renderKustomization(kustomization);
            if (!texts.isEmpty()) {
                rendered.addAll(gitOps.filled(kustomization.folder(), texts));
            }
        }
        return rendered;
    }

    private List<ManifestText> readPlainFiles(FolderContents contents) {
        var texts = new ArrayList<ManifestText>();
        for (Path file : contents.plainFiles()) {
            readFile(file).map(text -> filled(file, text)).ifPresent(texts::add);
        }
        return texts;
    }

    /** Where several ways fill in different values, none is taken. */
    private ManifestText filled(Path file, ManifestText text) {
        List<List<ManifestText>> ways = gitOps.filled(file, List.of(text));
        return ways.size() == 1 ? ways.get(0).get(0) : text;
    }

    /** One bad file must not hide the others. */
    private Optional<ManifestText> readFile(Path file) {
        try {
            return Optional.of(new ManifestText(file.toString(), ManifestFiles.content(file)));
        } catch (ManifestException e) {
            skipped.add(new Skipped(ManifestFiles.shown(file), e.reason(), Skipped.Kind.FILE));
            return Optional.empty();
        }
    }

    private List<ManifestText> renderKustomization(Kustomization kustomization) {
        if (kustomization.isComponent()) {
            return List.of();
        }
        if (kustomization.resources().isPresent()) {
            return kustomization.resources().get().stream()
                    .flatMap(file -> readFile(file).stream())
                    .toList();
        }
        Path folder = kustomization.folder();
        List<String> remote = tools.allowsRemote() ? List.of() : Kustomization.remoteNames(folder);
        if (!remote.isEmpty()) {
            String reason = "a kustomization with parts that are not in these folders: " + String.join(", ", remote)
                    + ". --allow-remote lets kubectl fetch them";
            skipped.add(new Skipped(folder.toString(), reason, Skipped.Kind.KUSTOMIZATION));
            return List.of();
        }
        return render(Renderer.KUBECTL, tools.kustomizeOptions(), folder).stream()
                .toList();
    }

    private Optional<ManifestText> renderChart(Path chart) {
        return render(Renderer.HELM, List.of("release"), chart);
    }

    /** A program that makes manifests of a folder. */
    private enum Renderer {
        KUBECTL("kubectl", "kustomize", "kubectl kustomize ", "a kustomization", Skipped.Kind.KUSTOMIZATION),
        HELM("helm", "template", "helm template release ", "a Helm chart", Skipped.Kind.CHART);

        final String program;
        final String verb;
        /** What positions in the rendered text begin with, before the folder and whatever the options are. */
        final String position;

        final String what;
        final Skipped.Kind kind;

        Renderer(String program, String verb, String position, String what, Skipped.Kind kind) {
            this.program = program;
            this.verb = verb;
            this.position = position;
            this.what = what;
            this.kind = kind;
        }
    }

    private Optional<ManifestText> render(Renderer renderer, List<String> options, Path place) {
        String folder = place.toString();
        if (!ManifestFiles.shown(place).equals(folder)) {
            String reason = "the name has control characters, so this is not rendered: give it another name";
            skipped.add(new Skipped(ManifestFiles.shown(place), reason, Skipped.Kind.FILE));
            return Optional.empty();
        }
        var arguments = new ArrayList<>(List.of(renderer.verb));
        arguments.addAll(options);
        arguments.add(folder);
        try {
            String text = tools.render(renderer.program, arguments, "");
            return Optional.of(new ManifestText(renderer.position + folder, text));
        } catch (IOException e) {
            skipped.add(new Skipped(folder, renderer.what + ", " + e.getMessage(), renderer.kind));
            return Optional.empty();
        }
    }
}
