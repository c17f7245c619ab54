package io.podidentity.emulator.arm;

import io.podidentity.emulator.http.Answer;
import io.podidentity.emulator.http.Request;
import io.podidentity.emulator.token.TokenIssuer;
import io.podidentity.emulator.token.TokenSubject;
import java.net.URI;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;

/** The sign-in of a registry: a token of Entra is exchanged for one that a client logs in with. Nothing is stored here. */
final class RegistryLogin {

    private static final Duration LIFE = Duration.ofHours(3);

    private final URI base;
    private final SignedIn signedIn;
    private final TokenIssuer issuer;

    RegistryLogin(URI base, SignedIn signedIn, TokenIssuer issuer) {
        this.base = base;
        this.signedIn = signedIn;
        this.issuer = issuer;
    }

    /** Answers, or is empty if the path is none of a registry's. */
    Optional<Answer> answer(Request request) {
        return switch (String.join("/", request.segments())) {
            case "v2" -> Optional.of(challenge());
            case "oauth2/exchange" -> Optional.of(exchange(request));
            default -> Optional.empty();
        };
    }

    private Answer challenge() {
        String realm = "Bearer realm=\"" + base + "/oauth2/token\",service=\"" + base.getAuthority() + "\"";
        return Answer.json(401, Map.of("errors", Map.of("code", "UNAUTHORIZED")))
                .with("WWW-Authenticate", realm)
                .with("Docker-Distribution-Api-Version", "registry/2.0");
    }

    private Answer exchange(Request request) {
        String token = request.form().get("access_token").orElse("");
        Optional<String> caller = signedIn.objectId(token);
        if (caller.isEmpty()) {
            return Answer.json(401, Map.of("errors", Map.of("code", "UNAUTHORIZED")));
        }
        var subject = TokenSubject.application(base.getAuthority(), caller.get());
        return Answer.json(
                200,
                Map.of(
                        "refresh_token",
                        issuer.issue(subject, base.getAuthority(), LIFE).value()));
    }
}
