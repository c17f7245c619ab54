// SPDX-License-Identifier: Apache-2.0
package io.podidentity.emulator.manifest;

import io.podidentity.emulator.cluster.Position;
import java.util.EnumSet;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Something in the input that was not read, or not all of it, and why.
 *
 * @param place a file with line and column, a file, or a folder
 * @param reason a part of a sentence
 * @since 0.1.0
 */
public record Skipped(String place, String reason, Kind kind) {

    /** What the names of rendered texts begin with, before the folder. */
    private static final Pattern RENDERED = Pattern.compile("^(kubectl kustomize|helm template release) ");

    private static final Pattern POSITION = Pattern.compile("(.*):(\\d{1,9}):(\\d{1,9})");

    private static final Set<Kind> BROKEN = EnumSet.of(Kind.FILE, Kind.KUSTOMIZATION, Kind.CHART, Kind.FOLDER);

    /** What it is, and whether a verdict lacks it. */
    public enum Kind {
        /** No manifest, and not meant to be one. */
        OTHER("file"),
        /** A manifest that is not YAML, or not whole. */
        FILE("file"),
        KUSTOMIZATION("kustomization"),
        CHART("chart"),
        /** A folder that cannot be read, and nobody knows what is in it. */
        FOLDER("folder"),
        TEMPLATE("template"),
        /** An object of which the cluster gets other values than stand here. */
        ENCRYPTED("encrypted object"),
        /** An object that makes or changes pods in a way that is not known. */
        WORKLOAD("unknown workload"),
        /** An object with values that are put in later. */
        PLACEHOLDER("templated object"),
        /** Only what another file's object is changed by. */
        PATCH("partial object"),
        /** An object from which a controller in the cluster makes others. */
        RELEASE("release");

        private final String noun;

        Kind(String noun) {
            this.noun = noun;
        }

        public String noun() {
            return noun;
        }
    }

    /** Whether it was meant to be read and could not be: a manifest that is not YAML, a folder that does not render. */
    public boolean isBroken() {
        return BROKEN.contains(kind);
    }

    /** Whether a verdict on the input says nothing of it. */
    public boolean isMissed() {
        return kind != Kind.OTHER;
    }

    /** Whether it is an object that was read, but does not say all. */
    public boolean isPartial() {
        return kind.compareTo(Kind.ENCRYPTED) >= 0;
    }

    /** The place; of a whole file or folder its beginning. */
    public Position position() {
        Matcher exact = POSITION.matcher(place);
        if (exact.matches()) {
            return new Position(exact.group(1), Integer.parseInt(exact.group(2)), Integer.parseInt(exact.group(3)));
        }
        return new Position(place, 1, 1);
    }

    /** The file or folder of the input; of a rendered text the folder that was rendered. */
    public String source() {
        return RENDERED.matcher(position().file()).replaceFirst("");
    }

    /** In one line, the place first. */
    @Override
    public String toString() {
        return place + ": " + (isPartial() ? "not looked at: " : "skipped: ") + reason;
    }
}
