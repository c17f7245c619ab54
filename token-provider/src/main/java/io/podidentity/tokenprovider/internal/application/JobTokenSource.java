// SPDX-License-Identifier: Apache-2.0
package io.podidentity.tokenprovider.internal.application;

import io.podidentity.tokenprovider.TokenAcquisitionException;
import io.podidentity.tokenprovider.TokenAcquisitionException.Code;
import io.podidentity.tokenprovider.TokenRequest;
import io.podidentity.tokenprovider.TokenSource;
import io.podidentity.tokenprovider.internal.Nullable;
import io.podidentity.tokenprovider.internal.entra.EntraClient;
import io.podidentity.tokenprovider.internal.entra.EntraRetrySchedule;
import io.podidentity.tokenprovider.internal.entra.EntraTenants;
import io.podidentity.tokenprovider.internal.entra.EntraTokenSource;
import io.podidentity.tokenprovider.internal.entra.Unreachable;
import io.podidentity.tokenprovider.internal.http.ErrorBody;
import io.podidentity.tokenprovider.internal.http.HttpRequest;
import io.podidentity.tokenprovider.internal.http.HttpResponse;
import io.podidentity.tokenprovider.internal.http.HttpRetry;
import io.podidentity.tokenprovider.internal.http.NoAnswer;
import io.podidentity.tokenprovider.internal.http.RetryAfter;
import io.podidentity.tokenprovider.internal.http.TokenResponse;
import io.podidentity.tokenprovider.internal.source.ActingForUsers;
import io.podidentity.tokenprovider.internal.source.SourceContext;
import io.podidentity.tokenprovider.internal.text.JsonException;
import io.podidentity.tokenprovider.internal.text.Secret;
import java.io.IOException;
import java.net.URI;
import java.net.URISyntaxException;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

/**
 * The application that trusts a running CI job. Entra ID exchanges the OIDC token of the job for a token of the
 * application. In Azure Pipelines it is the application of the task's service connection. The tasks AzureCLI and
 * AzurePowerShell set the variables, except {@code SYSTEM_ACCESSTOKEN}, which the pipeline must map.
 *
 * <p>Sources: GitHub Docs, "OpenID Connect reference", section on requesting the token by its environment variables;
 * Azure DevOps REST API 7.1, "Oidctoken - Create", and the request of the AzurePipelinesCredential.
 */
public final class JobTokenSource implements TokenSource, ActingForUsers {
    /**
     * A CI service.
     *
     * @param name the name of the source
     * @param tenant the variable that holds the tenant
     * @param client the variable that holds the client ID
     * @param accessToken the variable that holds the token which the job shows to the service
     * @param variable the variable that holds the service's URL
     * @param member the member of the service's answer that holds the OIDC token
     * @param refused what to do if the service issues no token
     * @param connection the variable that holds the service connection; null for a service without one
     */
    private record Service(
            String name,
            String tenant,
            String client,
            String accessToken,
            String variable,
            String member,
            String refused,
            @Nullable String connection) {}

    private static final String PERMISSION =
            "Give the job 'permissions: id-token: write' in the workflow; pull requests from forks never get it.";

    private static final Service GITHUB = new Service(
            "GitHub Actions",
            "AZURE_TENANT_ID",
            "AZURE_CLIENT_ID",
            "ACTIONS_ID_TOKEN_REQUEST_TOKEN",
            "ACTIONS_ID_TOKEN_REQUEST_URL",
            "value",
            PERMISSION,
            null);
    private static final Service AZURE_PIPELINES = new Service(
            "Azure Pipelines",
            "AZURESUBSCRIPTION_TENANT_ID",
            "AZURESUBSCRIPTION_CLIENT_ID",
            "SYSTEM_ACCESSTOKEN",
            "SYSTEM_OIDCREQUESTURI",
            "oidcToken",
            "Map SYSTEM_ACCESSTOKEN: $(System.AccessToken) in the task's env, and let this pipeline use the service"
                    + " connection, which must be of workload identity federation.",
            "AZURESUBSCRIPTION_SERVICE_CONNECTION_ID");

    private final Service service;
    private final boolean exchanges;
    private final SourceContext context;

    private JobTokenSource(Service service, boolean exchanges, SourceContext context) {
        this.service = service;
        this.exchanges = exchanges;
        this.context = context;
    }

    public static JobTokenSource gitHubActions(SourceContext context) {
        return new JobTokenSource(GITHUB, true, context);
    }

    public static JobTokenSource azurePipelines(SourceContext context) {
        return new JobTokenSource(AZURE_PIPELINES, true, context);
    }

    /** The same source without the exchange. Its tokens are the OIDC tokens of the job. */
    public JobTokenSource withoutExchange() {
        return new JobTokenSource(service, false, context);
    }

    @Override
    public String name() {
        return service.name;
    }

    @Override
    public Outcome acquire(TokenRequest request) throws InterruptedException {
        List<String> missing = context.environment().findUnset(variables());
        if (!missing.isEmpty()) {
            return new Unavailable("not set: " + String.join(", ", missing), remedyForMissing(missing));
        }
        JobToken token = new JobToken(read(service.variable), query(), new Secret(read(service.accessToken)));
        if (!exchanges) {
            return token.acquire(request);
        }
        EntraClient entra = EntraClient.of(context, null);
        EntraTenants tenants = EntraTenants.of(read(service.tenant), context.environment());
        return new EntraTokenSource(name(), entra, tenants, read(service.client), new ClientAssertion(token))
                .acquire(request);
    }

    /** The variables that must be set. */
    private String[] variables() {
        List<String> variables = new ArrayList<>();
        if (exchanges) {
            variables.add(service.tenant);
            variables.add(service.client);
        }
        if (service.connection != null) {
            variables.add(service.connection);
        }
        variables.add(service.variable);
        variables.add(service.accessToken);
        return variables.toArray(new String[0]);
    }

