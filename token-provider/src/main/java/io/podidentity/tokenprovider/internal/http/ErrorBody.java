// SPDX-License-Identifier: Apache-2.0
package io.podidentity.tokenprovider.internal.http;

import io.podidentity.tokenprovider.internal.Nullable;
import io.podidentity.tokenprovider.internal.text.Excerpt;
import io.podidentity.tokenprovider.internal.text.JsonException;
import io.podidentity.tokenprovider.internal.text.JsonReader;
import io.podidentity.tokenprovider.internal.text.Secret;
import java.util.Map;

/**
 * Reads what a host of managed identities answers if it has no token. The hosts use different forms: {@code {error,
 * error_description}} (IMDS, Arc), {@code {error: {code, message, correlationId}}} (Cloud Shell, Service Fabric, Azure
 * ML), {@code {statusCode, message, correlationId}} (App Service), or plain text (NMI, proxies).
 */
public final class ErrorBody {
    private static final int MAX_SAID = 160;

    private ErrorBody() {}

    /** The status and the server's own words, such as {@code HTTP 400 "invalid_request": Identity not found}. */
    public static String describe(HttpResponse response) {
        return describe(response, null);
    }

    /** The same without a secret that was sent, since the server may repeat it. */
    public static String describe(HttpResponse response, @Nullable Secret secret) {
        return response.describe(quoteBody(response.body(), secret));
    }

    private static String quoteBody(String body, @Nullable Secret secret) {
        try {
            return quoteMembers(JsonReader.readObject(body), secret);
        } catch (JsonException e) {
            return quoteText(body, secret);
        }
    }

    private static String quoteText(String body, @Nullable Secret secret) {
        // A page of HTML says nothing that helps.
        if (body.stripLeading().startsWith("<")) {
            return "";
        }
        return quoted(Excerpt.of(withoutSecret(body, secret), MAX_SAID));
    }

    private static String quoteMembers(Map<String, @Nullable Object> members, @Nullable Secret secret) {
        Map<?, ?> inner = members;
        Object code = members.get("error");
        if (code instanceof Map<?, ?> nested) {
            inner = nested;
        }
        if (!(code instanceof String)) {
            code = inner.get("code");
        }
        String words = withoutSecret(members.get("error_description"), secret);
        if (words.isEmpty()) {
            words = withoutSecret(inner.get("message"), secret);
        }
        String shownCode = Excerpt.of(withoutSecret(code, secret), 60);
        String shownWords = Excerpt.sentence(words, MAX_SAID);
        String correlation = withoutSecret(inner.get("correlationId"), secret);
        StringBuilder said = new StringBuilder(quoted(shownCode));
        if (shownCode.isEmpty()) {
            said.append(quoted(shownWords));
        } else if (!shownWords.isEmpty()) {
            said.append(": ").append(shownWords);
        }
        if (!correlation.isEmpty()) {
            said.append(" (correlation ID ").append(Excerpt.of(correlation, 40)).append(')');
        }
        return said.toString();
    }

    private static String quoted(String text) {
        if (text.isEmpty()) {
            return "";
        }
        return '"' + text + '"';
    }

    private static String withoutSecret(@Nullable Object value, @Nullable Secret secret) {
        if (!(value instanceof String text)) {
            return "";
        }
        if (secret == null) {
            return text;
        }
        return secret.hide(text);
    }
}
