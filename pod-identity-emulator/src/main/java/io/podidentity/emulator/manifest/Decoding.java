package io.podidentity.emulator.manifest;

import io.podidentity.emulator.cluster.Profile;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** The decoding of one object: the profile, and the problems found. Not thread-safe. */
final class Decoding {

    private final Profile profile;
    private final String object;
    private final List<Problem> problems = new ArrayList<>();

    Decoding(Profile profile, String object) {
        this.profile = profile;
        this.object = object;
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
        String fate = profile.prunesUnknown()
                ? "the API server drops it, and kubectl refuses it"
                : "version " + profile.id() + " ignores it";
        problems.add(new Problem(
                meant.isPresent() ? Problem.Kind.WRONG_CASE : Problem.Kind.UNKNOWN_FIELD,
                entry.position(),
                object,
                path,
                "unknown field " + path + ": " + fate
                        + meant.map(name -> "; write " + name).orElse("")));
    }

    void wrongType(Yaml value, String path, String expected) {
        problems.add(new Problem(
                Problem.Kind.WRONG_TYPE,
                value.position(),
                object,
                path,
                path + " must be of type " + expected + ", not " + value.type() + ": the object is ignored"));
    }

    void invalid(Yaml value, String path, String reason) {
        problems.add(new Problem(
                Problem.Kind.WRONG_TYPE,
                value.position(),
                object,
                path,
                path + " " + reason + ": the object is ignored"));
    }
}
