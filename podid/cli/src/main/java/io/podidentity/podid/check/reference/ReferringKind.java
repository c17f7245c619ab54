// SPDX-License-Identifier: Apache-2.0
package io.podidentity.podid.check.reference;

import io.podidentity.emulator.manifest.Manifest;
import io.podidentity.podid.check.source.FieldLocation;
import io.podidentity.podid.check.source.PodSource;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.BiPredicate;
import java.util.stream.Stream;

/**
 * A kind of object that refers to an Azure identity, and how its product gets the token. {@link ReferringKinds} lists
 * the kinds that podid knows. Immutable.
 */
public final class ReferringKind {

    private final String group;
    private final Map<String, String> resourcesByKind;
    private final SettingsPath settings;
    private final List<Sign> signs;
    private final Optional<String> accountField;
    private final boolean usesAccountOfRunner;
    private final String runner;
    private final boolean isMounted;
    private final BiPredicate<PodSource, FieldLocation> isRunner;
    private final String instead;
    private final String page;

    private ReferringKind(Builder builder, String page) {
        this.group = builder.group;
        this.resourcesByKind = Map.copyOf(builder.resourcesByKind);
        this.settings = builder.settings;
        this.signs = builder.signs;
        this.accountField = builder.accountField;
        this.usesAccountOfRunner = builder.usesAccountOfRunner;
        this.runner = builder.runner;
        this.isMounted = builder.isMounted;
        this.isRunner = builder.isRunner;
        this.instead = builder.instead;
        this.page = page;
    }

    /** Describes kinds of an API group; the core group is the empty text. */
    static Builder ofGroup(String group) {
        return new Builder(group);
    }

    boolean describes(Manifest manifest) {
        return manifest.group().equals(group) && resourcesByKind.containsKey(manifest.kind());
    }

    /** What kubectl calls the kinds, such as {@code secretstores.external-secrets.io}. */
    Stream<String> resources() {
        return resourcesByKind.values().stream().map(plural -> group.isEmpty() ? plural : plural + "." + group);
    }

    /** Where the fields of the signs are. */
    SettingsPath settings() {
        return settings;
    }

    List<Sign> signs() {
        return signs;
    }

    /** The first sign that the settings have; it tells how the token is got. Empty if no identity is needed. */
    Optional<Sign> findSign(FieldLocation objectSettings) {
        return signs.stream().filter(sign -> sign.isIn(objectSettings)).findFirst();
    }

    /** The field of the settings in which the object names the service account whose token is exchanged, if it does. */
    public Optional<String> accountField() {
        return accountField;
    }

    /**
     * Whether the token is that of the service account of the pod that mounts the object: the kubelet gives it to the
     * driver, so the webhook need not have changed the pod.
     */
    boolean usesAccountOfRunner() {
        return usesAccountOfRunner;
    }

    /** What gets the token for the object, in words. */
    public String runner() {
        return runner;
    }

    boolean isRunBy(PodSource pod, FieldLocation object) {
        return isRunner.test(pod, object);
    }

    /** Whether a volume of a pod has the object, so that the token is for that pod. */
    boolean isMounted() {
        return isMounted;
    }

    /** What to write where there is no NMI; empty for a kind that never asks NMI. */
    public String instead() {
        return instead;
    }

    /** The address of the page that documents all of this. */
    public String page() {
        return page;
    }

    /**
     * A field of the settings that tells the way to a token.
     *
     * @param field empty for the settings themselves
     * @param value of the field, in any letter case; empty for any value
     * @param clientIdPath the keys that lead to the client ID, if the object names one
     */
    public record Sign(Way way, Optional<String> field, Optional<String> value, Optional<List<String>> clientIdPath) {

