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

/**
 * The two steps from a token of Entra ID to a push, as Azure/acr documents them in {@code docs/AAD-OAuth.md}:
 * {@code /oauth2/exchange} turns it into a refresh token, the password that {@code az acr login --expose-token} prints,
 * and {@code /oauth2/token} turns that into an access token for one repository. At {@code /v2/} a registry without
 * images says where they are. Whoever is signed in may pull and push: the roles AcrPull and AcrPush are not played.
 *
 * <p>Thread-safety: safe.
 */
public final class RegistryEndpoint implements AddedEndpoint {

    /** The user that stands for "the password is a token". */
    private static final String TOKEN_USER = "00000000-0000-0000-0000-000000000000:";

    /** What a registry expects as {@code iss}; ACR's own value. */
    private static final String ISSUER = "Azure Container Registry";

    private static final Duration REFRESH_TOKEN_LIFE = Duration.ofHours(3);
    private static final Duration ACCESS_TOKEN_LIFE = Duration.ofMinutes(75);

    private final Azure azure;

    /** With the certificate of the key, signed by the emulator's CA, which a registry has as {@code rootcertbundle}. */
    private final JWSHeader header;

    private final ECDSASigner signer;

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
        return switch (request.rawPath()) {
            case "/v2", "/v2/" -> Optional.of(challenge());
            case "/oauth2/exchange" -> Optional.of(exchange(request.form()));
            case "/oauth2/token" -> Optional.of(token(request));
            default -> Optional.empty();
        };
    }

    private Answer challenge() {
        String realm = "Bearer realm=\"" + azure.entra() + "/oauth2/token\",service=\""
                + azure.entra().getAuthority() + "\"";
        return Answer.json(401, Map.of("errors", Map.of("code", "UNAUTHORIZED")))
                .with("WWW-Authenticate", realm)
                .with("Docker-Distribution-Api-Version", "registry/2.0");
    }

    private Answer exchange(Parameters form) {
        String service = form.get("service").orElse("");
        return form.get("access_token")
                .flatMap(token -> valid(azure, token))
                .map(claims -> TokenSubject.application(text(claims, "appid"), text(claims, "oid"), Proof.NONE))
                .map(subject -> azure.issuer().issue(subject, service, REFRESH_TOKEN_LIFE))
                .map(token -> Answer.json(200, Map.of("refresh_token", token.value())))
                .orElseGet(RegistryEndpoint::unauthorized);
    }

    /** As Docker, Podman, skopeo and jib ask with a user and a password, or with what they call an identity token. */
    private Answer token(Request request) {
        Parameters wanted = request.isPost() ? request.form() : request.query();
        Optional<String> refreshToken = request.isPost()
                ? wanted.get("refresh_token")
                : request.header("Authorization").flatMap(RegistryEndpoint::password);
        String service = wanted.get("service").orElse("");
        return refreshToken
                .flatMap(token -> valid(azure, token))
                .filter(claims -> claims.getAudience().equals(List.of(service)))
                .map(claims -> accessTo(
                        service,
                        String.valueOf(claims.getSubject()),
                        wanted.get("scope").orElse("")))
                .map(this::signed)
                .map(token -> Answer.json(200, Map.of("access_token", token)))
                .orElseGet(RegistryEndpoint::unauthorized);
    }

    private static Optional<String> password(String authorization) {
        if (!authorization.startsWith("Basic ")) {
            return Optional.empty();
        }
        String pair = new Base64(authorization.substring("Basic ".length())).decodeToString();
        return pair.startsWith(TOKEN_USER) ? Optional.of(pair.substring(TOKEN_USER.length())) : Optional.empty();
    }

    private JWTClaimsSet accessTo(String service, String subject, String scope) {
        Instant now = azure.clock().instant();
        return new JWTClaimsSet.Builder()
                .issuer(ISSUER)
                .subject(subject)
                .audience(service)
                .issueTime(Date.from(now))
                .notBeforeTime(Date.from(now))
                .expirationTime(Date.from(now.plus(ACCESS_TOKEN_LIFE)))
                .jwtID(UUID.randomUUID().toString())
                .claim(
                        "access",
                        Arrays.stream(scope.split(" ", -1))
                                .filter(one -> one.indexOf(':') < one.lastIndexOf(':'))
                                .map(RegistryEndpoint::grant)
                                .toList())
                .build();
    }

    private String signed(JWTClaimsSet claims) {
        var token = new SignedJWT(header, claims);
        try {
            token.sign(signer);
        } catch (JOSEException e) {
            throw new IllegalStateException("Cannot sign a token", e);
        }
        return token.serialize();
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

    /** What a token says that was issued here and has not expired. */
    static Optional<JWTClaimsSet> valid(Azure azure, String token) {
        return azure.issuer()
                .read(token)
                .filter(claims -> claims.getExpirationTime()
                        .toInstant()
                        .isAfter(azure.clock().instant()));
    }

    private static String text(JWTClaimsSet claims, String name) {
        return String.valueOf(claims.getClaim(name));
    }

    private static Answer unauthorized() {
        String message = "authentication required, visit https://aka.ms/acr/authorization for more information.";
        return Answer.json(401, Map.of("errors", List.of(Map.of("code", "UNAUTHORIZED", "message", message))));
    }
}
