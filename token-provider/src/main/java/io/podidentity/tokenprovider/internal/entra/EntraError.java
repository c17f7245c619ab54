package io.podidentity.tokenprovider.internal.entra;

import io.podidentity.tokenprovider.internal.http.HttpResponse;
import io.podidentity.tokenprovider.internal.http.TokenResponse;
import io.podidentity.tokenprovider.internal.text.Excerpt;
import io.podidentity.tokenprovider.internal.text.HelpPage;
import io.podidentity.tokenprovider.internal.text.JsonException;
import io.podidentity.tokenprovider.internal.text.Secret;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What Entra ID says when it refuses (Microsoft Learn, "OAuth 2.0 client credentials flow", and "Microsoft Entra
 * authentication and authorization error codes").
 *
 * @param aadsts the number after AADSTS, which says most; 0 without one
 * @param code the OAuth error, such as {@code invalid_client}; empty without one
 * @param suberror what narrows it down, such as {@code basic_action}; empty without one
 * @param description the words, without the number before them and the trace behind them
 * @param claims what the user's next sign-in must satisfy, as JSON; empty without any
 */
record EntraError(int aadsts, String code, String suberror, String description, String claims) {
    private static final int MAX_CODE = 60;
    private static final int MAX_WORDS = 220;

    static EntraError read(String body) {
        TokenResponse answer;
        try {
            answer = TokenResponse.read(body);
        } catch (JsonException e) {
            // What answers unlike Entra is a proxy, whose page says nothing that helps.
            return new EntraError(0, "", "", "", "");
        }
        String said = orEmpty(answer.text("error_description"));
        int number = said.startsWith(HelpPage.AADSTS) ? HelpPage.number(said) : 0;
        if (answer.value("error_codes") instanceof List<?> codes && !codes.isEmpty() && number == 0) {
            number = codes.get(0) instanceof Long first && first > 0 && first < 1_000_000_000 ? first.intValue() : 0;
        }
        return new EntraError(
                number,
                orEmpty(answer.text("error")),
                orEmpty(answer.text("suberror")),
                words(said, number),
                orEmpty(answer.text("claims")));
    }

    /** The status and Entra's own words, such as {@code HTTP 400 "AADSTS70021": No matching …}, without the proof. */
    String describe(HttpResponse response, Secret proof) {
        String first = aadsts == 0 ? proof.hide(code) : HelpPage.AADSTS + aadsts;
        StringBuilder text =
                new StringBuilder(response.describe(first.isEmpty() ? "" : '"' + Excerpt.of(first, MAX_CODE) + '"'));
        if (!suberror.isEmpty()) {
            text.append(" (").append(Excerpt.of(proof.hide(suberror), MAX_CODE)).append(')');
        }
        String words = Excerpt.sentence(proof.hide(description), MAX_WORDS);
        return words.isEmpty()
                ? text.toString()
                : text.append(": ").append(words).toString();
    }

    private static String words(String said, int number) {
        String prefix = HelpPage.AADSTS + number + ":";
        String words = said.startsWith(prefix) ? said.substring(prefix.length()) : said;
        int trace = words.indexOf("Trace ID:");
        return (trace < 0 ? words : words.substring(0, trace)).strip();
    }

    private static String orEmpty(@Nullable String text) {
        return text == null ? "" : text;
    }

    /** Without the words, in which a proof may come back. */
    @Override
    public String toString() {
        return HelpPage.AADSTS + aadsts;
    }
}
