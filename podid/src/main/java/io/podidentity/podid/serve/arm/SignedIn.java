package io.podidentity.podid.serve.arm;

import com.nimbusds.jwt.JWTClaimsSet;
import io.podidentity.emulator.http.Request;
import io.podidentity.emulator.token.AccessTokenReader;
import java.net.URI;
import java.text.ParseException;
import java.time.Clock;
import java.util.Optional;
import java.util.Set;

/** Who asks: the bearer of a token that this emulator issued for its Resource Manager and that has not expired. */
final class SignedIn {

    /** Registries take a token for themselves too. */
    private static final String REGISTRY = "https://containerregistry.azure.net";

    /** Resource Manager's own name, and the older one, which az still asks for. */
    private static final Set<String> AUDIENCES = Set.of(
            "https://management.azure.com",
            "https://management.azure.com/",
            "https://management.core.windows.net",
            "https://management.core.windows.net/");

    private final URI base;
    private final AccessTokenReader tokens;
    private final Clock clock;

    SignedIn(URI base, AccessTokenReader tokens, Clock clock) {
        this.base = base;
        this.tokens = tokens;
        this.clock = clock;
    }

    boolean allows(Request request) {
        return request.bearer().flatMap(this::objectId).isPresent();
    }

    /** The object ID of the token's principal, if the token is good. */
    Optional<String> objectId(String token) {
        return tokens.read(token)
                .filter(claims -> claims.getExpirationTime().toInstant().isAfter(clock.instant()))
                .filter(this::isForThis)
                .flatMap(SignedIn::oid);
    }

    private boolean isForThis(JWTClaimsSet claims) {
        return claims.getAudience().stream()
                .anyMatch(audience -> AUDIENCES.contains(audience)
                        || audience.startsWith(base.toString())
                        || audience.startsWith(REGISTRY));
    }

    private static Optional<String> oid(JWTClaimsSet claims) {
        try {
            return Optional.ofNullable(claims.getStringClaim("oid"));
        } catch (ParseException noText) {
            return Optional.empty();
        }
    }
}
