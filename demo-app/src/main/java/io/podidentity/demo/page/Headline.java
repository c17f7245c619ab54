package io.podidentity.demo.page;

import io.podidentity.tokenprovider.Explanation;
import io.podidentity.tokenprovider.Principal;
import io.podidentity.tokenprovider.TokenAttempt;
import java.util.Map;

/**
 * Who is signed in, in the words that are readable from the back of a room.
 *
 * @param kind what sort of identity it is, such as {@code Managed identity}
 * @param name its name; its client ID if the token has no name
 * @param caveat what speaks against using this identity, such as that it is the node's; empty for nothing
 */
record Headline(String kind, String name, String caveat) {

    static Headline of(Explanation explanation) {
        Map<String, String> claims = explanation.claims();
        String caveat = explanation.attempts().stream()
                .filter(attempt -> attempt.state() == TokenAttempt.State.ACQUIRED)
                .map(TokenAttempt::reason)
                .findFirst()
                .orElse("");
        Principal principal = explanation.principal().orElse(null);
        if (principal == null) {
            return new Headline("Signed in", "An identity that the token does not name", caveat);
        }
        if (principal.type() == Principal.Type.USER) {
            return new Headline("User", principal.userPrincipalName().orElse("A user"), caveat);
        }
        String resource = claims.getOrDefault("xms_mirid", "");
        String name = claims.getOrDefault("app_displayname", resource.substring(resource.lastIndexOf('/') + 1));
        return new Headline(
                !caveat.isEmpty() ? "Identity of the node" : resource.isEmpty() ? "Application" : "Managed identity",
                name.isEmpty() ? principal.appId().orElse("An application") : name,
                caveat);
    }
}
