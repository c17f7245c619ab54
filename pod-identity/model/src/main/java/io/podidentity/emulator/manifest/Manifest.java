package io.podidentity.emulator.manifest;

import io.podidentity.emulator.cluster.ObjectName;

/**
 * One object as it is written, for code that needs more than the decoded cluster contains.
 *
 * @param content all of it, with positions
 * @since 0.1.0
 */
public record Manifest(String apiVersion, String kind, ObjectName name, Yaml.Mapping content) {

    /** The API group, empty for the core one. */
    public String group() {
        int slash = apiVersion.indexOf('/');
        return slash < 0 ? "" : apiVersion.substring(0, slash);
    }

    @Override
    public String toString() {
        return kind + " " + name;
    }

    /** Whether SOPS has encrypted values of it, which it says in a field of that name: https://getsops.io/docs/. */
    public boolean isEncrypted() {
        return content.get("sops").orElse(null) instanceof Yaml.Mapping sops
                && (sops.get("mac").isPresent() || sops.get("version").isPresent());
    }
}
