// SPDX-License-Identifier: Apache-2.0
package io.podidentity.podid.lend;

import io.podidentity.emulator.http.Parameters;
import io.podidentity.emulator.http.Request;
import java.util.List;
import java.util.Optional;

/**
 * A request for a token, read but not yet believed.
 *
 * <p>Paths are compared as they were sent. What is written in another way, such as with a percent escape or with two
 * dots, is no path of these.
 *
 * @param secret what should be a borrower's secret; empty if there is none
 */
record LoanRequest(Dialect dialect, String secret, Request request) {

    /** How the different services spell the identity that a request names. */
    private static final List<String> IDENTITY_NAMES =
            List.of("client_id", "clientid", "object_id", "principal_id", "mi_res_id", "msi_res_id");

    /**
     * Reads which dialect a request speaks, and the secret where that dialect has it.
     *
     * @throws Refusal if nothing is at its path
     */
    static LoanRequest parse(Request request) {
        // The library for JavaScript adds a slash.
        String path = request.rawPath().replaceFirst("/$", "");
        if (path.equals(Dialect.APP_SERVICE.path())) {
            return new LoanRequest(
                    Dialect.APP_SERVICE, request.header("X-IDENTITY-HEADER").orElse(""), request);
        }
        for (Dialect dialect : List.of(Dialect.IMDS, Dialect.CLOUD_SHELL)) {
            if (path.endsWith(dialect.path())) {
                String secret = path.substring(0, path.length() - dialect.path().length());
                return new LoanRequest(dialect, secret.replaceFirst("^/", ""), request);
            }
        }
        throw new Refusal(400, "not_found", "podid lend has nothing at this path. Copy the variables that it printed.");
    }

    /** Refuses a wrong method, and a request without the header by which a library shows that it means this service. */
    void requireForm() {
        boolean isAllowedPost = dialect == Dialect.CLOUD_SHELL && request.isPost();
        if (!request.isGet() && !isAllowedPost) {
            String methods = dialect == Dialect.CLOUD_SHELL ? "GET and POST." : "GET.";
            throw new Refusal(405, "method_not_allowed", "podid lend answers " + methods);
        }
        requireMetadataHeader();
    }

    /**
     * Looks for the header that shows that a library means this service: who makes another server send a request here
     * cannot add it. App Service has a secret in a header instead.
     */
    private void requireMetadataHeader() {
        if (dialect != Dialect.APP_SERVICE
                && !request.header("Metadata").orElse("").equalsIgnoreCase("true")) {
            throw new Refusal(400, "invalid_request", "The header \"Metadata: true\" is missing.");
        }
    }

    /** @throws Refusal if the request does not say for what the token is to be */
    String resource() {
        return parameter("resource")
                .orElseThrow(() -> new Refusal(400, "invalid_request", "The parameter resource is missing."));
    }

    /** The identity that the request names; empty for whichever there is. */
    Optional<String> identity() {
        return IDENTITY_NAMES.stream()
                .map(this::parameter)
                .flatMap(Optional::stream)
                .findFirst();
    }

    private Optional<String> parameter(String name) {
        Parameters parameters = request.isPost() ? request.form() : request.query();
        return parameters.get(name);
    }

    /** Shows no secret. */
    @Override
    public String toString() {
        return dialect.title();
    }
}
