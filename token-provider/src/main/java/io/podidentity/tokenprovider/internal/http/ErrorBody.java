package io.podidentity.tokenprovider.internal.http;

import io.podidentity.tokenprovider.internal.text.Excerpt;
import io.podidentity.tokenprovider.internal.text.JsonException;
import io.podidentity.tokenprovider.internal.text.JsonReader;
import io.podidentity.tokenprovider.internal.text.Secret;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What a host of managed identities says when it has no token. Each kind has a form of its own: {@code {error,
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

    /** The same, without a secret that was sent and may come back. */
    public static String describe(HttpResponse response, @Nullable Secret secret) {
        return response.describe(said(response.body(), secret));
    }

    private static String said(String body, @Nullable Secret secret) {
        try {
            return said(JsonReader.readObject(body), secret);
        } catch (JsonException e) {
            // A page of HTML says nothing that helps.
            String text = body.stripLeading().startsWith("<") ? "" : Excerpt.of(text(body, secret), MAX_SAID);
            return text.isEmpty() ? "" : "\"" + text + "\"";
        }
    }

    private static String said(Map<String, @Nullable Object> members, @Nullable Secret secret) {
        Object error = members.get("error");
        Map<?, ?> inner = error instanceof Map<?, ?> nested ? nested : members;
        String code = text(error instanceof String ? error : inner.get("code"), secret);
        String words = text(members.get("error_description"), secret);
        if (words.isEmpty()) {
            words = text(inner.get("message"), secret);
        }
        String correlation = text(inner.get("correlationId"), secret);
        StringBuilder said = new StringBuilder();
        if (!code.isEmpty()) {
            said.append('"').append(Excerpt.of(code, 60)).append('"');
        }
        String shown = Excerpt.sentence(words, MAX_SAID);
        if (!shown.isEmpty()) {
            said.append(code.isEmpty() ? "\"" + shown + "\"" : ": " + shown);
        }
        if (!correlation.isEmpty()) {
            said.append(" (correlation ID ").append(Excerpt.of(correlation, 40)).append(')');
        }
        return said.toString();
    }

    private static String text(@Nullable Object value, @Nullable Secret secret) {
        String text = value instanceof String string ? string : "";
        return secret == null ? text : secret.hide(text);
    }
}
