package io.podidentity.emulator.entra;

import io.podidentity.emulator.directory.Directory;
import io.podidentity.emulator.directory.ServicePrincipal;
import io.podidentity.emulator.entra.UserSignIn.Session;
import io.podidentity.emulator.http.Answer;
import io.podidentity.emulator.http.Parameters;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.stream.Collectors;

/**
 * Signs the one user in without a page: sends the browser back with a code at once. What concerns the client alone is
 * told to it by its redirect URI; before that URI is known to be its own, an error is a page.
 *
 * @see <a href="https://learn.microsoft.com/entra/identity-platform/v2-oauth2-auth-code-flow">the parameters</a>
 */
record AuthorizationEndpoint(Directory directory, AuthorizationCodes codes) {

    Answer authorize(Parameters query) {
        String redirectUri;
        try {
            redirectUri = redirectUri(query);
        } catch (EntraException refusal) {
            return page(400, String.valueOf(refusal.getMessage()));
        }
        var result = new LinkedHashMap<String, String>();
        try {
            result.put("code", code(query, redirectUri));
            result.put("session_state", UUID.randomUUID().toString());
        } catch (EntraException refusal) {
            result.put("error", refusal.code());
            result.put("error_description", String.valueOf(refusal.getMessage()));
        }
        query.get("state").ifPresent(state -> result.put("state", state));
        return switch (query.get("response_mode").orElse("query")) {
            case "form_post" -> form(redirectUri, result);
            case "fragment" -> redirect(redirectUri + "#" + encoded(result));
            default -> redirect(redirectUri + (redirectUri.contains("?") ? "&" : "?") + encoded(result));
        };
    }

    /** Sends the browser to where the application wants it, if that is a redirect URI of any application. */
    Answer logOut(Parameters query) {
        return query.get("post_logout_redirect_uri")
                .filter(uri -> directory.principals().all().stream().anyMatch(one -> one.hasRedirectUri(uri)))
                .map(AuthorizationEndpoint::redirect)
                .orElseGet(() -> page(200, "You signed out of your account. It's a good idea to close all windows."));
    }

    private String redirectUri(Parameters query) {
        String clientId = ClientAuthentication.required(query, "client_id");
        ServicePrincipal principal =
                directory.principal(clientId).orElseThrow(() -> ClientAuthentication.unknown(clientId, directory));
        String redirectUri = ClientAuthentication.required(query, "redirect_uri");
        if (!principal.hasRedirectUri(redirectUri)) {
            throw new EntraException(
                    EntraError.UNKNOWN_REDIRECT_URI,
                    "The redirect URI '" + redirectUri + "' specified in the request does not match the redirect URIs"
                            + " configured for the application '" + clientId + "'. Make sure the redirect URI sent in"
                            + " the request matches one added to your application in the Azure portal. Navigate to"
                            + " https://aka.ms/redirectUriMismatchError to learn more about how to fix this.");
        }
        return redirectUri;
    }

    private String code(Parameters query, String redirectUri) {
        if (!ClientAuthentication.required(query, "response_type").equals("code")) {
            throw new EntraException(
                    EntraError.RESPONSE_TYPE,
                    "The emulator knows the response_type 'code', and the request has another.");
        }
        Optional<String> challenge = query.get("code_challenge");
        if (challenge.isPresent() && !query.get("code_challenge_method").equals(Optional.of("S256"))) {
            throw new EntraException(EntraError.CHALLENGE_METHOD, "Invalid Code_Challenge_method parameter.");
        }
        String scope = ClientAuthentication.required(query, "scope");
        var session = new Session(
                directory.user(),
                ClientAuthentication.required(query, "client_id"),
                scope,
                query.get("nonce").orElse(null));
        return codes.issue(session, redirectUri, challenge.orElse(null));
    }

    private static Answer redirect(String location) {
        return Answer.empty(302).with("Location", location).with("Cache-Control", "no-store");
    }

    private static String encoded(Map<String, String> result) {
        return result.entrySet().stream()
                .map(entry -> entry.getKey() + "=" + URLEncoder.encode(entry.getValue(), StandardCharsets.UTF_8))
                .collect(Collectors.joining("&"));
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
