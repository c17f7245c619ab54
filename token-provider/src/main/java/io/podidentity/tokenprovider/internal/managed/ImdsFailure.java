package io.podidentity.tokenprovider.internal.managed;

import io.podidentity.tokenprovider.internal.http.HttpResponse;
import io.podidentity.tokenprovider.internal.http.RetrySchedule;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** Puts what a metadata service did, or did not do, into words. */
final class ImdsFailure {
    private ImdsFailure() {}

    /**
     * What to do about an answer that is no token.
     *
     * @param identity the identity that was asked for, for people; null for the one there is
     */
    static String remedy(HttpResponse response, @Nullable String identity) {
        String body = response.body().toLowerCase(Locale.ROOT);
        if (body.contains("assigned identit") || body.contains("azure identity") || body.contains("azureassigned")) {
            return "Compare the pod's label aadpodidbinding with the binding's selector.";
        }
        if (isNoIdentity(response)) {
            return identity == null
                    ? "Assign a managed identity to this machine or pod."
                    : "Assign the identity with " + identity + ", or correct AZURE_CLIENT_ID.";
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
}
