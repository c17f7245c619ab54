// SPDX-License-Identifier: Apache-2.0
package io.podidentity.tokenprovider.internal.application;

import io.podidentity.tokenprovider.TokenAcquisitionException;
import io.podidentity.tokenprovider.TokenAcquisitionException.Code;
import io.podidentity.tokenprovider.TokenRequest;
import io.podidentity.tokenprovider.TokenSource;
import io.podidentity.tokenprovider.internal.Nullable;
import io.podidentity.tokenprovider.internal.entra.EntraClient;
import io.podidentity.tokenprovider.internal.entra.EntraTenants;
import io.podidentity.tokenprovider.internal.entra.EntraTokenSource;
import io.podidentity.tokenprovider.internal.entra.TokenProxy;
import io.podidentity.tokenprovider.internal.source.ActingForUsers;
import io.podidentity.tokenprovider.internal.source.SourceContext;
import io.podidentity.tokenprovider.internal.text.Environment;

/**
 * The identity of a Kubernetes service account (workload identity federation): Entra ID exchanges the cluster's token
 * for one of its own. The variables are those that the workload identity webhook adds to a pod.
 *
 * <p>Source: Microsoft Learn, "Use Microsoft Entra Workload ID with AKS", and "Microsoft identity platform and OAuth
 * 2.0 client credentials flow", third case.
 */
public final class WorkloadIdentityTokenSource implements TokenSource, ActingForUsers {
    private static final String TENANT = "AZURE_TENANT_ID";
    private static final String CLIENT = "AZURE_CLIENT_ID";

    private final SourceContext context;
    private final Environment environment;
    private final boolean bindings;
    private volatile @Nullable TokenProxy proxy;

    /**
     * @param bindings whether to use the token proxy of the cluster instead of Entra ID, if the variables of identity
     *     bindings name one
     */
    public WorkloadIdentityTokenSource(SourceContext context, boolean bindings) {
        this.context = context;
        this.environment = context.environment();
        this.bindings = bindings;
    }

    @Override
    public String name() {
        return "Workload identity";
    }

    @Override
    public Outcome acquire(TokenRequest request) throws InterruptedException {
        String tenant = environment.get(TENANT);
        String clientId = request.clientId().orElse(environment.get(CLIENT));
        String file = environment.get(FederatedTokenFile.VARIABLE);
        if (tenant == null || clientId == null || file == null) {
            // The request may name the client ID that the environment lacks.
            Environment wanted = environment.with(CLIENT, clientId);
            String unset = String.join(", ", wanted.findUnset(TENANT, CLIENT, FederatedTokenFile.VARIABLE));
            return new Unavailable("not set: " + unset, remedyForUnset(file));
        }
        TokenSource source = new EntraTokenSource(
                name(),
                EntraClient.of(context, proxy()),
                EntraTenants.of(tenant, environment),
                clientId,
                new ClientAssertion(new FederatedTokenFile(environment)));
        try {
            return source.acquire(request);
        } catch (TokenAcquisitionException e) {
            throw withHint(e);
        }
    }

    private static String remedyForUnset(@Nullable String file) {
        if (file == null) {
            return FederatedTokenFile.NOT_SET;
        }
        return "Annotate the pod's service account with azure.workload.identity/client-id and restart it.";
    }

    private @Nullable TokenProxy proxy() {
        TokenProxy known = proxy;
        if (known == null && bindings) {
            known = TokenProxy.find(environment);
            proxy = known;
        }
        return known;
    }

    /**
     * The same failure, with a hint if the cluster may use identity bindings. Entra ID itself does not know the tokens
     * of such a cluster.
     */
    private TokenAcquisitionException withHint(TokenAcquisitionException e) {
        boolean hasUnusedProxy = !bindings && environment.get(TokenProxy.VARIABLE) != null;
        if (e.code() != Code.REFUSED || !hasUnusedProxy) {
            return e;
        }
        return new TokenAcquisitionException(
                e.code(),
                e.reason(),
                "If the cluster uses identity bindings, set the connection string RunAs=Workload.",
                e);
    }
}
