// SPDX-License-Identifier: Apache-2.0
package io.podidentity.emulator.manifest;

import io.podidentity.emulator.json.Json;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** An object from which a controller in the cluster installs a chart with values. */
sealed interface Release {

    static Release of(Yaml object) {
        return object.textAt("kind").equals("HelmRelease") ? new OfFlux(object) : new OfArgo(object);
    }

    /** Whether the chart is a folder of a Git repository. */
    boolean isInGit();

    /** The folder of the chart in its repository; empty if the object names none. */
    Path chartPath();

    /**
     * The address of the chart's repository; empty if it is not known.
     *
     * @param repositories the addresses of the objects GitRepository, by name
     */
    String repositoryUrl(Map<String, String> repositories);

    /** The namespace in which the chart is installed; empty if the object names none. */
    String targetNamespace();

    /** The name of the release for Helm; empty if the object names none. */
    String givenName();

    /** The name of the release for Helm if the object names none. */
    String defaultName(String nameOfObject);

    /**
     * The values that the chart is installed with.
     *
     * @param chart the folder of the chart
     * @throws IOException if they cannot be told; the message says why, as the end of a sentence
     */
    HelmValues values(Path chart) throws IOException;

    /** The path that a text of the object names; the empty path if it can be none. */
    static Path pathOf(String text) {
        return ManifestFiles.path(text).orElse(Path.of("")).normalize();
    }

    /** The root of the repository in which the chart has the path that the object names. */
    default Path rootOf(Path chart) {
        Path root = chart;
        for (int i = 0; i < chartPath().getNameCount() && root.getParent() != null; i++) {
            root = root.getParent();
        }
        return root;
    }

    /**
     * Flux's.
     *
     * @see <a href="https://fluxcd.io/flux/components/helm/helmreleases/">HelmRelease</a>
     */
    record OfFlux(Yaml object) implements Release {

        private Yaml chart() {
            return object.at("spec", "chart", "spec").orElse(object);
        }

        @Override
        public boolean isInGit() {
            return chart().textAt("sourceRef", "kind").equals("GitRepository");
        }

        @Override
        public Path chartPath() {
            return pathOf(chart().textAt("chart"));
        }

        @Override
        public String repositoryUrl(Map<String, String> repositories) {
            return repositories.getOrDefault(chart().textAt("sourceRef", "name"), "");
        }

        @Override
        public String targetNamespace() {
            return object.textAt("spec", "targetNamespace");
        }

        @Override
        public String givenName() {
            return object.textAt("spec", "releaseName");
        }

        @Override
        public String defaultName(String nameOfObject) {
            return targetNamespace().isEmpty() ? nameOfObject : targetNamespace() + "-" + nameOfObject;
        }

        @Override
        public HelmValues values(Path chart) throws IOException {
            if (object.at("spec", "valuesFrom").isPresent()) {
                throw new IOException("with values of valuesFrom, such as a Secret, which the cluster has: render its"
                        + " chart by helm template, and check that too");
            }
            Path root = rootOf(chart);
            List<Path> files = object.elementsAt("spec", "chart", "spec", "valuesFiles").stream()
                    .map(file -> root.resolve(pathOf(file.textAt())).normalize())
                    .toList();
            if (!files.isEmpty() && !files.contains(chart.resolve("values.yaml"))) {
                throw new IOException(
                        "with valuesFiles in place of the chart's values.yaml, which helm template cannot leave"
                                + " out: render its chart as Flux does, and check that too");
            }
            var values = new HelmValues(root);
            for (Path file : files) {
                values.addFile(file);
            }
            object.at("spec", "values")
                    .map(written -> Json.write(written.plain()))
                    .ifPresent(values::addText);
            return values;
        }
    }

    /**
     * Argo CD's.
     *
     * @see <a href="https://argo-cd.readthedocs.io/en/stable/user-guide/helm/">charts in Argo CD</a>
     */
    record OfArgo(Yaml object) implements Release {

        private Yaml source() {
            return object.at("spec", "source").orElse(object);
        }

        @Override
        public boolean isInGit() {
            return source().at("chart").isEmpty();
        }

        @Override
        public Path chartPath() {
            return pathOf(source().textAt("path"));
        }

        @Override
        public String repositoryUrl(Map<String, String> repositories) {
            return source().textAt("repoURL");
        }

        @Override
        public String targetNamespace() {
            return object.textAt("spec", "destination", "namespace");
        }

        @Override
        public String givenName() {
            return object.textAt("spec", "source", "helm", "releaseName");
        }

        @Override
        public String defaultName(String nameOfObject) {
            return nameOfObject;
        }

        @Override
        public HelmValues values(Path chart) throws IOException {
            Yaml helm = object.at("spec", "source", "helm").orElse(object);
            Path root = rootOf(chart);
            var values = new HelmValues(root);
            for (Yaml file : helm.elementsAt("valueFiles")) {
                values.addFile(resolve(file.textAt(), chart, root));
            }
            textOf(helm).ifPresent(values::addText);
            for (Yaml parameter : helm.elementsAt("parameters")) {
                boolean isString = parameter.textAt("forceString").equals("true");
                values.addParameter(parameter.textAt("name"), parameter.textAt("value"), isString);
            }
            return values;
        }

        /** A path with a slash begins at the repository's root, any other at the chart. */
        private static Path resolve(String file, Path chart, Path root) {
            if (file.startsWith("/")) {
                return root.resolve(pathOf(file.substring(1))).normalize();
            }
            return chart.resolve(pathOf(file)).normalize();
        }

        private static Optional<String> textOf(Yaml helm) {
            Optional<Yaml> object = helm.at("valuesObject");
            if (object.isPresent()) {
                return Optional.of(Json.write(object.get().plain()));
            }
            String text = helm.textAt("values");
            return text.isEmpty() ? Optional.empty() : Optional.of(text);
        }
    }
}
