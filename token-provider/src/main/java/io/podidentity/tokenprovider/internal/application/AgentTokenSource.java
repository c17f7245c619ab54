// SPDX-License-Identifier: Apache-2.0
package io.podidentity.tokenprovider.internal.application;

import io.podidentity.tokenprovider.AgentIdentity;
import io.podidentity.tokenprovider.TokenAcquisitionException;
import io.podidentity.tokenprovider.TokenAcquisitionException.Code;
import io.podidentity.tokenprovider.TokenRequest;
import io.podidentity.tokenprovider.TokenSource;
import io.podidentity.tokenprovider.internal.Nullable;
import io.podidentity.tokenprovider.internal.entra.EntraClient;
import io.podidentity.tokenprovider.internal.entra.EntraCredential;
import io.podidentity.tokenprovider.internal.entra.EntraGrant;
import io.podidentity.tokenprovider.internal.entra.EntraTenants;
import io.podidentity.tokenprovider.internal.entra.EntraTokenSource;
import io.podidentity.tokenprovider.internal.source.ActingForUsers;
import io.podidentity.tokenprovider.internal.text.Excerpt;
import java.time.Duration;
import java.util.function.BiFunction;

/**
 * The agent identities of one blueprint (Microsoft Entra Agent ID). An agent identity has no credential of its own. The
 * blueprint signs in with its own proof, and gets a token for one agent identity, which is called T1 in Microsoft's
 * documents. With T1 as its assertion, the agent identity gets its own tokens. To act as its user account it first gets
 * a token for the exchange, called T2, which goes along with T1.
 *
 * <p>T1 and T2 are kept for each tenant and agent identity, are refreshed on their own, and are requested once for all
 * who wait.
 *
 * <p>Source: Microsoft Learn, "Agent OAuth protocols", and msal4j's AcquireTokenForAgentSupplier.
 */
public final class AgentTokenSource implements TokenSource, ActingForUsers {
    private final EntraClient client;
    private final String tenantId;
    private final String blueprintId;
    private final EntraCredential blueprintProof;
    private final @Nullable AgentIdentity ownAgent;
    /** The blueprint's tokens, each for one agent identity: T1. */
    private final TokenSource blueprintTokens;
    /** The agent identities' tokens for the exchange: T2. */
    private final TokenSource exchangeTokens;

    /**
     * @param tenantId the tenant of the agent identities, unless a request names another one
     * @param blueprintId the client ID of the blueprint
     * @param blueprintProof the blueprint's own proof of identity
     * @param ownAgent the agent identity of requests that name none; null for no such
     * @param proofs keeps the tokens of a source for an audience, which prove the identity of an application
     */
    public AgentTokenSource(
            EntraClient client,
            String tenantId,
            String blueprintId,
            EntraCredential blueprintProof,
            @Nullable AgentIdentity ownAgent,
            BiFunction<TokenSource, String, TokenSource> proofs) {
        this.client = client;
        this.tenantId = tenantId;
        this.blueprintId = blueprintId;
        this.blueprintProof = blueprintProof;
        this.ownAgent = ownAgent;
        String audience = client.authority().exchangeAudience();
        this.blueprintTokens = proofs.apply(new Step(false), audience);
        this.exchangeTokens = proofs.apply(new Step(true), audience);
    }

    @Override
    public String name() {
        return "Agent identity";
    }

    @Override
    public boolean actsAsAgents() {
        return true;
    }

    @Override
    public Outcome acquire(TokenRequest request) throws InterruptedException {
        AgentIdentity agent = request.agent().orElse(ownAgent);
        if (agent == null) {
            throw new TokenAcquisitionException(
                    Code.INVALID_CONFIGURATION,
                    "the request names no agent identity",
                    "Name it with TokenRequest.withAgent, or add AgentId=CLIENT_ID to the connection string.");
        }
        if (request.identity().isPresent()) {
            return new Unavailable("the request names a managed identity, and this source signs in as agents", "");
        }
        long deadline = client.time().nanos() + request.deadline().orElseThrow().toNanos();
        EntraGrant grant = findGrant(request, agent);
        // The proof of a user account has used up a part of the time.
        Duration left = Duration.ofNanos(Math.max(1, deadline - client.time().nanos()));
        return acquire(request.withDeadline(left), agent, grant);
    }

