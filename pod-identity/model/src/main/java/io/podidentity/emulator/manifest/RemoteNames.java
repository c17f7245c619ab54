// SPDX-License-Identifier: Apache-2.0
package io.podidentity.emulator.manifest;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * Finds what a kustomization names that is no file or folder here. Kustomize asks a server for an address, and clones
 * what looks like a repository, even if there is a folder of that name.
 *
 * @see <a href="https://github.com/kubernetes-sigs/kustomize/blob/master/examples/remoteBuild.md">Remote targets</a>
 */
final class RemoteNames {

    /**
     * Whose values are files, folders or repositories; names of fields in lower case, since their case does not count.
     */
    private static final Set<String> PLACES = Set.of("resources", "bases", "components", "crds", "configurations");

    /** Whose values may be such a place, or a text that is written there. */
    private static final Set<String> FILES = Set.of(
            "generators",
            "transformers",
            "validators",
            "patches",
            "patchesstrategicmerge",
            "patchesjson6902",
            "replacements",
            "openapi",
            "files",
            "envs",
            "env",
            "path",
            "valuesfile",
            "additionalvaluesfiles",
            "repo",
            "configmapgenerator",
            "secretgenerator");

    private static final Pattern REMOTE =
            Pattern.compile("(?i)[a-z][a-z0-9+.-]*:.*|[^/]*[:@].*|github\\.com([/:].*)?|.*://.*|.*[?]ref=.*");

    private final Path folder;
    private final List<String> found = new ArrayList<>();

    private RemoteNames(Path folder) {
        this.folder = folder;
    }

    /** The remote names of a kustomization that is read of this folder. */
    static List<String> in(Path folder, Yaml kustomization) {
        var names = new RemoteNames(folder);
        names.look(kustomization);
        return names.found;
    }

    /** At every depth, since a merge key or an anchor can hold any part. */
    private void look(Yaml value) {
        if (value instanceof Yaml.Mapping mapping) {
            mapping.entries().forEach(entry -> look(entry.key().toLowerCase(Locale.ROOT), entry.value()));
        } else if (value instanceof Yaml.Sequence sequence) {
            sequence.elements().forEach(this::look);
        }
    }

    private void look(String field, Yaml value) {
        if (value instanceof Yaml.Sequence sequence) {
            sequence.elements().forEach(element -> look(field, element));
        } else if (value instanceof Yaml.Scalar scalar) {
            look(field, scalar.text());
        } else {
            look(value);
        }
    }

    private void look(String field, String text) {
        if (PLACES.contains(field)) {
            if (REMOTE.matcher(text).matches() || !isHere(text)) {
                found.add(text);
            }
        } else if (FILES.contains(field) && !text.contains("\n")) {
            // Files of generators may be given as KEY=FILE.
            String file = text.substring(text.indexOf('=') + 1);
            if (REMOTE.matcher(file).matches()) {
                found.add(text);
            }
        }
    }

    private boolean isHere(String name) {
        return ManifestFiles.path(name)
                .map(path -> Files.exists(folder.resolve(path)))
                .orElse(false);
    }
}
