package io.podidentity.demo.page;

import java.util.List;
import java.util.Map;

/**
 * One line of a token as the page shows it.
 *
 * @param name the claim's name
 * @param value its value
 * @param meaning what it means; empty if the name says it
 */
record Claim(String name, String value, String meaning) {
    private static final Map<String, String> MEANINGS = Map.ofEntries(
            Map.entry("alg", "how it is signed"),
            Map.entry("kid", "which of the issuer's keys signed it"),
            Map.entry("aud", "the resource that accepts it"),
            Map.entry("iss", "who issued it"),
            Map.entry("tid", "the tenant"),
            Map.entry("idtyp", "a user, or an app: managed identities are apps"),
            Map.entry("upn", "the user's sign-in name"),
            Map.entry("appid", "the client ID of the application"),
            Map.entry("azp", "the client ID of the application"),
            Map.entry("xms_mirid", "the managed identity, as a resource in Azure"),
            Map.entry("oid", "the object to which roles are assigned"),
            Map.entry("scp", "what the user lets the application do"),
            Map.entry("ver", "the version of its format"));

    /** The lines of a part of a token, in the order of the part. */
    static List<Claim> of(Map<String, String> part) {
        return part.entrySet().stream().map(Claim::of).toList();
    }

    private static Claim of(Map.Entry<String, String> claim) {
        String name = claim.getKey();
        String meaning = MEANINGS.getOrDefault(name, "");
        return switch (name) {
            case "iat", "nbf", "exp" ->
                new Claim(name, claim.getValue(), String.valueOf(TokenLifetime.instant(claim.getValue())));
            default -> new Claim(name, claim.getValue(), meaning);
        };
    }
}
