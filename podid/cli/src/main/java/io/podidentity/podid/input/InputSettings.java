// SPDX-License-Identifier: Apache-2.0
package io.podidentity.podid.input;

import io.podidentity.emulator.manifest.ExcludedPaths;
import io.podidentity.emulator.manifest.ManifestException;
import io.podidentity.emulator.manifest.PodShapes;
import io.podidentity.podid.check.source.FieldLocation;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * What the configuration file says about reading manifests, for all commands that read some.
 *
 * @param profile that the file names; empty if it names none
 * @param shapes the kinds that make pods, with those of {@code podTemplates}
 * @param excluded the paths that are left out
 */
public record InputSettings(Optional<FittingProfile> profile, PodShapes shapes, ExcludedPaths excluded) {

    public static final InputSettings DEFAULTS =
            new InputSettings(Optional.empty(), PodShapes.ALL_KNOWN, ExcludedPaths.NONE);

    /** The configuration, looked for in the working directory. */
    public static final Path FILE = Path.of(".podid.yaml");

    private static final Pattern TEMPLATE_PATH = Pattern.compile("\\w+(\\[])?(\\.\\w+(\\[])?)*");

    /**
     * Reads the keys {@code profile}, {@code podTemplates} and {@code exclude}.
     *
     * @throws ManifestException if one of them cannot be used
     */
    public static InputSettings of(FieldLocation root) {
        Map<String, String> templates = new LinkedHashMap<>();
        for (FieldLocation template : root.at("podTemplates").fields()) {
            if (!TEMPLATE_PATH.matcher(template.text()).matches()) {
                throw new ManifestException(
                        template.position(),
                        "podTemplates." + template.key()
                                + " must be the path to a pod template, such as spec.template or spec.tasks[].template");
            }
            templates.put(template.key(), template.text());
        }
        return new InputSettings(
                FittingProfile.ofConfiguration(root),
                PodShapes.ALL_KNOWN.with(templates),
                ExcludedPaths.of(root.at("exclude").itemTexts()));
    }

    /** What the configuration of the working directory says; the defaults if there is none. */
    public static InputSettings here() {
        if (!Files.isRegularFile(FILE)) {
            return DEFAULTS;
        }
        return FieldLocation.read(FILE).stream()
                .findFirst()
                .map(InputSettings::of)
                .orElse(DEFAULTS);
    }

    /** The same settings with a profile that was decided before. */
    public InputSettings withProfile(FittingProfile known) {
        return new InputSettings(Optional.of(known), shapes, excluded);
    }
}
