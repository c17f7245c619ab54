// SPDX-License-Identifier: Apache-2.0
package io.podidentity.tokenprovider.internal.entra;

import io.podidentity.tokenprovider.internal.Nullable;
import io.podidentity.tokenprovider.internal.http.HttpResponse;
import io.podidentity.tokenprovider.internal.http.TokenResponse;
import io.podidentity.tokenprovider.internal.text.Excerpt;
import io.podidentity.tokenprovider.internal.text.HelpPage;
import io.podidentity.tokenprovider.internal.text.JsonException;
import io.podidentity.tokenprovider.internal.text.Secret;
import java.util.List;
import java.util.Objects;

/**
 * The error that Entra ID answers when it refuses (Microsoft Learn, "OAuth 2.0 client credentials flow", and "Microsoft
 * Entra authentication and authorization error codes").
 *
 * @param aadsts the number after AADSTS, the most precise part; 0 without one
 * @param code the OAuth error, such as {@code invalid_client}; empty without one
 * @param suberror a more precise code, such as {@code basic_action}; empty without one
 * @param description the words, without the number in front of them and the trace after them
 * @param claims the claims that the user's next sign-in must satisfy, as JSON; empty without any
 */
record EntraError(int aadsts, String code, String suberror, String description, String claims) {
    private static final int MAX_CODE = 60;
    private static final int MAX_WORDS = 220;

    static EntraError read(String body) {
        TokenResponse answer;
        try {
            answer = TokenResponse.read(body);
        } catch (JsonException e) {
            // This is the page of some proxy, and not an answer of Entra ID.
            return new EntraError(0, "", "", "", "");
        }
        String description = Objects.requireNonNullElse(answer.text("error_description"), "");
        int number = readNumber(description, answer.value("error_codes"));
        return new EntraError(
                number,
                Objects.requireNonNullElse(answer.text("error"), ""),
                Objects.requireNonNullElse(answer.text("suberror"), ""),
                shortenDescription(description, number),
                Objects.requireNonNullElse(answer.text("claims"), ""));
    }

    private static int readNumber(String description, @Nullable Object codes) {
        if (description.startsWith(HelpPage.AADSTS)) {
            int number = HelpPage.number(description);
            if (number > 0) {
                return number;
            }
        }
        if (codes instanceof List<?> list && !list.isEmpty() && list.get(0) instanceof Long first) {
            return isNumber(first) ? first.intValue() : 0;
        }
        return 0;
    }

    private static boolean isNumber(long code) {
        return code > 0 && code < 1_000_000_000;
    }

    /** The status and Entra's own words, such as {@code HTTP 400 "AADSTS70021": No matching …}, without the proof. */
    String describe(HttpResponse response, Secret proof) {
        StringBuilder text = new StringBuilder(response.describe(quoteCode(proof)));
        if (!suberror.isEmpty()) {
            text.append(" (").append(Excerpt.of(proof.hide(suberror), MAX_CODE)).append(')');
        }
        String words = Excerpt.sentence(proof.hide(description), MAX_WORDS);
        if (!words.isEmpty()) {
            text.append(": ").append(words);
        }
        return text.toString();
    }

    private String quoteCode(Secret proof) {
        if (aadsts > 0) {
            return '"' + HelpPage.AADSTS + aadsts + '"';
        }
        if (code.isEmpty()) {
            return "";
        }
        return '"' + Excerpt.of(proof.hide(code), MAX_CODE) + '"';
    }

    private static String shortenDescription(String description, int number) {
        String words = description;
        String prefix = HelpPage.AADSTS + number + ":";
        if (words.startsWith(prefix)) {
            words = words.substring(prefix.length());
        }
        int trace = words.indexOf("Trace ID:");
        if (trace >= 0) {
            words = words.substring(0, trace);
        }
        return words.strip();
    }

    /** Whether no federated credential matches the issuer, the subject or the audience of the assertion. */
    boolean isUnmatchedAssertion() {
        return aadsts == 70025 || String.valueOf(aadsts).startsWith("70021");
    }

    /** Shows the number only: the server may repeat a proof in its words. */
    @Override
    public String toString() {
        return HelpPage.AADSTS + aadsts;
    }
}