        /** How a token is got. */
        public enum Way {
            /** Of NMI, always. */
            NMI,
            /** Of the metadata service, which is NMI for a runner with the label of pod identity, else the node's. */
            METADATA,
            /** Of the node's metadata service, always. */
            NODE,
            /** In exchange for a token of a service account, always. */
            WORKLOAD,
            /** By workload identity if the webhook has changed the runner, else as METADATA. */
            AMBIENT,
            /** As AMBIENT, but by workload identity it is always the client ID of the runner's account. */
            AMBIENT_OF_ACCOUNT,
            SECRET
        }

        static Sign ofValue(Way way, String field, String value) {
            return new Sign(way, Optional.of(field), Optional.of(value), Optional.empty());
        }

        static Sign ofField(Way way, String field) {
            return new Sign(way, Optional.of(field), Optional.empty(), Optional.empty());
        }

        /** A sign of settings that mean this way whatever they say. */
        static Sign ofSettings(Way way) {
            return new Sign(way, Optional.empty(), Optional.empty(), Optional.empty());
        }

        Sign withClientIdAt(String... keys) {
            return new Sign(way, field, value, Optional.of(List.of(keys)));
        }

        boolean isIn(FieldLocation settings) {
            FieldLocation found = locate(settings);
            if (value.isPresent()) {
                return found.text().equalsIgnoreCase(value.get());
            }
            return !found.text().isEmpty() || !found.keys().isEmpty();
        }

        /** The field that is the sign, or the settings themselves. */
        FieldLocation locate(FieldLocation settings) {
            return field.map(settings::at).orElse(settings);
        }

        Optional<FieldLocation> findClientId(FieldLocation settings) {
            return clientIdPath.map(settings::at);
        }
    }

    /** Collects what is said of one kind, or of several that are alike. */
    static final class Builder {

        private final String group;
        private final Map<String, String> resourcesByKind = new LinkedHashMap<>();
        private SettingsPath settings = SettingsPath.parse("spec");
        private List<Sign> signs = List.of();
        private Optional<String> accountField = Optional.empty();
        private boolean usesAccountOfRunner;
        private String runner = "";
        private boolean isMounted;
        private BiPredicate<PodSource, FieldLocation> isRunner = (pod, object) -> false;
        private String instead = "";

        private Builder(String group) {
            this.group = group;
        }

        /** @param plural the name of the kind's resource in the API */
        Builder kind(String kind, String plural) {
            resourcesByKind.put(kind, plural);
            return this;
        }

        /** @param path as {@link SettingsPath#parse} reads it */
        Builder settingsAt(String path) {
            settings = SettingsPath.parse(path);
            return this;
        }

        Builder signs(Sign... inOrder) {
            signs = List.of(inOrder);
            return this;
        }

        Builder accountNamedIn(String field) {
            accountField = Optional.of(field);
            return this;
        }

        Builder accountOfRunner() {
            usesAccountOfRunner = true;
            return this;
        }

        /** @param name what findings call the program */
        Builder runBy(String name, BiPredicate<PodSource, FieldLocation> isRunner) {
            this.runner = name;
            this.isRunner = isRunner;
            return this;
        }

        /** @param path the keys of a volume under which a pod names the object */
        Builder mountedThrough(String... path) {
            isMounted = true;
            return runBy("the pod that mounts it", (pod, object) -> mounts(pod, object, path));
        }

        private static boolean mounts(PodSource pod, FieldLocation object, String... path) {
            String name = object.at("metadata", "name").text();
            return isInSameNamespace(pod, object)
                    && pod.spec("volumes").items().stream()
                            .anyMatch(volume -> volume.at(path).text().equals(name));
        }

        /** @param settings what to write where there is no NMI */
        Builder instead(String settings) {
            instead = settings;
            return this;
        }

        /** Ends the description with the page that documents it. */
        ReferringKind documentedAt(String page) {
            return new ReferringKind(this, page);
        }
    }

    static boolean isInSameNamespace(PodSource pod, FieldLocation object) {
        return object.object().namespace().equals(pod.namespace());
    }
}
