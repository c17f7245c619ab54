package io.podidentity.podid.serve.arm;

import io.podidentity.emulator.http.Answer;
import io.podidentity.emulator.http.Request;
import java.net.URI;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The entry point of a registry, which says where to sign in. Nothing is stored here. */
final class RegistryLogin {

    private final URI base;

    RegistryLogin(URI base) {
        this.base = base;
    }

    /** Answers, or is empty for any other path. */
    Optional<Answer> answer(Request request) {
        return request.segments().equals(List.of("v2")) ? Optional.of(challenge()) : Optional.empty();
    }

    private Answer challenge() {
        String realm = "Bearer realm=\"" + base + "/oauth2/token\",service=\"" + base.getAuthority() + "\"";
        return Answer.json(401, Map.of("errors", Map.of("code", "UNAUTHORIZED")))
                .with("WWW-Authenticate", realm)
                .with("Docker-Distribution-Api-Version", "registry/2.0");
    }
}
