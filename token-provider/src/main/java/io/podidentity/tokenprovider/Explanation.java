// SPDX-License-Identifier: Apache-2.0
package io.podidentity.tokenprovider;

import static java.util.Objects.requireNonNull;

import io.podidentity.tokenprovider.internal.text.Excerpt;
import io.podidentity.tokenprovider.internal.text.JsonText;
import io.podidentity.tokenprovider.internal.text.JwtReader;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Where a token comes from, or why there is none: what was tried, how long it took, and what to do. No token is in it.
 *
 * <p><i>Thread-safety:</i> immutable.
 *
 * @since 0.1.0
 */
public final class Explanation {
    private static final int MAX_RESOURCE = 200;

    private final String resource;
    private final @Nullable AccessToken token;
    private final @Nullable TokenAcquisitionException failure;
    private final List<TokenAttempt> attempts;

    private Explanation(
            String resource,
            @Nullable AccessToken token,
            @Nullable TokenAcquisitionException failure,
            List<TokenAttempt> attempts) {
        this.resource = requireNonNull(resource, "resource");
        this.token = token;
        this.failure = failure;
        this.attempts = List.copyOf(attempts);
    }

    /**
     * The explanation of a token.
     *
     * @param resource the resource that was asked for
     * @param token the token that was got; the explanation tells what is known about it, and never its value
     * @param attempts what became of each source, in the order of the chain; copied
     * @return an explanation without a failure
     */
    public static Explanation ofToken(String resource, AccessToken token, List<TokenAttempt> attempts) {
        return new Explanation(resource, requireNonNull(token, "token"), null, attempts);
    }

    /**
     * The explanation of a failure.
     *
     * @param resource the resource that was asked for
     * @param failure why there is no token, with what became of each source
     * @return an explanation without a token
     */
    public static Explanation ofFailure(String resource, TokenAcquisitionException failure) {
        return new Explanation(resource, null, failure, failure.attempts());
    }

    /** {@return the resource that was asked for} */
    public String resource() {
        return resource;
    }

    /** {@return the name of the source that got the token; empty without one} */
    public Optional<String> source() {
        return Optional.ofNullable(token).map(AccessToken::source);
    }

    /** {@return whose token it is; empty without one, and if it does not say} */
    public Optional<Principal> principal() {
        return Optional.ofNullable(token).flatMap(AccessToken::principal);
    }

    /**
     * What the token says of itself, for people who want to see it: for which resource it is, who issued it, whose it
     * is, and for how long. Nobody has verified it.
     *
     * @return of the claims those that are no secret, such as {@code aud} and {@code xms_mirid}, each as one line of
     *     text; unmodifiable; empty without a token, and for one that is no JWT
     */
    public Map<String, String> claims() {
        if (token == null) {
            return Map.of();
        }
        return TokenClaims.readShown(token.value());
    }

    /**
     * How the token is signed; the signature itself is never told.
     *
     * @return {@code typ}, {@code alg} and {@code kid}, where they are there; unmodifiable; empty as {@link #claims}
     */
    public Map<String, String> header() {
        if (token == null) {
            return Map.of();
        }
        return TokenClaims.readShownHeader(token.value());
    }

    /** {@return when the token expires; empty without one} */
    public Optional<Instant> expiresOn() {
        return Optional.ofNullable(token).map(AccessToken::expiresOn);
    }

    /** {@return from when on a new one is asked for behind the callers; empty without a token} */
    public Optional<Instant> refreshOn() {
        return Optional.ofNullable(token).flatMap(AccessToken::refreshOn);
    }

    /** {@return why there is no token; empty when there is one} */
    public Optional<TokenAcquisitionException> failure() {
        return Optional.ofNullable(failure);
    }

    /** {@return what became of each source, in the order of the chain; unmodifiable} */
    public List<TokenAttempt> attempts() {
        return attempts;
    }

    /** {@return whether there is a token} */
    public boolean hasToken() {
        return token != null;
    }

    /**
     * What else there is to know: that a managed identity is at hand too where a workload identity got the token.
     *
     * @return sentences; empty most of the time
     */
    public List<String> notes() {
        for (int i = 1; i < attempts.size(); i++) {
            TokenAttempt winner = attempts.get(i - 1);
            TokenAttempt next = attempts.get(i);
            boolean isWorkload =
                    winner.source().equals("Workload identity") && winner.state() == TokenAttempt.State.ACQUIRED;
            // A source that something announces comes before the developer tools, of which az is the first.
            boolean isManagedNext = next.state() == TokenAttempt.State.NOT_TRIED
                    && !next.source().equals("Azure CLI");
            if (isWorkload && isManagedNext) {
                return List.of("A managed identity may be at hand too (" + next.source()
                        + "); workload identity comes before it. AZURE_TOKEN_CREDENTIALS=ManagedIdentityCredential"
                        + " selects the other.");
            }
        }
        return List.of();
    }

