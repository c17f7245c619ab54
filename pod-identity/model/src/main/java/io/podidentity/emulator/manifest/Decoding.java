// SPDX-License-Identifier: Apache-2.0
package io.podidentity.emulator.manifest;

import io.podidentity.emulator.cluster.ObjectRef;
import io.podidentity.emulator.cluster.Profile;
import io.podidentity.emulator.manifest.Problem.Mistake.InvalidValue;
import io.podidentity.emulator.manifest.Problem.Mistake.UnknownField;
import io.podidentity.emulator.manifest.Problem.Mistake.WrongCase;
import io.podidentity.emulator.manifest.Problem.Mistake.WrongType;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** The decoding of one object: the profile, and the problems found. Not thread-safe. */
final class Decoding {

    /** The groups of files that look like manifests and are read by a tool, never by the API server. */
    private static final Set<String> OF_TOOLS =
            Set.of("backstage.io", "eksctl.io", "kind.x-k8s.io", "k3d.io", "skaffold", "kustomize.config.k8s.io");

    private final Profile profile;
    private final ObjectRef object;
    private final boolean isOfPodIdentity;
    private final boolean isOfTool;
    private final List<Problem> problems = new ArrayList<>();

    Decoding(Profile profile, Manifest manifest) {
        this.profile = profile;
        this.object = manifest.ref();
        this.isOfPodIdentity = manifest.group().equals(Manifest.POD_IDENTITY);
        this.isOfTool = OF_TOOLS.contains(manifest.group());
    }

    Profile profile() {
        return profile;
    }

    List<Problem> problems() {
        return problems;
    }

    boolean failed() {
        return problems.stream().anyMatch(Problem::isFatal);
    }

    /** @param names of the fields that are known there */
    void reportUnknownField(Yaml.Entry entry, String path, Set<String> names) {
        if (isOfTool) {
            return;
        }
        String name = entry.key();
        Optional<String> meant = names.stream().filter(name::equalsIgnoreCase).findFirst();
        String around = path.substring(0, path.length() - name.length());
        String remedy = meant.map(known -> "; write " + around + known).orElse("");
        String message = "unknown field " + path + ": " + fateOfUnknownField() + remedy;
        Problem.Mistake mistake = meant.isPresent()
                ? new WrongCase(name, meant.get(), isRefusedWhenUnknown())
                : new UnknownField(name, List.copyOf(names), isOfPodIdentity, isRefusedWhenUnknown());
        problems.add(new Problem(entry.position(), object, path, mistake, message));
    }

    private String fateOfUnknownField() {
        if (!isOfPodIdentity) {
            return "Kubernetes 1.34 drops it, and kubectl refuses it";
        }
        return isRefusedWhenUnknown()
                ? "the API server drops it, and kubectl refuses it"
                : "version " + profile.id() + " ignores it";
    }

    /** The definitions of aad-pod-identity have a schema from 1.8.0 on, and kubectl validates against schemas. */
    private boolean isRefusedWhenUnknown() {
        return !isOfPodIdentity || profile.isAtLeast(1, 8, 0);
    }

    void reportWrongType(Yaml value, String path, String expected) {
        String reason = "must be of type " + expected + ", not " + value.type();
        report(value, path, new WrongType(expected), reason);
    }

    void reportInvalid(Yaml value, String path, String reason) {
        report(value, path, new InvalidValue(), reason);
    }

    private void report(Yaml value, String path, Problem.Mistake mistake, String reason) {
        String message = path + " " + reason + ": the object is ignored";
        problems.add(new Problem(value.position(), object, path, mistake, message));
    }
}
