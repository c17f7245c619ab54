// SPDX-License-Identifier: Apache-2.0
package io.podidentity.podid.serve.arm;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.crypto.ECDSASigner;
import com.nimbusds.jose.util.Base64;
import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.SignedJWT;
import io.podidentity.emulator.http.Answer;
import io.podidentity.emulator.http.Parameters;
import io.podidentity.emulator.http.Request;
import io.podidentity.emulator.plan.AddedEndpoint;
import io.podidentity.emulator.tls.CertificateAuthority;
import io.podidentity.emulator.token.TokenSubject;
import io.podidentity.emulator.token.TokenSubject.Proof;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.cert.X509Certificate;
import java.security.interfaces.ECPrivateKey;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Date;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Function;

/**
 * The two steps from a token of Entra ID to a push, as Azure/acr documents them in {@code docs/AAD-OAuth.md}:
 * {@code /oauth2/exchange} turns it into a refresh token, the password that {@code az acr login --expose-token} prints,
 * and {@code /oauth2/token} turns that into an access token for one repository. At {@code /v2/} a registry without
 * images says where they are. Whoever is signed in may pull and push: the roles AcrPull and AcrPush are not played.
 *
 * <p>Thread-safety: safe.
 */
public final class RegistryEndpoint implements AddedEndpoint {

    /** The user whose password is a token, with the colon of basic authentication. */
    private static final String TOKEN_USER = "00000000-0000-0000-0000-000000000000:";

    /** What a registry expects as {@code iss}; ACR's own value. */
    private static final String ISSUER = "Azure Container Registry";

    private static final Duration REFRESH_TOKEN_LIFE = Duration.ofHours(3);
    private static final Duration ACCESS_TOKEN_LIFE = Duration.ofMinutes(75);

    private final Azure azure;

    /** Has the certificate of the key, signed by the emulator's CA, which a registry has as {@code rootcertbundle}. */
    private final JWSHeader header;

    private final ECDSASigner signer;

    private final Map<String, Function<Request, Answer>> paths = Map.of(
            "/v2", this::challenge,
            "/v2/", this::challenge,
            "/oauth2/exchange", this::exchangeAccessToken,
            "/oauth2/token", this::issueAccessToken);

    public RegistryEndpoint(Azure azure) {
        this.azure = azure;
        try {
            KeyPair keys = CertificateAuthority.newKeys();
            var chain = new ArrayList<Base64>();
            for (X509Certificate certificate : azure.authority().certify(keys)) {
                chain.add(Base64.encode(certificate.getEncoded()));
            }
            this.header = new JWSHeader.Builder(JWSAlgorithm.ES256)
                    .x509CertChain(chain)
                    .build();
            this.signer = new ECDSASigner((ECPrivateKey) keys.getPrivate());
        } catch (GeneralSecurityException | JOSEException e) {
            throw new IllegalStateException("This JDK cannot make a key for registries", e);
        }
    }

    @Override
    public Optional<Answer> answer(Request request) {
        return Optional.ofNullable(paths.get(request.rawPath())).map(path -> path.apply(request));
    }

    /** Where a client without a token finds out from whom it can get one. */
    private Answer challenge(Request request) {
        String realm = "Bearer realm=\"" + azure.entra() + "/oauth2/token\",service=\""
                + azure.entra().getAuthority() + "\"";
        return Answer.json(401, Map.of("errors", Map.of("code", "UNAUTHORIZED")))
                .with("WWW-Authenticate", realm)
                .with("Docker-Distribution-Api-Version", "registry/2.0");
    }

    private Answer exchangeAccessToken(Request request) {
        Parameters form = request.form();
        String service = form.get("service").orElse("");
        return form.get("access_token")
                .flatMap(token -> readValidToken(azure, token))
                .map(claims -> issueRefreshToken(claims, service))
                .map(token -> Answer.json(200, Map.of("refresh_token", token)))
                .orElseGet(RegistryEndpoint::refuse);
    }

