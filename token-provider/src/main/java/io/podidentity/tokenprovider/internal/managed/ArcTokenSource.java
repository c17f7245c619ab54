// SPDX-License-Identifier: Apache-2.0
package io.podidentity.tokenprovider.internal.managed;

import io.podidentity.tokenprovider.AccessToken;
import io.podidentity.tokenprovider.TokenAcquisitionException;
import io.podidentity.tokenprovider.TokenAcquisitionException.Code;
import io.podidentity.tokenprovider.UserAssignedIdentity;
import io.podidentity.tokenprovider.internal.Nullable;
import io.podidentity.tokenprovider.internal.http.HttpRequest;
import io.podidentity.tokenprovider.internal.http.HttpResponse;
import io.podidentity.tokenprovider.internal.http.NoAnswer;
import io.podidentity.tokenprovider.internal.source.SourceContext;
import io.podidentity.tokenprovider.internal.text.Environment;
import io.podidentity.tokenprovider.internal.text.JsonException;
import io.podidentity.tokenprovider.internal.text.Secret;
import java.io.IOException;
import java.net.ConnectException;

/**
 * The managed identity of a server that is connected to Azure Arc. The agent first answers with the name of a file that
 * only administrators and its own group can read. A request with the contents of that file gets a token.
 *
 * <p>Source: Microsoft Learn, "Authenticate against Azure resources with Azure Arc-enabled servers".
 */
public final class ArcTokenSource extends EndpointTokenSource {
    private static final String AGENT = "http://127.0.0.1:40342/metadata/identity/oauth2/token";

    private final boolean announced;
    private final ArcKey key;

    public ArcTokenSource(SourceContext context, @Nullable UserAssignedIdentity identity) {
        super(ManagedIdentityEndpoint.AZURE_ARC, context, identity, findEndpoint(context.environment()));
        this.announced = isAnnounced(context.environment());
        this.key = new ArcKey(context.environment(), context.root());
    }

    private static boolean isAnnounced(Environment environment) {
        return environment.get("IDENTITY_ENDPOINT") != null && environment.get("IMDS_ENDPOINT") != null;
    }

    private static @Nullable String findEndpoint(Environment environment) {
        if (isAnnounced(environment)) {
            return environment.get("IDENTITY_ENDPOINT");
        }
        return AGENT;
    }

    @Override
    HttpResponse send(HttpRequest request, @Nullable UserAssignedIdentity named, long deadline, long silentUntil)
            throws IOException, InterruptedException {
        HttpResponse first = super.send(request, named, deadline, silentUntil);
        if (first.status() >= 200 && first.status() < 300) {
            throw new TokenAcquisitionException(
                    Code.INVALID_RESPONSE,
                    address() + " answered HTTP " + first.status() + " to a request that it must refuse first",
                    "Check what answers there; the agent asks for a key.");
        }
        if (first.status() != 401) {
            return first;
        }
        String value = requireHeaderValue(key.read(first.challenge()), "the agent's key");
        long start = context.time().nanos();
        HttpResponse second;
        try {
            HttpRequest authorized = request.withHeader("Authorization", "Basic " + value);
            second = super.send(authorized, named, deadline, extendSilence(deadline, silentUntil));
        } catch (IOException e) {
            long waitedMillis = (context.time().nanos() - start) / 1_000_000;
            throw new TokenAcquisitionException(
                    Code.SERVICE_UNAVAILABLE,
                    address() + " answered " + first.before(e, waitedMillis).describe(""),
                    "Look at 'azcmagent show', or try again in a minute.");
        }
        if (second.status() != 200) {
            throw refusal(second, named, new Secret(value));
        }
        return second;
    }

    /**
     * Refuses a token without a word on its identity. An agent that does not know user-assigned identities answers with
     * a token of the machine's own identity, and does not say so.
     */
    @Override
    String verifyIdentity(HttpResponse response, @Nullable UserAssignedIdentity named, AccessToken token)
            throws JsonException {
        String caveat = super.verifyIdentity(response, named, token);
        if (!caveat.isEmpty()) {
            throw new TokenAcquisitionException(
                    Code.INVALID_RESPONSE,
                    "the agent's answer does not say that it is for the identity with " + named,
                    "Update the agent by 'azcmagent upgrade', or name no identity.");
        }
        return caveat;
    }

    @Override
    Outcome explainNoAnswer(IOException e, long waitedMillis, boolean namedBySetting) {
        if (announced) {
            return super.explainNoAnswer(e, waitedMillis, namedBySetting);
        }
        String reason = NoAnswer.describe(e, address(), waitedMillis);
        String remedy = "Look at 'azcmagent show'.";
        if (e instanceof ConnectException) {
            // A stopped agent counts as absent.
            return new Unavailable(reason, remedy);
        }
        if (namedBySetting || !NoAnswer.isSilence(e)) {
            throw new TokenAcquisitionException(Code.SERVICE_UNAVAILABLE, reason, remedy);
        }
        // An agent that hangs may be back in a moment.
        return new Silent(reason, remedy);
    }
}