    private EntraGrant findGrant(TokenRequest request, AgentIdentity agent) throws InterruptedException {
        boolean hasUserAccount =
                agent.userPrincipalName().isPresent() || agent.userObjectId().isPresent();
        String userToken = request.userAssertion().orElse(null);
        if (userToken != null && hasUserAccount) {
            throw new TokenAcquisitionException(
                    Code.INVALID_CONFIGURATION,
                    "the request is on behalf of a user, and its agent identity acts as a user account of its own",
                    "Leave one of them out.");
        }
        if (userToken != null) {
            return AgentGrant.onBehalfOf(agent, blueprintId, userToken);
        }
        if (!hasUserAccount) {
            return AgentGrant.ofAgent(agent, blueprintId, "");
        }
        TokenRequest exchange = proofRequest(request, agent, request.deadline().orElseThrow());
        String exchangeToken =
                RequiredToken.acquire(exchangeTokens, exchange, "token").value();
        return AgentGrant.ofUserAccount(agent, blueprintId, exchangeToken);
    }

    /** Gets a token of an agent identity, with the blueprint's token as the proof. */
    private Outcome acquire(TokenRequest request, AgentIdentity agent, EntraGrant grant) throws InterruptedException {
        TokenSource assertions = asked -> blueprintTokens.acquire(
                proofRequest(request, agent, asked.deadline().orElseThrow()).withForceRefresh(asked.forceRefresh()));
        return sourceOf(agent.clientId(), new ClientAssertion(assertions)).acquire(request, grant);
    }

    /** Gets the blueprint's token for the agent identity that the request names. */
    private Outcome acquireForBlueprint(TokenRequest request) throws InterruptedException {
        String agentId = request.agent().orElseThrow().clientId();
        try {
            return sourceOf(blueprintId, blueprintProof).acquire(request, EntraGrant.ofPath(agentId));
        } catch (TokenAcquisitionException e) {
            throw new TokenAcquisitionException(
                    e.code(),
                    "the blueprint's token for agent identity " + Excerpt.of(agentId, 40) + ": " + e.reason(),
                    e.remedy(),
                    e.getCause(),
                    e.retryAfter().orElse(null));
        }
    }

    /** Gets the token with which the agent identity that the request names acts as its user account. */
    private Outcome acquireForExchange(TokenRequest request) throws InterruptedException {
        AgentIdentity agent = request.agent().orElseThrow();
        return acquire(request, agent, AgentGrant.ofAgent(agent, blueprintId, " for its user account's sign-in"));
    }

    private EntraTokenSource sourceOf(String clientId, EntraCredential proof) {
        return new EntraTokenSource(name(), client, EntraTenants.allowAny(tenantId), clientId, proof);
    }

    /** The request for a proof: it names the tenant and the agent identity, and not its user account. */
    private TokenRequest proofRequest(TokenRequest request, AgentIdentity agent, Duration limit) {
        return TokenRequest.forResource(ClientAssertion.AUDIENCE)
                .withTenantId(request.tenantId().orElse(tenantId))
                .withAgent(AgentIdentity.ofClientId(agent.clientId()))
                .withDeadline(limit);
    }

    /** A step on the way to the token of an agent identity, as a source of its own. */
    private final class Step implements TokenSource, ActingForUsers {
        private final boolean forExchange;

        Step(boolean forExchange) {
            this.forExchange = forExchange;
        }

        @Override
        public String name() {
            return AgentTokenSource.this.name();
        }

        @Override
        public boolean actsAsAgents() {
            return true;
        }

        @Override
        public Outcome acquire(TokenRequest request) throws InterruptedException {
            if (forExchange) {
                return acquireForExchange(request);
            }
            return acquireForBlueprint(request);
        }
    }
}
