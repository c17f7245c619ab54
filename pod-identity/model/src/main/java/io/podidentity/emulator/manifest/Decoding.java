package io.podidentity.emulator.manifest;

import io.podidentity.emulator.cluster.Profile;
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
    private final String object;
    private final boolean isOfPodIdentity;
    private final boolean isOfTool;
    private final List<Problem> problems = new ArrayList<>();

    Decoding(Profile profile, Manifest manifest) {
        this.profile = profile;
        this.object = manifest.toString();
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
        Optional<String> meant =
                names.stream().filter(entry.key()::equalsIgnoreCase).findFirst();
        String around = path.substring(0, path.length() - entry.key().length());
        String remedy = meant.map(name -> "; write " + around + name).orElse("");
        problems.add(new Problem(
                meant.isPresent() ? Problem.Kind.WRONG_CASE : kindOfUnknownField(),
                entry.position(),
                object,
                path,
                "unknown field " + path + ": " + fateOfUnknownField() + remedy,
                List.copyOf(names),
                meant.orElse("")));
    }

    private Problem.Kind kindOfUnknownField() {
        return isOfPodIdentity ? Problem.Kind.UNKNOWN_FIELD : Problem.Kind.UNKNOWN_TO_KUBERNETES;
    }

    private String fateOfUnknownField() {
        if (!isOfPodIdentity) {
            return "Kubernetes 1.34 drops it, and " + Problem.REFUSED;
        }
        if (profile.isAtLeast(1, 8, 0)) {
            return "the API server drops it, and " + Problem.REFUSED;
        }
        return "version " + profile.id() + " ignores it";
    }

    void reportWrongType(Yaml value, String path, String expected) {
        reportInvalid(value, path, "must be of type " + expected + ", not " + value.type());
    }

    void reportInvalid(Yaml value, String path, String reason) {
        problems.add(new Problem(
                Problem.Kind.WRONG_TYPE,
                value.position(),
                object,
                path,
                path + " " + reason + ": the object is ignored",
                List.of(),
                ""));
    }
}
