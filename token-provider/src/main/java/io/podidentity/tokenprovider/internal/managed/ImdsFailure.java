package io.podidentity.tokenprovider.internal.managed;

import io.podidentity.tokenprovider.AccessToken;
import io.podidentity.tokenprovider.TokenSource;
import io.podidentity.tokenprovider.UserAssignedIdentity;
import io.podidentity.tokenprovider.internal.http.HttpResponse;
import io.podidentity.tokenprovider.internal.http.RetrySchedule;
import io.podidentity.tokenprovider.internal.text.HelpPage;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** Puts what a metadata service did, or did not do, into words. */
final class ImdsFailure {
    private ImdsFailure() {}

    private static final String SEVERAL = "multiple user assigned identities";
    private static final String OF_NODE = "this would be the identity of the node, which every pod on it can use";
    private static final String LABEL = "Is the pod's label azure.workload.identity/use: \"true\" missing?";

    /**
     * What becomes of a token that is the node's own.
     *
     * @param named whether somebody named the metadata service, and so wants to be whoever it says
     */
    static TokenSource.Outcome ofNode(AccessToken token, boolean named) {
        return named
                ? new TokenSource.Acquired(token, "this is the identity of the node, which every pod on it can use")
                : new TokenSource.Unavailable(
                        OF_NODE, LABEL + " To be the node, set AzureServicesAuthConnectionString=RunAs=App.");
    }

    /** There is no token, since the node has several identities of its own, and none of them is the pod's. */
    static TokenSource.Unavailable ofNodeWithSeveral() {
        return new TokenSource.Unavailable(
                OF_NODE + ", and the node has several", LABEL + " To be one of the node's, set AZURE_CLIENT_ID.");
    }

    /**
     * What to do about an answer that is no token.
     *
     * @param identity the identity that was asked for; null for the one there is
     * @param inPod whether this is a pod
     */
    static String remedy(HttpResponse response, @Nullable UserAssignedIdentity identity, boolean inPod) {
        String body = response.body().toLowerCase(Locale.ROOT);
        String known = HelpPage.remedy(HelpPage.number(response.body()), false);
        if (!known.isEmpty()) {
            return known;
        }
        if (body.contains(SEVERAL)) {
            // NMI asks without one for an AzureIdentity that has none, or has it in another spelling.
            return isSeveralIdentities(response)
                    ? "Name one of them by AZURE_CLIENT_ID, or by AppId in the connection string."
                    : "Give the AzureIdentity its clientID.";
        }
        if (body.contains("assigned identit") || body.contains("azure identity") || body.contains("azureassigned")) {
            return "Compare the pod's label aadpodidbinding with the binding's selector.";
        }
        if (isNoIdentity(response)) {
            return identity == null
                    ? inPod ? LABEL : "Assign a managed identity to this machine or pod."
                    : "Assign the identity with " + identity + ", or correct that ID.";
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

    /** Whether the service is there, with several identities of which one must be named. */
    static boolean isSeveralIdentities(HttpResponse response) {
        return response.status() == 400
                && response.body().toLowerCase(Locale.ROOT).contains(SEVERAL);
    }

    /** Whether a container desktop's proxy answered in the service's place. */
    static boolean isForeign(HttpResponse response) {
        String said = response.message() == null ? response.body() : response.message() + " " + response.body();
        return response.status() == 403 && said.toLowerCase(Locale.ROOT).contains("unreachable");
    }
}
