package io.podidentity.emulator.manifest;

import io.podidentity.emulator.cluster.Position;
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
