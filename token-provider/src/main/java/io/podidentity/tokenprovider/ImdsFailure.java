package io.podidentity.tokenprovider;

import java.io.IOException;
import java.net.ConnectException;
import java.net.NoRouteToHostException;
import java.net.SocketTimeoutException;
import java.net.UnknownHostException;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Puts what a metadata service did, or did not do, into words. */
final class ImdsFailure {
    private static final int MAX_SAID = 160;

    private ImdsFailure() {}

    /** Why there was no answer. */
    static String describe(IOException e, ImdsEndpoint endpoint, long limitMillis) {
        String host = endpoint.host();
        if (e instanceof SocketTimeoutException) {
            return noAnswer(endpoint, limitMillis);
        }
        if (e instanceof NoRouteToHostException) {
            return "there is no route to " + host;
        }
        if (e instanceof ConnectException) {
            return "nothing listens at " + host;
        }
        if (e instanceof UnknownHostException) {
            return "the host of " + host + " is unknown";
        }
        return "no complete answer from " + host + " (" + Excerpt.of(String.valueOf(e.getMessage()), 80) + ")";
    }

    static String noAnswer(ImdsEndpoint endpoint, long limitMillis) {
        return "no answer from " + endpoint.host() + " within " + (limitMillis + 50) / 1000 + "."
                + (limitMillis + 50) % 1000 / 100 + " s";
    }

    /** The status and the server's own words, such as {@code HTTP 400 "invalid_request": Identity not found}. */
    static String describe(HttpResponse response) {
        String said = said(response.body());
        return said.isEmpty() ? "HTTP " + response.status() : "HTTP " + response.status() + " " + said;
    }

    /** What to do about an answer that is no token. */
    static String remedy(HttpResponse response, @Nullable String clientId) {
        String body = response.body().toLowerCase(Locale.ROOT);
        if (body.contains("assigned identit") || body.contains("azure identity") || body.contains("azureassigned")) {
            return "Compare the pod's label aadpodidbinding with the binding's selector.";
        }
        if (isNoIdentity(response)) {
            return clientId == null
                    ? "Assign a managed identity to this machine or pod."
                    : "Assign the identity with client ID " + Excerpt.of(clientId, 40)
                            + ", or correct AZURE_CLIENT_ID.";
        }
        if (response.status() == 400 && body.contains("resource")) {
            return "Check the resource's spelling.";
        }
        return RetrySchedule.isRetryable(response.status()) ? "Try again in a minute." : "";
    }

    /** Whether the service is there, and no identity. */
    static boolean isNoIdentity(HttpResponse response) {
        return response.status() == 400
                && response.body().toLowerCase(Locale.ROOT).contains("identity not found");
    }

    /** Whether a container desktop's proxy answered in the service's place. */
    static boolean isForeign(HttpResponse response) {
        String said = response.message() == null ? response.body() : response.message() + " " + response.body();
        return response.status() == 403 && said.toLowerCase(Locale.ROOT).contains("unreachable");
    }

    private static String said(String body) {
        try {
            Map<String, @Nullable Object> members = JsonReader.readObject(body);
            String code = text(members.get("error"));
            String description = text(members.get("error_description"));
            String quoted = code.isEmpty() ? "" : "\"" + Excerpt.of(code, 60) + "\"";
            return description.isEmpty() ? quoted : quoted + ": " + Excerpt.sentence(description, MAX_SAID);
        } catch (JsonException e) {
            // NMI and proxies answer in plain text; a page of HTML says nothing that helps.
            String text = body.stripLeading().startsWith("<") ? "" : Excerpt.of(body, MAX_SAID);
            return text.isEmpty() ? "" : "\"" + text + "\"";
        }
    }

    private static String text(@Nullable Object value) {
        return value instanceof String text ? text : "";
    }
}
