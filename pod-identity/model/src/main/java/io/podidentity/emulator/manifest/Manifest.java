// SPDX-License-Identifier: Apache-2.0
package io.podidentity.emulator.manifest;

import io.podidentity.emulator.cluster.ObjectName;
import io.podidentity.emulator.cluster.ObjectRef;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * One object as it is written, for code that needs more than the decoded cluster contains.
 *
 * @param content all of it, with positions
 * @param pods where it describes the pods that are made of it; none if it makes none, or if its kind is not known
 * @since 0.1.0
 */
public record Manifest(String apiVersion, String kind, ObjectName name, Yaml.Mapping content, List<PodPlace> pods) {

    /** The API group of aad-pod-identity. */
    static final String POD_IDENTITY = "aadpodidentity.k8s.io";

    /** Of Flux and Argo CD. */
    static final Set<String> KINDS_OF_RELEASES = Set.of("HelmRelease", "Application", "ApplicationSet");

    /** The API group of Flux and Argo CD, and the beginning of the version. */
    static final Pattern GROUP_OF_CONTROLLERS = Pattern.compile("(argoproj\\.io|\\w+\\.toolkit\\.fluxcd\\.io)/v");

    public Manifest {
        pods = List.copyOf(pods);
    }

    /** The API group, empty for the core one. */
    public String group() {
        int slash = apiVersion.indexOf('/');
        return slash < 0 ? "" : apiVersion.substring(0, slash);
    }

    public ObjectRef ref() {
        return new ObjectRef(kind, name);
    }

    @Override
    public String toString() {
        return ref().toString();
    }

    /** Whether a controller makes the manifests of a chart from it, as Flux and Argo CD do. */
    public boolean isRelease() {
        return KINDS_OF_RELEASES.contains(kind)
                && GROUP_OF_CONTROLLERS.matcher(apiVersion).lookingAt();
    }

    /** Whether SOPS has encrypted values of it, which it says in a field of that name: https://getsops.io/docs/. */
    public boolean isEncrypted() {
        return content.get("sops").orElse(null) instanceof Yaml.Mapping sops
                && (sops.get("mac").isPresent() || sops.get("version").isPresent());
    }
}
