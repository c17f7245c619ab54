package io.podidentity.tokenprovider;

import io.podidentity.tokenprovider.internal.text.JsonText;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/** An explanation as JSON. */
final class ExplanationJson {
    private final StringBuilder json = new StringBuilder();

    private ExplanationJson() {}

    static String of(Explanation explanation) {
        return new ExplanationJson().write(explanation);
    }

    private String write(Explanation explanation) {
        json.append('{');
        member("resource", explanation.resource(), "");
        member("source", explanation.source().orElse(null), ",");
        principal(explanation.principal().orElse(null));
        member("expiresOn", explanation.expiresOn().map(Instant::toString).orElse(null), ",");
        member("refreshOn", explanation.refreshOn().map(Instant::toString).orElse(null), ",");
        TokenAcquisitionException failure = explanation.failure().orElse(null);
        if (failure != null) {
            json.append(",\"failure\":{");
            member("code", failure.code().name(), "");
            member("reason", failure.reason(), ",");
            member("remedy", failure.remedy(), ",");
            json.append(",\"transient\":").append(failure.isTransient()).append('}');
        }
        json.append(",\"attempts\":[");
        String separator = "";
        for (TokenAttempt attempt : explanation.attempts()) {
            json.append(separator).append('{');
            member("source", attempt.source(), "");
            member("state", attempt.state().name(), ",");
            json.append(",\"durationMillis\":").append(attempt.duration().toMillis());
            member("reason", attempt.reason(), ",");
            member("remedy", attempt.remedy(), ",");
            json.append('}');
            separator = ",";
        }
        json.append(']');
        for (String note : explanation.notes()) {
            member("note", note, ",");
        }
        return json.append('}').toString();
    }

    private void principal(@Nullable Principal principal) {
        if (principal == null) {
            return;
        }
        json.append(",\"principal\":{");
        member("type", principal.type().name(), "");
        member("userPrincipalName", principal.userPrincipalName().orElse(null), ",");
        member("appId", principal.appId().orElse(null), ",");
        member("objectId", principal.objectId().orElse(null), ",");
        member("tenantId", principal.tenantId().orElse(null), ",");
        member("certificateThumbprint", principal.certificateThumbprint().orElse(null), ",");
        json.append('}');
    }

    /** Appends a member, or nothing when its value is null. */
    private void member(String name, @Nullable String value, String before) {
        if (value == null) {
            return;
        }
        json.append(before).append('"').append(name).append("\":");
        JsonText.appendText(json, value);
    }
}
