package io.podidentity.tokenprovider.internal.managed;

import io.podidentity.tokenprovider.TokenAcquisitionException;
import io.podidentity.tokenprovider.TokenAcquisitionException.Code;
import io.podidentity.tokenprovider.UserAssignedIdentity;
import io.podidentity.tokenprovider.internal.http.HttpRequest;
import io.podidentity.tokenprovider.internal.http.HttpResponse;
import io.podidentity.tokenprovider.internal.http.HttpTransport;
import io.podidentity.tokenprovider.internal.http.NoAnswer;
import io.podidentity.tokenprovider.internal.http.TokenResponse;
import io.podidentity.tokenprovider.internal.text.Environment;
import io.podidentity.tokenprovider.internal.text.JsonException;
import io.podidentity.tokenprovider.internal.text.Secret;
import io.podidentity.tokenprovider.internal.text.Time;
import java.io.File;
import java.io.IOException;
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

    /**
     * @param root the root of the file system
     */
    public ArcTokenSource(
            Environment environment,
            File root,
            @Nullable UserAssignedIdentity identity,
            HttpTransport http,
            Time time) {
        super(ManagedIdentityEndpoint.AZURE_ARC, environment, identity, http, time, endpoint(environment));
        this.announced = isAnnounced(environment);
        this.key = new ArcKey(environment, root);
    }

    private static boolean isAnnounced(Environment environment) {
        return environment.get("IDENTITY_ENDPOINT") != null && environment.get("IMDS_ENDPOINT") != null;
    }

    private static @Nullable String endpoint(Environment environment) {
        return isAnnounced(environment) ? environment.get("IDENTITY_ENDPOINT") : AGENT;
    }

    @Override
    HttpResponse ask(HttpRequest question, @Nullable UserAssignedIdentity named, Patience patience)
            throws IOException, InterruptedException {
        HttpResponse first = super.ask(question, named, patience);
        if (first.status() >= 200 && first.status() < 300) {
            throw new TokenAcquisitionException(
                    Code.INVALID_RESPONSE,
                    address() + " answered HTTP " + first.status() + " to a request that it must refuse first",
                    "Check what answers there; the agent asks for a key.",
                    null);
        }
        if (first.status() != 401) {
            return first;
        }
        String value = headerValue(key.read(first.challenge()), "the agent's key");
        HttpResponse second = super.ask(question.withHeader("Authorization", "Basic " + value), named, patience);
        if (second.status() != 200) {
            throw refused(second, named, new Secret(value));
        }
        return second;
    }

    /** An agent that does not know user-assigned identities answers with the machine's own, which nobody asked for. */
    @Override
    void check(HttpResponse response, @Nullable UserAssignedIdentity named) throws JsonException {
        if (named == null) {
            return;
        }
        TokenResponse answer = TokenResponse.read(response.body());
        String parameter = host.parameter(named.kind());
        String echo = parameter == null ? null : answer.text(parameter);
        if (echo == null && named.kind() == UserAssignedIdentity.Kind.RESOURCE_ID) {
            echo = answer.text("mi_res_id");
        }
        if (!named.id().equalsIgnoreCase(echo)) {
            throw new TokenAcquisitionException(
                    Code.INVALID_RESPONSE,
                    "the agent's answer does not say that it is for the identity with " + named,
                    "Update the agent by 'azcmagent upgrade', or name no identity.",
                    null);
        }
    }

    @Override
    Outcome noAnswer(IOException e, long waitedMillis) {
        return announced
                ? super.noAnswer(e, waitedMillis)
                : new Unavailable(NoAnswer.describe(e, address(), waitedMillis), "Look at 'azcmagent show'.");
    }
}
