package io.podidentity.emulator.manifest;

import io.podidentity.emulator.cluster.Position;
import io.podidentity.emulator.cluster.Profile;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** The decoding of one object: the profile, and the problems found. Not thread-safe. */
final class Decoding {

    /** All fields of the metadata of an object. */
    static final String METADATA =
            "annotations creationTimestamp deletionGracePeriodSeconds deletionTimestamp finalizers"
                    + " generateName generation labels managedFields name namespace ownerReferences resourceVersion selfLink uid";

    private final Profile profile;
    private final String object;
    private final boolean isOfPodIdentity;
    private final List<Problem> problems = new ArrayList<>();

    Decoding(Profile profile, Manifest manifest) {
        this.profile = profile;
        this.object = manifest.toString();
        this.isOfPodIdentity = manifest.group().equals(ObjectDecoder.POD_IDENTITY_GROUP);
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

    void unknownField(Yaml.Entry entry, String path, Optional<String> meant) {
        String fate = profile.prunesUnknown() || !isOfPodIdentity
                ? "the API server drops it, and " + Problem.REFUSED
                : "version " + profile.id() + " ignores it";
        String remedy = meant.map(name -> "; write " + name).orElse("");
        add(
                meant.isPresent() ? Problem.Kind.WRONG_CASE : Problem.Kind.UNKNOWN_FIELD,
                entry.position(),
                path,
                "unknown field " + path + ": " + fate + remedy);
    }

    void wrongType(Yaml value, String path, String expected) {
        invalid(value, path, "must be of type " + expected + ", not " + value.type());
    }

    void invalid(Yaml value, String path, String reason) {
        add(Problem.Kind.WRONG_TYPE, value.position(), path, path + " " + reason + ": the object is ignored");
    }

    private void add(Problem.Kind kind, Position position, String path, String message) {
        problems.add(new Problem(kind, position, object, path, message));
    }
}
