package io.podidentity.podid.serve.registry;

import com.nimbusds.jwt.JWTClaimsSet;
import io.podidentity.emulator.http.Answer;
import io.podidentity.emulator.http.Parameters;
import io.podidentity.emulator.http.Request;
import io.podidentity.emulator.plan.AddedEndpoint;
import io.podidentity.emulator.tls.CertificateAuthority;
import io.podidentity.emulator.token.AccessTokenReader;
import io.podidentity.emulator.token.TokenIssuer;
import io.podidentity.emulator.token.TokenSubject;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The two steps from a token of Entra ID to a push, as Azure/acr documents them in {@code docs/AAD-OAuth.md}:
 * {@code /oauth2/exchange} turns it into a refresh token, the password that {@code az acr login --expose-token} prints,
 * and {@code /oauth2/token} turns that into an access token for one repository. Whoever is signed in may pull and push:
 * the roles AcrPull and AcrPush are not played.
 *
 * <p>Thread-safety: safe.
 */
public final class RegistryEndpoint implements AddedEndpoint {

    /** The user that stands for "the password is a token". */
    static final String TOKEN_USER = "00000000-0000-0000-0000-000000000000";

    private static final Duration REFRESH_TOKEN_LIFE = Duration.ofHours(3);
    private static final Duration ACCESS_TOKEN_LIFE = Duration.ofMinutes(75);

    private final AccessTokenReader tokens;
    private final TokenIssuer issuer;
    private final RegistryKey key;
    private final Clock clock;

    public RegistryEndpoint(Azure azure) {
        this.tokens = azure.tokens();
        this.issuer = azure.issuer();
        this.key = RegistryKey.create(CertificateAuthority.ofThisJvm());
        this.clock = azure.clock();
    }

    @Override
    public Optional<Answer> answer(Request request) {
        return switch (request.rawPath()) {
            case "/oauth2/exchange" -> Optional.of(exchange(request.form()));
            case "/oauth2/token" -> Optional.of(request.isPost() ? refresh(request.form()) : login(request));
            default -> Optional.empty();
        };
    }

    private Answer exchange(Parameters form) {
        String service = form.get("service").orElse("");
        return form.get("access_token")
                .flatMap(this::valid)
                .map(claims -> TokenSubject.application(text(claims, "appid"), text(claims, "oid")))
                .map(subject -> issuer.issue(subject, service, REFRESH_TOKEN_LIFE))
                .map(token -> Answer.json(200, Map.of("refresh_token", token.value())))
                .orElseGet(RegistryEndpoint::unauthorized);
    }

    /** As Docker, Podman, skopeo and jib do with a user and a password. */
    private Answer login(Request request) {
        return request.header("Authorization")
                .flatMap(RegistryEndpoint::password)
                .map(password -> access(password, request.query()))
                .orElseGet(RegistryEndpoint::unauthorized);
    }

    private static Optional<String> password(String authorization) {
        if (!authorization.startsWith("Basic ")) {
            return Optional.empty();
        }
        String pair = new String(
                Base64.getDecoder().decode(authorization.substring("Basic ".length())), StandardCharsets.UTF_8);
        String user = TOKEN_USER + ":";
        return pair.startsWith(user) ? Optional.of(pair.substring(user.length())) : Optional.empty();
    }

    /** As they do with what they call an identity token. */
    private Answer refresh(Parameters form) {
        return form.get("refresh_token").map(token -> access(token, form)).orElseGet(RegistryEndpoint::unauthorized);
    }

    private Answer access(String refreshToken, Parameters wanted) {
        String service = wanted.get("service").orElse("");
        return valid(refreshToken)
                .filter(claims -> claims.getAudience().equals(List.of(service)))
                .map(claims -> key.sign(
                        new JWTClaimsSet.Builder()
                                .issuer(RegistryKey.ISSUER)
                                .subject(claims.getSubject())
                                .audience(service)
                                .claim("access", Access.of(wanted.get("scope").orElse("")))
                                .build(),
                        clock.instant(),
                        ACCESS_TOKEN_LIFE))
                .map(token -> Answer.json(200, Map.of("access_token", token)))
                .orElseGet(RegistryEndpoint::unauthorized);
    }

    private Optional<JWTClaimsSet> valid(String token) {
        return tokens.read(token)
                .filter(claims -> claims.getExpirationTime().toInstant().isAfter(clock.instant()));
    }

    private static String text(JWTClaimsSet claims, String name) {
        return String.valueOf(claims.getClaim(name));
    }

    private static Answer unauthorized() {
        String message = "authentication required, visit https://aka.ms/acr/authorization for more information.";
        return Answer.json(401, Map.of("errors", List.of(Map.of("code", "UNAUTHORIZED", "message", message))));
    }
}
