// SPDX-License-Identifier: Apache-2.0
package io.podidentity.emulator.entra;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JWSVerifier;
import com.nimbusds.jose.crypto.factories.DefaultJWSVerifierFactory;
import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.SignedJWT;
import io.podidentity.emulator.directory.Directory;
import io.podidentity.emulator.directory.FederatedCredentials.Match;
import io.podidentity.emulator.directory.FmiPath;
import io.podidentity.emulator.directory.ServicePrincipal;
import io.podidentity.emulator.directory.ServicePrincipal.Kind;
import io.podidentity.emulator.token.Resource;
import java.net.URI;
import java.security.Key;
import java.security.PublicKey;
import java.text.ParseException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Date;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * Checks a signed assertion that stands in for a secret: one that the application signed itself with a registered
 * certificate (issuer and subject are the client ID), else one of another issuer that a federated credential names.
 */
record AssertionCheck(Directory directory, URI authority, Clock clock) {

    private static final Duration CLOCK_SKEW = Duration.ofMinutes(5);

    /** How a federated credential can name this Entra ID: as itself, or as the one that it stands for. */
    private static final List<String> REAL_AUTHORITIES = List.of(
            "https://login.microsoftonline.com",
            "https://login.microsoftonline.us",
            "https://login.partner.microsoftonline.cn");

    private static final String CHECK = " Check your federated identity credential Subject, Audience and Issuer against"
            + " the presented assertion. https://learn.microsoft.com/entra/workload-id/workload-identity-federation";

    /** The claim with the Azure resource that a managed identity is, if the metadata service has given the token. */
    private static final String RESOURCE_ID = "xms_mirid";

    private static final String USER_ASSIGNED = "/microsoft.managedidentity/userassignedidentities/";

    /** @throws EntraError.Refusal if it does not hold */
    void check(ServicePrincipal principal, String assertion) {
        SignedJWT jwt;
        JWTClaimsSet claims;
        try {
            jwt = SignedJWT.parse(assertion);
            claims = jwt.getJWTClaimsSet();
        } catch (ParseException e) {
            throw EntraError.MALFORMED_ASSERTION.because("JWT token is invalid or malformed.");
        }
        if (principal.clientId().equalsIgnoreCase(claims.getIssuer())) {
            checkOwn(principal, jwt, claims);
        } else {
            checkFederated(principal, jwt, claims);
        }
        checkTime(claims);
    }

    private void checkOwn(ServicePrincipal principal, SignedJWT jwt, JWTClaimsSet claims) {
        boolean signed =
                principal.certificates().stream().anyMatch(certificate -> verifies(jwt, certificate.getPublicKey()));
        if (!signed) {
            throw EntraError.ASSERTION_CERTIFICATE.because("The certificate with identifier used to sign the client"
                    + " assertion is not registered on application.");
        }
        if (!principal.clientId().equalsIgnoreCase(claims.getSubject())) {
            throw EntraError.ASSERTION_SUBJECT.because(
                    "Client assertion application identifier doesn't match 'client_id' parameter.");
        }
        if (claims.getAudience().stream().noneMatch(audience -> audience.startsWith(authority + "/"))) {
            throw EntraError.ASSERTION_AUDIENCE.because("Client assertion audience claim does not match Realm issuer.");
        }
    }

    private void checkFederated(ServicePrincipal principal, SignedJWT jwt, JWTClaimsSet claims) {
        String issuer = Optional.ofNullable(claims.getIssuer()).orElse("");
        boolean own = issuer.startsWith(authority + "/");
        Match match = match(principal, issuer, own, claims);
        if (match == Match.OTHER_ISSUER) {
            throw mismatch(EntraError.FEDERATED_ISSUER, "issuer '" + issuer + "'");
        }
        List<? extends PublicKey> keys = directory.federation().keysOf(issuer);
        if (keys.isEmpty()) {
            throw EntraError.ISSUER_UNREACHABLE.because(
                    "Request to External OIDC endpoint failed. The issuer '" + issuer + "' cannot be reached.");
        }
        if (keys.stream().noneMatch(key -> verifies(jwt, key))) {
            throw EntraError.ASSERTION_SIGNATURE.because("Assertion failed signature validation.");
        }
        if (own) {
            requireUsableAsCredential(claims);
        }
        requireAccepted(match, issuer, claims);
    }

    /** Of the tokens that this Entra ID has issued itself, few can stand in for a secret. */
    private void requireUsableAsCredential(JWTClaimsSet claims) {
        if (isOfUserAssignedIdentity(claims) || FmiPath.isSubject(subjectOf(claims))) {
            return;
        }
        if (isOfFederatedIdentity(claims)) {
            throw EntraError.FEDERATED_TWICE.because("Token obtained using another federated identity credential may"
                    + " not be used as federated identity credential.");
        }
        throw EntraError.NOT_A_MANAGED_IDENTITY.because(
                "Only MSI tokens may be used as Federated Identity Credentials for AAD issuer.");
    }