    /** The explanation for people: a headline, then a line for each source. */
    @Override
    public String toString() {
        if (failure != null) {
            return String.valueOf(failure.getMessage());
        }
        StringBuilder text = new StringBuilder("Token for ")
                .append(Excerpt.of(resource, MAX_RESOURCE))
                .append(" from ")
                .append(source().orElse(""));
        appendLine(text, "principal: ", principal().orElse(null));
        appendLine(text, "expires: ", expiresOn().orElse(null));
        appendLine(text, "refreshed from: ", refreshOn().orElse(null));
        for (TokenAttempt attempt : attempts) {
            appendLine(text, "", attempt);
        }
        for (String note : notes()) {
            appendLine(text, "", note);
        }
        return text.toString();
    }

    /**
     * The explanation for programs.
     *
     * @return one JSON object with the members' own names; instants are ISO-8601, durations milliseconds
     */
    public String toJson() {
        Map<String, @Nullable Object> json = new LinkedHashMap<>();
        json.put("resource", resource);
        json.put("source", source().orElse(null));
        json.put("principal", principal().map(Explanation::toMap).orElse(null));
        json.put("expiresOn", expiresOn().map(Instant::toString).orElse(null));
        json.put("refreshOn", refreshOn().map(Instant::toString).orElse(null));
        json.put("failure", failure().map(Explanation::toMap).orElse(null));
        json.put("attempts", attempts.stream().map(Explanation::toMap).toList());
        for (String note : notes()) {
            json.put("note", note);
        }
        return JsonText.of(withoutAbsent(json));
    }

    private static Map<String, @Nullable Object> toMap(Principal principal) {
        Map<String, @Nullable Object> json = new LinkedHashMap<>();
        json.put("type", principal.type().name());
        json.put(
                "userPrincipalName",
                principal.userPrincipalName().map(Explanation::shown).orElse(null));
        json.put("appId", principal.appId().map(Explanation::shown).orElse(null));
        json.put("blueprintId", principal.blueprintId().map(Explanation::shown).orElse(null));
        json.put("objectId", principal.objectId().map(Explanation::shown).orElse(null));
        json.put("tenantId", principal.tenantId().map(Explanation::shown).orElse(null));
        json.put(
                "certificateThumbprint",
                principal.certificateThumbprint().map(Explanation::shown).orElse(null));
        return withoutAbsent(json);
    }

    /** A claim in one line; nobody has checked what is in it. */
    private static String shown(String claim) {
        return Excerpt.of(claim, Principal.MAX_SHOWN);
    }

    private static Map<String, @Nullable Object> toMap(TokenAcquisitionException failure) {
        Map<String, @Nullable Object> json = new LinkedHashMap<>();
        json.put("code", failure.code().name());
        json.put("reason", failure.reason());
        json.put("remedy", failure.remedy());
        json.put("transient", failure.isTransient());
        return json;
    }

    private static Map<String, @Nullable Object> toMap(TokenAttempt attempt) {
        Map<String, @Nullable Object> json = new LinkedHashMap<>();
        json.put("source", attempt.source());
        json.put("state", attempt.state().name());
        json.put("durationMillis", attempt.duration().toMillis());
        json.put("reason", attempt.reason());
        json.put("remedy", attempt.remedy());
        return json;
    }

    private static Map<String, @Nullable Object> withoutAbsent(Map<String, @Nullable Object> json) {
        json.values().removeIf(Objects::isNull);
        return json;
    }

    private static void appendLine(StringBuilder text, String label, @Nullable Object value) {
        if (value != null) {
            text.append("\n  ").append(label).append(value);
        }
    }

    /** What a token says of itself that may be shown to people. Nothing in it is verified. */
    static final class TokenClaims {
        /** Longer than the ID of any resource in Azure that can be an identity. */
        private static final int MAX_SHOWN = 400;

        /** What may be shown to people, in this order: for whom, by whom, who, what it may do, and when. */
        private static final List<String> SHOWN = List.of(
                "typ",
                "alg",
                "kid",
                "aud",
                "iss",
                "tid",
                "idtyp",
                "name",
                "upn",
                "preferred_username",
                "unique_name",
                "app_displayname",
                "appid",
                "azp",
                "xms_mirid",
                "oid",
                "roles",
                "scp",
                "ver",
                "iat",
                "nbf",
                "exp");

        private TokenClaims() {}

        /** Of the claims, those that may be shown, each in one line; empty for a token that is no JWT. */
        static Map<String, String> readShown(String token) {
            return selectShown(JwtReader.claims(token));
        }

        /** The same of the header. */
        static Map<String, String> readShownHeader(String token) {
            return selectShown(JwtReader.header(token));
        }

        private static Map<String, String> selectShown(@Nullable Map<String, @Nullable Object> part) {
            if (part == null) {
                return Map.of();
            }
            Map<String, String> texts = new LinkedHashMap<>();
            for (String name : SHOWN) {
                Object value = part.get(name);
                if (value != null) {
                    texts.put(name, Excerpt.of(toText(value), MAX_SHOWN));
                }
            }
            return Collections.unmodifiableMap(texts);
        }

        /** A value as one text; a list, such as that of the roles, as its members with blanks between them. */
        private static String toText(Object value) {
            if (!(value instanceof List<?> list)) {
                return value.toString();
            }
            List<String> members = new ArrayList<>();
            for (Object member : list) {
                members.add(String.valueOf(member));
            }
            return String.join(" ", members);
        }
    }
}