    private String issueRefreshToken(JWTClaimsSet claims, String service) {
        TokenSubject subject = TokenSubject.application(text(claims, "appid"), text(claims, "oid"), Proof.NONE);
        return azure.issuer().issue(subject, service, REFRESH_TOKEN_LIFE).value();
    }

    private Answer issueAccessToken(Request request) {
        Parameters parameters = request.isPost() ? request.form() : request.query();
        String service = parameters.get("service").orElse("");
        String scope = parameters.get("scope").orElse("");
        return readRefreshToken(request)
                .flatMap(token -> readValidToken(azure, token))
                .filter(claims -> claims.getAudience().equals(List.of(service)))
                .map(claims -> claimsOfAccessToken(service, String.valueOf(claims.getSubject()), scope))
                .map(this::sign)
                .map(token -> Answer.json(200, Map.of("access_token", token)))
                .orElseGet(RegistryEndpoint::refuse);
    }

    /** As Docker, Podman, skopeo and jib send it: as the password of a user, or as what they call an identity token. */
    private static Optional<String> readRefreshToken(Request request) {
        if (request.isPost()) {
            return request.form().get("refresh_token");
        }
        return request.header("Authorization").flatMap(RegistryEndpoint::readPassword);
    }

    private static Optional<String> readPassword(String authorization) {
        if (!authorization.startsWith("Basic ")) {
            return Optional.empty();
        }
        String pair = new Base64(authorization.substring("Basic ".length())).decodeToString();
        if (!pair.startsWith(TOKEN_USER)) {
            return Optional.empty();
        }
        return Optional.of(pair.substring(TOKEN_USER.length()));
    }

    private JWTClaimsSet claimsOfAccessToken(String service, String subject, String scope) {
        Instant now = azure.clock().instant();
        return new JWTClaimsSet.Builder()
                .issuer(ISSUER)
                .subject(subject)
                .audience(service)
                .issueTime(Date.from(now))
                .notBeforeTime(Date.from(now))
                .expirationTime(Date.from(now.plus(ACCESS_TOKEN_LIFE)))
                .jwtID(UUID.randomUUID().toString())
                .claim("access", grants(scope))
                .build();
    }

    private String sign(JWTClaimsSet claims) {
        var token = new SignedJWT(header, claims);
        try {
            token.sign(signer);
        } catch (JOSEException e) {
            throw new IllegalStateException("Cannot sign a token", e);
        }
        return token.serialize();
    }

    /** What the parts of a scope grant; a part that is not of the form of {@link #grant} grants nothing. */
    private static List<Map<String, Object>> grants(String scope) {
        return Arrays.stream(scope.split(" ", -1))
                .filter(part -> part.indexOf(':') < part.lastIndexOf(':'))
                .map(RegistryEndpoint::grant)
                .toList();
    }

    /** Grants {@code TYPE:NAME:ACTION,ACTION}; a name may contain colons. */
    private static Map<String, Object> grant(String scope) {
        int first = scope.indexOf(':');
        int last = scope.lastIndexOf(':');
        return Map.of(
                "type", scope.substring(0, first),
                "name", scope.substring(first + 1, last),
                "actions", List.of(scope.substring(last + 1).split(",", -1)));
    }

    /** The claims of a token that was issued here and has not expired; empty for any other text. */
    static Optional<JWTClaimsSet> readValidToken(Azure azure, String token) {
        Instant now = azure.clock().instant();
        return azure.issuer()
                .read(token)
                .filter(claims -> claims.getExpirationTime().toInstant().isAfter(now));
    }

    private static String text(JWTClaimsSet claims, String name) {
        return String.valueOf(claims.getClaim(name));
    }

    private static Answer refuse() {
        String message = "authentication required, visit https://aka.ms/acr/authorization for more information.";
        return Answer.json(401, Map.of("errors", List.of(Map.of("code", "UNAUTHORIZED", "message", message))));
    }
}