    /** Whether it is of a managed identity that has shown who it is by a service account's token, say. */
    private boolean isOfFederatedIdentity(JWTClaimsSet claims) {
        return claims.getClaim(RESOURCE_ID) == null
                && claims.getClaim("azp") instanceof String clientId
                && directory
                        .principal(clientId)
                        .filter(principal -> principal.kind() == Kind.MANAGED_IDENTITY)
                        .isPresent();
    }

    /** @param own whether the issuer is this Entra ID itself */
    private Match match(ServicePrincipal principal, String issuer, boolean own, JWTClaimsSet claims) {
        List<String> audiences = own ? audiencesOfOwnToken(claims) : claims.getAudience();
        Map<String, String> texts = textsOf(claims);
        return namesOf(issuer, own)
                .map(name ->
                        directory.federation().match(principal.clientId(), name, subjectOf(claims), texts, audiences))
                .filter(found -> found != Match.OTHER_ISSUER)
                .findFirst()
                .orElse(Match.OTHER_ISSUER);
    }

    private static List<String> audiencesOfOwnToken(JWTClaimsSet claims) {
        return claims.getAudience().stream()
                .map(Resource::ofFederatedCredential)
                .toList();
    }

    private static String subjectOf(JWTClaimsSet claims) {
        return Optional.ofNullable(claims.getSubject()).orElse("");
    }

    private static void requireAccepted(Match match, String issuer, JWTClaimsSet claims) {
        String subject = subjectOf(claims);
        switch (match) {
            case OTHER_SUBJECT -> {
                boolean named = FmiPath.isSubject(subject);
                EntraError error = named ? EntraError.FEDERATED_PATH : EntraError.FEDERATED_SUBJECT;
                throw mismatch(error, "subject '" + subject + "'");
            }
            case OTHER_CASE ->
                throw EntraError.FEDERATED_SUBJECT_CASE.because(
                        "No matching federated identity record found for presented assertion subject '" + subject
                                + "'. The subject matches with case-insensitive comparison, but not with case-sensitive"
                                + " comparison." + CHECK);
            case OTHER_AUDIENCE ->
                throw mismatch(
                        EntraError.FEDERATED_AUDIENCE, "audience '" + String.join(", ", claims.getAudience()) + "'");
            // The error from the time before Entra said what differs; see FederatedCredentials.
            case NOT_KNOWN_YET ->
                throw mismatch(EntraError.FEDERATED_MISMATCH, "issuer '" + issuer + "' and subject '" + subject + "'");
            case ACCEPTED, OTHER_ISSUER -> {}
        }
    }

    /** The claims that an expression can be about. Times and other claims that each token has anew are no texts. */
    private static Map<String, String> textsOf(JWTClaimsSet claims) {
        Map<String, String> texts = new HashMap<>();
        claims.getClaims().forEach((name, value) -> {
            if (value instanceof String text && !name.equals("jti")) {
                texts.put(name, text);
            }
        });
        return texts;
    }

    private Stream<String> namesOf(String issuer, boolean own) {
        String path = own ? issuer.substring(authority.toString().length()) : "";
        return Stream.concat(
                Stream.of(issuer), REAL_AUTHORITIES.stream().filter(name -> own).map(name -> name + path));
    }

    private static boolean isOfUserAssignedIdentity(JWTClaimsSet claims) {
        return String.valueOf(claims.getClaim(RESOURCE_ID))
                .toLowerCase(Locale.ROOT)
                .contains(USER_ASSIGNED);
    }

    private static EntraError.Refusal mismatch(EntraError error, String presented) {
        return error.because(
                "No matching federated identity record found for presented assertion " + presented + "." + CHECK);
    }

    private void checkTime(JWTClaimsSet claims) {
        Instant now = clock.instant();
        Optional<Instant> from = Optional.ofNullable(claims.getNotBeforeTime()).map(Date::toInstant);
        Optional<Instant> until =
                Optional.ofNullable(claims.getExpirationTime()).map(Date::toInstant);
        boolean hasBegun = from.isEmpty() || !now.isBefore(from.get().minus(CLOCK_SKEW));
        boolean isOver = until.isEmpty() || !now.isBefore(until.get().plus(CLOCK_SKEW));
        if (!hasBegun || isOver) {
            throw EntraError.ASSERTION_EXPIRED.because(
                    "Client assertion is not within its valid time range. Current time: %s, assertion valid from %s, expiry time of assertion %s."
                            .formatted(
                                    now,
                                    from.map(Instant::toString).orElse("-"),
                                    until.map(Instant::toString).orElse("-")));
        }
    }

    private static boolean verifies(SignedJWT jwt, Key key) {
        try {
            JWSVerifier verifier = new DefaultJWSVerifierFactory().createJWSVerifier(jwt.getHeader(), key);
            return jwt.verify(verifier);
        } catch (JOSEException keyOfAnotherKind) {
            return false;
        }
    }
}
