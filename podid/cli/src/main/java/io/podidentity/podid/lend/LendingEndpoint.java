// SPDX-License-Identifier: Apache-2.0
package io.podidentity.podid.lend;

import io.podidentity.emulator.http.Answer;
import io.podidentity.emulator.http.Endpoint;
import io.podidentity.emulator.http.Request;
import io.podidentity.podid.lend.Borrower.RateLimit;
import io.podidentity.tokenprovider.AccessToken;
import io.podidentity.tokenprovider.AzureServiceTokenProvider;
import io.podidentity.tokenprovider.Principal;
import io.podidentity.tokenprovider.TokenAcquisitionException;
import java.time.Duration;
import java.util.LinkedHashMap;

/**
 * Answers those who are allowed to ask, for what is allowed. In this order: is the request meant for this server, who
 * asks, how often, for what; only then is a token got.
 */
record LendingEndpoint(
        Terms terms, KnownHosts hosts, AzureServiceTokenProvider tokens, AuditLog audit, RateLimit strangers)
        implements Endpoint {

    @Override
    public Answer answer(Request request) {
        var dialect = Dialect.APP_SERVICE;
        String client = request.header("User-Agent").orElse("");
        try {
            hosts.require(request);
            Asked asked = Asked.of(request);
            dialect = asked.dialect();
            asked.requireForm();
            Borrower borrower = terms.knownBy(asked.secret()).orElseThrow(() -> stranger(asked));
            return answer(asked, borrower, client);
        } catch (Refusal refusal) {
            return strangers.take()
                    ? refuse("a stranger", dialect, refusal, client)
                    : dialect.refuse(tooMany(), client);
        }
    }

    private static Refusal stranger(Asked asked) {
        String where = asked.dialect() == Dialect.APP_SERVICE ? "IDENTITY_HEADER" : "the path";
        return new Refusal(
                401,
                "unauthorized",
                (asked.secret().isEmpty() ? "There is no secret in " : "No borrower has the secret in ") + where
                        + ". podid lend makes new secrets each time it starts: copy the variables that it printed.");
    }

    private Answer answer(Asked asked, Borrower borrower, String client) {
        if (!borrower.limit().take()) {
            return asked.dialect().refuse(tooMany(), client);
        }
        try {
            AccessToken token = token(asked);
            audit.lent(borrower, asked.dialect(), token);
            return lent(token);
        } catch (Refusal refusal) {
            return refuse(borrower.name(), asked.dialect(), refusal, client);
        }
    }

    /** Not in the log, which would else be filled by whoever asks often. */
    private static Refusal tooMany() {
        return new Refusal(429, "too_many_requests", "podid lend was asked too often; ask again in a few seconds.");
    }

    private Answer refuse(String who, Dialect dialect, Refusal refusal, String client) {
        audit.refused(who, refusal);
        return dialect.refuse(refusal, client);
    }

    private AccessToken token(Asked request) {
        if (!audit.clock().instant().isBefore(terms.end())) {
            throw new Refusal(403, "expired", "podid lend has ended. Start it again, with a longer --for if need be.");
        }
        String asked = request.resource();
        String resource = terms.allowed(asked)
                .orElseThrow(() -> new Refusal(
                        403,
                        "resource_not_allowed",
                        "podid lend does not lend tokens for " + Refusal.printable(asked)
                                + ". Start it with --allow RESOURCE for each resource that is needed."));
        AccessToken token = acquire(resource);
        request.identity().ifPresent(identity -> requireOneToBeMeant(identity, token));
        return token;
    }

    private AccessToken acquire(String resource) {
        try {
            return tokens.getAuthenticationResult(resource);
        } catch (TokenAcquisitionException failure) {
            throw new Refusal(
                    failure.isTransient() ? 503 : 400,
                    failure.isTransient() ? "temporarily_unavailable" : "no_token",
                    "podid lend has no token to lend, on the machine where it runs: " + failure.getMessage());
        }
    }

    /** A request gets the identity that it names, or none. */
    private void requireOneToBeMeant(String identity, AccessToken token) {
        boolean lent = token.principal().stream()
                .flatMap(principal -> principal.appId().or(principal::objectId).stream())
                .anyMatch(identity::equalsIgnoreCase);
        if (!lent && !terms.anyIdentity()) {
            throw new Refusal(
                    400,
                    "identity_not_lent",
                    "The request names the identity " + Refusal.printable(identity) + ", but podid lend lends "
                            + AuditLog.whose(token)
                            + ". Leave AZURE_CLIENT_ID unset, or start podid lend with --any-identity.");
        }
    }

    /** All that one of the libraries reads; numbers are texts, as Azure's own services write them. */
    private Answer lent(AccessToken token) {
        long left = Math.max(
                0, Duration.between(audit.clock().instant(), token.expiresOn()).toSeconds());
        var body = new LinkedHashMap<String, Object>();
        body.put("access_token", token.value());
        token.principal().flatMap(Principal::appId).ifPresent(appId -> body.put("client_id", appId));
        body.put("expires_in", Long.toString(left));
        body.put("expires_on", Long.toString(token.expiresOn().getEpochSecond()));
        body.put("resource", token.resource());
        body.put("token_type", "Bearer");
        return Answer.json(200, body).with("Cache-Control", "no-store");
    }
}
