// SPDX-License-Identifier: Apache-2.0
package io.podidentity.emulator.entra;

import com.nimbusds.jose.util.Base64URL;
import io.podidentity.emulator.directory.Directory;
import io.podidentity.emulator.directory.ServicePrincipal;
import io.podidentity.emulator.directory.ServicePrincipal.RedirectUri;
import io.podidentity.emulator.entra.UserSignIn.Session;
import io.podidentity.emulator.http.Answer;
import io.podidentity.emulator.http.Parameters;
import io.podidentity.emulator.http.Request;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * The flow by authorization codes, each of which lives for ten minutes and is worth a session once. Signs the one user
 * in without a page: sends the browser back with a code at once. What concerns the client alone is told to it by its
 * redirect URI; before that URI is known to be its own, an error is a page. Thread-safe.
 *
 * @see <a href="https://learn.microsoft.com/entra/identity-platform/v2-oauth2-auth-code-flow">the parameters</a>
 */
final class AuthorizationFlow {

    private static final Duration LIFE = Duration.ofMinutes(10);

    private final Directory directory;
    private final Clock clock;
    private final Grants<Code> codes = new Grants<>();

    /** @param challenge by which the client that redeems is known for the one that asked (RFC 7636); null for none */
    private record Code(
            Session session,
            String redirectUri,
            @Nullable Challenge challenge,
            Instant expires,
            AtomicBoolean redeemed) {}

    /** What the verifier of a client has to match. */
    private record Challenge(String text, ChallengeMethod method) {

        boolean isMetBy(String verifier) {
            String met = method == ChallengeMethod.PLAIN ? verifier : sha256(verifier);
            return text.equals(met);
        }
    }

    private enum ChallengeMethod {
        PLAIN("plain"),
        S256("S256");

        private final String name;

        ChallengeMethod(String name) {
            this.name = name;
        }

        /** A client that names none means {@link #PLAIN}, as the standard says. */
        static ChallengeMethod of(Parameters query) {
            String wanted = query.get("code_challenge_method").orElse(PLAIN.name);
            return Arrays.stream(values())
                    .filter(method -> method.name.equals(wanted))
                    .findFirst()
                    .orElseThrow(() -> EntraError.CHALLENGE_METHOD.because("Invalid Code_Challenge_method parameter."));
        }
    }

    /** How the result gets to the client. */
    private enum ResponseMode {
        QUERY("query"),
        FRAGMENT("fragment"),
        FORM_POST("form_post");

        private final String name;

        ResponseMode(String name) {
            this.name = name;
        }

        /** The usual one is {@link #QUERY}, also for a mode that does not exist. */
        static ResponseMode of(Parameters query) {
            String wanted = query.get("response_mode").orElse("");
            return Arrays.stream(values())
                    .filter(mode -> mode.name.equals(wanted))
                    .findFirst()
                    .orElse(QUERY);
        }
    }

    AuthorizationFlow(Directory directory, Clock clock) {
        this.directory = directory;
        this.clock = clock;
    }

    /** @throws EntraError.Refusal if the code is not known, used, too old, of another client, address or verifier */
    Session redeem(Parameters form) {
        Code code = codes.find(ClientAuthentication.required(form, "code")).orElseThrow(UserSignIn::malformed);
        Session session = UserSignIn.checked(code.session(), form);
        String redirectUri = ClientAuthentication.required(form, "redirect_uri");
        if (!code.redeemed().compareAndSet(false, true)) {
            throw EntraError.CODE_REDEEMED.because(
                    "OAuth2 Authorization code was already redeemed, please retry with a new valid code or use an"
                            + " existing refresh token.");
        }
        if (!clock.instant().isBefore(code.expires())) {
            throw EntraError.CODE_EXPIRED.because(
                    "The provided authorization code or refresh token has expired due to inactivity. Send a new"
                            + " interactive authorization request for this user and resource.");
        }
        if (!code.redirectUri().equals(redirectUri)) {
            throw EntraError.OTHER_REPLY_ADDRESS.because(
                    "The reply address '" + redirectUri + "' does not match the reply address '" + code.redirectUri()
                            + "' provided when requesting Authorization code.");
        }
        checkVerifier(code.challenge(), form);
        return session;
    }