    private String read(String variable) {
        return Objects.requireNonNullElse(context.environment().get(variable), "");
    }

    private String query() {
        if (service.connection == null) {
            return "audience=api%3A%2F%2FAzureADTokenExchange";
        }
        String connection = URLEncoder.encode(read(service.connection), StandardCharsets.UTF_8);
        return "api-version=7.1&serviceConnectionId=" + connection;
    }

    private String remedyForMissing(List<String> missing) {
        if (service.connection == null) {
            return remedyForGitHub(missing);
        }
        if (missing.size() == 1 && missing.contains(service.accessToken)) {
            return "Map SYSTEM_ACCESSTOKEN: $(System.AccessToken) in the task's env.";
        }
        return "Run it in a task with a service connection, such as AzureCLI@2.";
    }

    private String remedyForGitHub(List<String> missing) {
        if (!missing.contains(service.variable) && !missing.contains(service.accessToken)) {
            return "Set client ID and tenant in the job's env.";
        }
        if (context.environment().get("GITHUB_ACTIONS") == null) {
            return "Run it in a GitHub Actions job.";
        }
        return PERMISSION;
    }

    /**
     * The OIDC token that a CI service issues to a running job. It lives for minutes only, so a new one is requested
     * each time.
     */
    private final class JobToken implements TokenSource {
        private static final int CONNECT_MILLIS = 5_000;
        private static final int TOTAL_MILLIS = 15_000;

        private final HttpRequest request;
        private final Secret accessToken;

        JobToken(String url, String query, Secret accessToken) {
            requireSafe(url, service.variable);
            if (!TokenResponse.canBeSent(accessToken.reveal())) {
                throw failure(
                        Code.INVALID_CONFIGURATION,
                        "the access token for " + service.variable + " has a character that no header takes",
                        service.refused);
            }
            HttpRequest get = HttpRequest.toNetwork(url, CONNECT_MILLIS, TOTAL_MILLIS)
                    .withQuery(query)
                    .withHeader("Authorization", "Bearer " + accessToken.reveal());
            if (service.connection == null) {
                this.request = get;
            } else {
                this.request = get.withForm("")
                        .withHeader("Content-Type", "application/json")
                        // Without this header, Azure DevOps answers with a redirect to its sign-in page.
                        .withHeader("X-TFS-FedAuthRedirect", "Suppress");
            }
            this.accessToken = accessToken;
        }

        @Override
        public String name() {
            return service.name;
        }

        @Override
        public Outcome acquire(TokenRequest wanted) throws InterruptedException {
            HttpResponse response = send(wanted.deadline().orElseThrow().toNanos());
            if (response.status() != 200) {
                throw explainRefusal(response);
            }
            String problem;
            try {
                String token = TokenResponse.read(response.body()).text(service.member);
                if (token != null && TokenResponse.canBeSent(token)) {
                    return new Acquired(ClientAssertion.asToken(token, name()));
                }
                problem = "without a token in '" + service.member + "'";
            } catch (JsonException e) {
                problem = String.valueOf(e.getMessage());
            }
            throw failure(
                    Code.INVALID_RESPONSE,
                    host() + " answered HTTP 200 " + problem,
                    "Check " + service.variable + " and what answers there.");
        }

        private TokenAcquisitionException explainRefusal(HttpResponse response) {
            Code code = Code.REFUSED;
            String remedy = service.refused;
            if (EntraRetrySchedule.isTransient(response.status(), 0)) {
                code = Code.SERVICE_UNAVAILABLE;
                remedy = RetryAfter.remedy(response);
            }
            return new TokenAcquisitionException(
                    code,
                    host() + " issued no OIDC token: " + ErrorBody.describe(response, accessToken),
                    remedy,
                    null,
                    RetryAfter.duration(response));
        }

        private HttpResponse send(long withinNanos) throws InterruptedException {
            try {
                long deadline = context.time().nanos() + withinNanos;
                return new HttpRetry(context.http(), context.time())
                        .send(request, new EntraRetrySchedule(false), deadline);
            } catch (IOException e) {
                String message = accessToken.hide(String.valueOf(e.getMessage()));
                long limit = Math.min(withinNanos / 1_000_000, TOTAL_MILLIS);
                throw Unreachable.failure(e, "", NoAnswer.describe(e, message, host(), limit), host());
            }
        }

        /** Scheme, host and port of the URL. The path would name the run. */
        private String host() {
            URI uri = URI.create(request.url());
            return uri.getScheme() + "://" + uri.getRawAuthority();
        }

        /** Makes sure that the access token does not cross a network in the clear: http is for this machine only. */
        private static void requireSafe(String url, String variable) {
            try {
                URI uri = new URI(url);
                String host = uri.getHost();
                boolean valid = host != null && uri.getRawUserInfo() == null && uri.getRawFragment() == null;
                if (valid && ("https".equalsIgnoreCase(uri.getScheme()) || isLoopback(uri.getScheme(), host))) {
                    return;
                }
            } catch (URISyntaxException e) {
                // Its message would repeat the URL.
            }
            throw failure(
                    Code.INVALID_CONFIGURATION,
                    variable + " is not an https URL",
                    "Use the value that the CI service sets; nothing was sent.");
        }

        private static boolean isLoopback(String scheme, String host) {
            return "http".equalsIgnoreCase(scheme)
                    && (host.equals("127.0.0.1") || host.equals("[::1]") || host.equals("localhost"));
        }

        private static TokenAcquisitionException failure(Code code, String reason, String remedy) {
            return new TokenAcquisitionException(code, reason, remedy);
        }
    }
}
