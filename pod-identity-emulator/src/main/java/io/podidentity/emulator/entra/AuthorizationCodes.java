package io.podidentity.emulator.entra;

import com.nimbusds.jose.util.Base64URL;
import io.podidentity.emulator.entra.UserSignIn.Session;
import io.podidentity.emulator.http.Parameters;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/** Authorization codes: each lives for ten minutes and is worth a session once. Thread-safe. */
final class AuthorizationCodes {

    private static final Duration LIFE = Duration.ofMinutes(10);

    private final Grants<Code> codes = new Grants<>();
    private final Clock clock;

    /** @param challenge by which the client that redeems is known for the one that asked (RFC 7636); null for none */
    private record Code(
            Session session, String redirectUri, @Nullable String challenge, Instant expires, AtomicBoolean redeemed) {}

    AuthorizationCodes(Clock clock) {
        this.clock = clock;
    }

    /** @param challenge the hash of the verifier (S256); null for none */
    String issue(Session session, String redirectUri, @Nullable String challenge) {
        return codes.add(
                new Code(session, redirectUri, challenge, clock.instant().plus(LIFE), new AtomicBoolean()));
    }

    /** @throws EntraException if the code is not known, used, too old, of another client, address or verifier */
    Session redeem(Parameters form) {
        Code code = codes.find(ClientAuthentication.required(form, "code")).orElseThrow(UserSignIn::malformed);
        Session session = UserSignIn.checked(code.session(), form);
        String redirectUri = ClientAuthentication.required(form, "redirect_uri");
        if (!code.redeemed().compareAndSet(false, true)) {
            throw new EntraException(
                    EntraError.CODE_REDEEMED,
                    "OAuth2 Authorization code was already redeemed, please retry with a new valid code or use an"
                            + " existing refresh token.");
        }
        if (!clock.instant().isBefore(code.expires())) {
            throw new EntraException(
                    EntraError.CODE_EXPIRED,
                    "The provided authorization code or refresh token has expired due to inactivity. Send a new"
                            + " interactive authorization request for this user and resource.");
        }
        if (!code.redirectUri().equals(redirectUri)) {
            throw new EntraException(
                    EntraError.OTHER_REPLY_ADDRESS,
                    "The reply address '" + redirectUri + "' does not match the reply address '" + code.redirectUri()
                            + "' provided when requesting Authorization code.");
        }
        checkVerifier(code.challenge(), form);
        return session;
    }

    private static void checkVerifier(@Nullable String challenge, Parameters form) {
        if (challenge == null) {
            return;
        }
        String verifier = form.get("code_verifier")
                .orElseThrow(() -> new EntraException(
                        EntraError.NO_VERIFIER,
                        "The code_verifier does not match the code_challenge supplied in the authorization request for"
                                + " PKCE."));
        if (!challenge.equals(sha256(verifier))) {
            throw new EntraException(
                    EntraError.WRONG_VERIFIER,
                    "The Code_Verifier does not match the code_challenge supplied in the authorization request.");
        }
    }

    private static String sha256(String text) {
        try {
            var digest = MessageDigest.getInstance("SHA-256");
            return Base64URL.encode(digest.digest(text.getBytes(StandardCharsets.US_ASCII)))
                    .toString();
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("Every JDK has SHA-256", e);
        }
    }
}
