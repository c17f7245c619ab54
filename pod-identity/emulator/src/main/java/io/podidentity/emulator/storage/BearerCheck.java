// SPDX-License-Identifier: Apache-2.0
package io.podidentity.emulator.storage;

import com.nimbusds.jwt.JWTClaimsSet;
import io.podidentity.emulator.directory.BlobRole;
import io.podidentity.emulator.directory.Directory;
import io.podidentity.emulator.http.Request;
import io.podidentity.emulator.token.TokenIssuer;
import java.text.ParseException;
import java.time.Instant;
import java.util.Date;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Who the bearer of a token is, and which roles it has. */
record BearerCheck(Directory directory, TokenIssuer issuer) {

    /** From this version on Azure answers a bad token with a challenge; before, with a plain 403. */
    private static final String CHALLENGE_VERSION = "2019-12-12";

    private static final String ACCOUNT = "https://devstoreaccount1.blob.core.windows.net";
    private static final Set<String> AUDIENCES = Set.of(
            "https://storage.azure.com",
            "https://storage.azure.com/",
            ACCOUNT,
            ACCOUNT + "/",
            "e406a681-f3d4-42a8-90b6-c2b029497af1");

    static final String EXPIRED = "Lifetime validation failed. The token is expired.";

    /**
     * The roles of the caller, which may be none.
     *
     * @throws StorageError.Refusal if the caller is unknown
     */
    Set<BlobRole> roles(Request request) {
        return roles(authenticate(request));
    }

    private JWTClaimsSet authenticate(Request request) {
        if (request.header("Authorization").isEmpty()) {
            throw StorageError.NO_AUTHENTICATION.refusal();
        }
        Optional<String> version = request.header("x-ms-version");
        if (version.isEmpty()) {
            throw failed("Authentication scheme Bearer is not supported in this version.");
        }
        String token = request.bearer().orElseThrow(() -> failed("Only authentication scheme Bearer is supported."));
        boolean challenge = version.get().compareTo(CHALLENGE_VERSION) >= 0;
        JWTClaimsSet claims = issuer.read(token).orElseThrow(() -> invalid("Signature validation failed.", challenge));
        Optional<String> defect = defect(claims);
        if (defect.isPresent()) {
            throw invalid(defect.get(), challenge);
        }
        return claims;
    }

    private Optional<String> defect(JWTClaimsSet claims) {
        Instant now = issuer.clock().instant();
        Date notBefore = claims.getNotBeforeTime();
        Date expires = claims.getExpirationTime();
        if (!isTrusted(claims)) {
            return Optional.of("Issuer validation failed. Issuer did not match.");
        }
        if (claims.getAudience().stream().noneMatch(AUDIENCES::contains)) {
            return Optional.of("Audience validation failed. Audience did not match.");
        }
        if (notBefore == null || now.isBefore(notBefore.toInstant())) {
            return Optional.of("Lifetime validation failed.");
        }
        if (expires == null || !now.isBefore(expires.toInstant())) {
            return Optional.of(EXPIRED);
        }
        return Optional.empty();
    }

    /**
     * An account trusts the tenant that it is in; there is one of this name in each tenant where identities are at
     * home.
     */
    private boolean isTrusted(JWTClaimsSet claims) {
        String tenant = text(claims, "tid");
        TokenIssuer trusted =
                directory.otherTenants().isHome(text(claims, "appid"), tenant) ? issuer.inTenant(tenant) : issuer;
        return trusted.issuer().equals(claims.getIssuer());
    }

    /** Azure takes a principal by its object ID, and az's {@code --assignee} by its client ID or a user's name too. */
    private Set<BlobRole> roles(JWTClaimsSet claims) {
        String otherName = text(claims, "idtyp").equals("user") ? text(claims, "upn") : text(claims, "appid");
        return Stream.of(text(claims, "oid"), otherName)
                .flatMap(name -> directory.roles().of(name).stream())
                .collect(Collectors.toUnmodifiableSet());
    }

    private static String text(JWTClaimsSet claims, String claim) {
        try {
            return Optional.ofNullable(claims.getStringClaim(claim)).orElse("");
        } catch (ParseException e) {
            return "";
        }
    }

    static StorageError.Refusal invalid(String detail, boolean challenge) {
        if (challenge) {
            return StorageError.INVALID_AUTHENTICATION.refusal("AuthenticationErrorDetail", detail);
        }
        return failed(detail);
    }

    private static StorageError.Refusal failed(String detail) {
        return StorageError.AUTHENTICATION_FAILED.refusal("AuthenticationErrorDetail", detail);
    }
}