    private static void checkVerifier(@Nullable Challenge challenge, Parameters form) {
        if (challenge == null) {
            return;
        }
        String verifier = form.get("code_verifier")
                .orElseThrow(() -> EntraError.NO_VERIFIER.because(
                        "The code_verifier does not match the code_challenge supplied in the authorization request for"
                                + " PKCE."));
        if (!challenge.isMetBy(verifier)) {
            throw EntraError.WRONG_VERIFIER.because(
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

    private boolean isOfPage(String clientId, String redirectUri) {
        return directory
                .principal(clientId)
                .flatMap(client -> client.redirectUri(redirectUri))
                .filter(RedirectUri::ofPage)
                .isPresent();
    }

    /** Whether the code in a form was sent to a page in a browser. */
    boolean isForPage(Parameters form) {
        return form.get("code")
                .flatMap(codes::find)
                .filter(code -> code.session().ofPage())
                .isPresent();
    }

    Answer authorize(Parameters query) {
        String redirectUri;
        try {
            redirectUri = redirectUri(query);
        } catch (EntraError.Refusal refusal) {
            return page(400, String.valueOf(refusal.getMessage()));
        }
        var result = new LinkedHashMap<String, String>();
        try {
            result.put("code", code(query, redirectUri));
            result.put("session_state", UUID.randomUUID().toString());
        } catch (EntraError.Refusal refusal) {
            result.put("error", refusal.error.code);
            result.put("error_description", String.valueOf(refusal.getMessage()));
        }
        query.get("state").ifPresent(state -> result.put("state", state));
        return answer(ResponseMode.of(query), redirectUri, result);
    }

    private static Answer answer(ResponseMode mode, String redirectUri, Map<String, String> result) {
        String separator = redirectUri.contains("?") ? "&" : "?";
        return switch (mode) {
            case FORM_POST -> form(redirectUri, result);
            case FRAGMENT -> redirect(redirectUri + "#" + Request.encoded(result));
            case QUERY -> redirect(redirectUri + separator + Request.encoded(result));
        };
    }

    /** Sends the browser to where the application wants it, if that is a redirect URI of any application. */
    Answer logOut(Parameters query) {
        return query.get("post_logout_redirect_uri")
                .filter(this::isOfAnyApplication)
                .map(AuthorizationFlow::redirect)
                .orElseGet(() -> page(200, "You signed out of your account. It's a good idea to close all windows."));
    }

    private boolean isOfAnyApplication(String uri) {
        return directory.principals().all().stream()
                .anyMatch(principal -> principal.redirectUri(uri).isPresent());
    }

    private String redirectUri(Parameters query) {
        String clientId = ClientAuthentication.required(query, "client_id");
        ServicePrincipal principal = directory
                .principal(clientId)
                .orElseThrow(() -> ClientAuthentication.unknown(clientId, directory.tenantId()));
        AgentRestrictions.requireInteractive(principal);
        String redirectUri = ClientAuthentication.required(query, "redirect_uri");
        if (principal.redirectUri(redirectUri).isEmpty()) {
            throw EntraError.UNKNOWN_REDIRECT_URI.because(
                    "The redirect URI '" + redirectUri + "' specified in the request does not match the redirect URIs"
                            + " configured for the application '" + clientId + "'. Make sure the redirect URI sent in"
                            + " the request matches one added to your application in the Azure portal. Navigate to"
                            + " https://aka.ms/redirectUriMismatchError to learn more about how to fix this.");
        }
        return redirectUri;
    }

    private String code(Parameters query, String redirectUri) {
        if (!ClientAuthentication.required(query, "response_type").equals("code")) {
            throw EntraError.RESPONSE_TYPE.because(
                    "The emulator knows the response_type 'code', and the request has another.");
        }
        String clientId = ClientAuthentication.required(query, "client_id");
        ChallengeMethod method = ChallengeMethod.of(query);
        Optional<Challenge> challenge = query.get("code_challenge").map(text -> new Challenge(text, method));
        boolean ofPage = isOfPage(clientId, redirectUri);
        if (ofPage && challenge.isEmpty()) {
            throw EntraError.NO_CHALLENGE_OF_PAGE.because(
                    "Proof Key for Code Exchange is required for cross-origin authorization code redemption.");
        }
        String scope = ClientAuthentication.required(query, "scope");
        var session = new Session(
                directory.user(), clientId, scope, query.get("nonce").orElse(null), ofPage);
        return codes.add(new Code(
                session, redirectUri, challenge.orElse(null), clock.instant().plus(LIFE), new AtomicBoolean()));
    }

    private static Answer redirect(String location) {
        return Answer.empty(302).with("Location", location).with("Cache-Control", "no-store");
    }

    private static Answer form(String redirectUri, Map<String, String> result) {
        String fields = result.entrySet().stream()
                .map(entry -> "<input type=\"hidden\" name=\"" + entry.getKey() + "\" value=\""
                        + escaped(entry.getValue()) + "\">")
                .collect(Collectors.joining());
        String page = "<!DOCTYPE html><title>Signed in</title><form method=\"post\" action=\"" + escaped(redirectUri)
                + "\">" + fields + "<noscript><button>Continue</button></noscript></form>"
                + "<script>document.forms[0].submit()</script>";
        return Answer.text(200, "text/html; charset=utf-8", page).with("Cache-Control", "no-store");
    }

    private static String escaped(String text) {
        return text.replace("&", "&amp;").replace("<", "&lt;").replace("\"", "&quot;");
    }

    /** Plain text, so that nothing in it is markup. */
    private static Answer page(int status, String text) {
        return Answer.text(status, "text/plain; charset=utf-8", text).with("X-Content-Type-Options", "nosniff");
    }
}
