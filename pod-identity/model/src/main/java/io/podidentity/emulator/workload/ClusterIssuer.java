// SPDX-License-Identifier: Apache-2.0
package io.podidentity.emulator.workload;

import com.nimbusds.jwt.JWTClaimsSet;
import io.podidentity.emulator.cluster.ObjectName;
import io.podidentity.emulator.cluster.Pod;
import io.podidentity.emulator.cluster.Volume.TokenProjection;
import io.podidentity.emulator.http.Answer;
import io.podidentity.emulator.http.Endpoint;
import io.podidentity.emulator.http.Request;
import io.podidentity.emulator.token.IssuedToken;
import io.podidentity.emulator.token.SigningKey;
import java.net.URI;
import java.security.PublicKey;
import java.time.Clock;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.UUID;

/**
 * The OpenID issuer of the cluster: makes the tokens of service accounts, and publishes the key by which Entra checks
 * them. Thread-safe.
 *
 * @param address with a trailing slash, as AKS's issuers have it
 * @param clock the machine's, as Entra judges the tokens by it
 * @see <a href="https://kubernetes.io/docs/tasks/configure-pod-container/configure-service-account/">projected
 *     tokens</a>
 * @since 0.1.0
 */
public record ClusterIssuer(SigningKey key, URI address, Clock clock) implements Endpoint {

    private static final String DISCOVERY = ".well-known/openid-configuration";
    private static final String KEYS = "openid/v1/jwks";

    /** The issuer exactly as it is in the tokens. */
    public String issuer() {
        return address.toString();
    }

    public PublicKey publicKey() {
        return key.publicKey();
    }

    public static String subject(ObjectName serviceAccount) {
        return "system:serviceaccount:" + serviceAccount.namespace() + ":" + serviceAccount.name();
    }

    /** Makes a token of the pod's service account, which is bound to the pod. */
    public IssuedToken project(Pod pod, TokenProjection projection) {
        return issue(
                new ObjectName(pod.namespace(), Webhook.serviceAccount(pod)),
                List.of(projection.audience()),
                projection.expirationSeconds(),
                Optional.of(pod));
    }

    /** Makes a token of a service account, bound to a pod or to nothing. */
    public IssuedToken issue(ObjectName account, List<String> audiences, long expirationSeconds, Optional<Pod> bound) {
        Instant now = clock.instant().truncatedTo(ChronoUnit.SECONDS);
        Instant expiresOn = now.plusSeconds(expirationSeconds);
        var about = new TreeMap<String, Object>();
        about.put("namespace", account.namespace());
        about.put("serviceaccount", object("ServiceAccount", account));
        bound.ifPresent(pod -> {
            about.put("pod", object("Pod", pod.name()));
            about.put("node", object("Node", new ObjectName("", pod.spec().nodeName())));
        });
        var claims = new LinkedHashMap<String, Object>();
        claims.put("aud", audiences);
        claims.put("exp", expiresOn.getEpochSecond());
        claims.put("iat", now.getEpochSecond());
        claims.put("iss", issuer());
        claims.put("jti", UUID.randomUUID().toString());
        claims.put("kubernetes.io", about);
        claims.put("nbf", now.getEpochSecond());
        claims.put("sub", subject(account));
        return new IssuedToken(key.sign(claims), now, expiresOn);
    }

    /** The subject of a token of this issuer that is for that audience and valid now; empty for any other one. */
    Optional<String> subjectOf(String token, String audience) {
        Instant now = clock.instant();
        return key.verify(token)
                .filter(claims -> issuer().equals(claims.getIssuer()))
                .filter(claims -> claims.getAudience().contains(audience))
                .filter(claims -> claims.getExpirationTime().toInstant().isAfter(now))
                .map(JWTClaimsSet::getSubject);
    }

    /** A short-lived assertion in another name, for Entra. */
    String assertion(String otherIssuer, String subject) {
        long now = clock.instant().getEpochSecond();
        return key.sign(Map.of(
                "aud", List.of(WebhookSettings.AUDIENCE),
                "iss", otherIssuer,
                "sub", subject,
                "iat", now,
                "nbf", now,
                "exp", now + 600));
    }

    private static Map<String, Object> object(String kind, ObjectName name) {
        return Map.of("name", name.name(), "uid", name.uid(kind));
    }

    @Override
    public Answer answer(Request request) {
        String path = address.getPath();
        if (!request.isGet() || !request.rawPath().startsWith(path)) {
            return Answer.empty(404);
        }
        return switch (request.rawPath().substring(path.length())) {
            case DISCOVERY -> Answer.json(200, discovery());
            case KEYS -> Answer.json(200, key.publicKeys());
            default -> Answer.empty(404);
        };
    }

    private Map<String, Object> discovery() {
        var document = new LinkedHashMap<String, Object>();
        document.put("issuer", issuer());
        document.put("jwks_uri", address + KEYS);
        document.put("response_types_supported", List.of("id_token"));
        document.put("subject_types_supported", List.of("public"));
        document.put("id_token_signing_alg_values_supported", List.of("RS256"));
        return document;
    }
}
