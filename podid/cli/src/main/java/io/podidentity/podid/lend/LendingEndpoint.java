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
        String client = request.header("User-Agent").orElse("");
        LoanRequest asked;
        try {
            hosts.require(request);
            asked = LoanRequest.parse(request);
        } catch (Refusal refusal) {
            // The dialect is what this was about to find out.
            return refuseStranger(Dialect.APP_SERVICE, refusal, client);
        }
        Borrower borrower;
        try {
            asked.requireForm();
            borrower = terms.findBorrower(asked.secret()).orElseThrow(() -> unknownSecret(asked));
        } catch (Refusal refusal) {
            return refuseStranger(asked.dialect(), refusal, client);
        }
        return answer(asked, borrower, client);
    }

    /** Not more of them than the limit are logged, so that nobody can fill the log. */
    private Answer refuseStranger(Dialect dialect, Refusal refusal, String client) {
        if (!strangers.take()) {
            return dialect.refuse(tooMany(), client);
        }
        return refuse("a stranger", dialect, refusal, client);
    }

    private static Refusal unknownSecret(LoanRequest asked) {
        String where = asked.dialect() == Dialect.APP_SERVICE ? "IDENTITY_HEADER" : "the path";
        String what = asked.secret().isEmpty() ? "There is no secret in " : "No borrower has the secret in ";
        return new Refusal(
                401,
                "unauthorized",
                what + where
                        + ". podid lend makes new secrets each time it starts: copy the variables that it printed.");
    }

    private Answer answer(LoanRequest asked, Borrower borrower, String client) {
        if (!borrower.limit().take()) {
            return asked.dialect().refuse(tooMany(), client);
        }
        try {
            AccessToken token = acquireAllowed(asked);
            audit.recordLoan(borrower, asked.dialect(), token);
            return describe(token);
        } catch (Refusal refusal) {
            return refuse(borrower.name(), asked.dialect(), refusal, client);
        }
    }

    /** Not in the log, which would else be filled by whoever asks often. */
    private static Refusal tooMany() {
        return new Refusal(429, "too_many_requests", "podid lend was asked too often; ask again in a few seconds.");
    }

    private Answer refuse(String who, Dialect dialect, Refusal refusal, String client) {
        audit.recordRefusal(who, refusal);
        return dialect.refuse(refusal, client);
    }

    private AccessToken acquireAllowed(LoanRequest request) {
        if (!audit.clock().instant().isBefore(terms.end())) {
            throw new Refusal(403, "expired", "podid lend has ended. Start it again, with a longer --for if need be.");
        }
        String asked = request.resource();
        String resource = terms.findAllowed(asked)
                .orElseThrow(() -> new Refusal(
                        403,
                        "resource_not_allowed",
                        "podid lend does not lend tokens for " + Refusal.printable(asked)
                                + ". Start it with --allow RESOURCE for each resource that is needed."));
        AccessToken token = acquire(resource);
        request.identity().ifPresent(identity -> requireSame(identity, token));
        return token;
    }

    private AccessToken acquire(String resource) {
        try {
            return tokens.getAuthenticationResult(resource);
        } catch (TokenAcquisitionException failure) {
            String message = "podid lend has no token to lend, on the machine where it runs: " + failure.getMessage();
            // Libraries repeat a request that got 503, but not one that got 400.
            if (failure.isTransient()) {
                throw new Refusal(503, "temporarily_unavailable", message);
            }
            throw new Refusal(400, "no_token", message);
        }
    }

    /** A request gets the identity that it names, or none. */
    private void requireSame(String identity, AccessToken token) {
        boolean isLent = token.principal().stream()
                .flatMap(principal -> principal.appId().or(principal::objectId).stream())
                .anyMatch(identity::equalsIgnoreCase);
        if (!isLent && !terms.anyIdentity()) {
            throw new Refusal(
                    400,
                    "identity_not_lent",
                    "The request names the identity " + Refusal.printable(identity) + ", but podid lend lends "
                            + AuditLog.describe(token)
                            + ". Leave AZURE_CLIENT_ID unset, or start podid lend with --any-identity.");
        }
    }

    /** All that one of the libraries reads; numbers are texts, as Azure's own services write them. */
    private Answer describe(AccessToken token) {
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
