package io.podidentity.tokenprovider.internal.managed;

import io.podidentity.tokenprovider.AccessToken;
import io.podidentity.tokenprovider.TokenAcquisitionException;
import io.podidentity.tokenprovider.TokenAcquisitionException.Code;
import io.podidentity.tokenprovider.UserAssignedIdentity;
import io.podidentity.tokenprovider.internal.http.HttpRequest;
import io.podidentity.tokenprovider.internal.http.HttpResponse;
import io.podidentity.tokenprovider.internal.http.NoAnswer;
import io.podidentity.tokenprovider.internal.source.SourceContext;
import io.podidentity.tokenprovider.internal.text.Environment;
import io.podidentity.tokenprovider.internal.text.JsonException;
import io.podidentity.tokenprovider.internal.text.Secret;
import java.io.IOException;
import java.net.ConnectException;
import org.jspecify.annotations.Nullable;

/**
 * The managed identity of a server that Azure Arc knows. Its agent answers first with the name of a file that only
 * administrators and its own group can read; whoever sends back what is in it is given a token.
 *
 * <p>Source: Microsoft Learn, "Authenticate against Azure resources with Azure Arc-enabled servers".
 */
public final class ArcTokenSource extends EndpointTokenSource {
    private static final String AGENT = "http://127.0.0.1:40342/metadata/identity/oauth2/token";

    private final boolean announced;
    private final ArcKey key;

    public ArcTokenSource(SourceContext context, @Nullable UserAssignedIdentity identity) {
        super(ManagedIdentityEndpoint.AZURE_ARC, context, identity, endpoint(context.environment()));
        this.announced = isAnnounced(context.environment());
        this.key = new ArcKey(context.environment(), context.root());
    }

    private static boolean isAnnounced(Environment environment) {
        return environment.get("IDENTITY_ENDPOINT") != null && environment.get("IMDS_ENDPOINT") != null;
    }

    private static @Nullable String endpoint(Environment environment) {
        return isAnnounced(environment) ? environment.get("IDENTITY_ENDPOINT") : AGENT;
    }

    @Override
    HttpResponse ask(HttpRequest question, @Nullable UserAssignedIdentity named, long deadline, long silence)
            throws IOException, InterruptedException {
        HttpResponse first = super.ask(question, named, deadline, silence);
        if (first.status() >= 200 && first.status() < 300) {
            throw new TokenAcquisitionException(
                    Code.INVALID_RESPONSE,
                    address() + " answered HTTP " + first.status() + " to a request that it must refuse first",
                    "Check what answers there; the agent asks for a key.");
        }
        if (first.status() != 401) {
            return first;
        }
        String value = headerValue(key.read(first.challenge()), "the agent's key");
        long start = context.time().nanos();
        HttpResponse second;
        try {
            HttpRequest authorized = question.withHeader("Authorization", "Basic " + value);
            second = super.ask(authorized, named, deadline, ofAnswered(deadline, silence));
        } catch (IOException e) {
            throw new TokenAcquisitionException(
                    Code.SERVICE_UNAVAILABLE,
                    address() + " answered "
                            + first.before(e, (context.time().nanos() - start) / 1_000_000)
                                    .describe(""),
                    "Look at 'azcmagent show', or try again in a minute.");
        }
        if (second.status() != 200) {
            throw refused(second, named, new Secret(value));
        }
        return second;
    }

    /** An agent that does not know user-assigned identities answers with the machine's own, and does not say so. */
    @Override
    String verify(HttpResponse response, @Nullable UserAssignedIdentity named, AccessToken token) throws JsonException {
        String caveat = super.verify(response, named, token);
        if (!caveat.isEmpty()) {
            throw new TokenAcquisitionException(
                    Code.INVALID_RESPONSE,
                    "the agent's answer does not say that it is for the identity with " + named,
                    "Update the agent by 'azcmagent upgrade', or name no identity.");
        }
        return caveat;
    }

    @Override
    Outcome noAnswer(IOException e, long waitedMillis) {
        if (announced) {
            return super.noAnswer(e, waitedMillis);
        }
        String reason = NoAnswer.describe(e, address(), waitedMillis);
        String remedy = "Look at 'azcmagent show'.";
        // One that is stopped is not there; one that hangs may be back in a moment.
        return e instanceof ConnectException ? new Unavailable(reason, remedy) : new Silent(reason, remedy);
    }
}
