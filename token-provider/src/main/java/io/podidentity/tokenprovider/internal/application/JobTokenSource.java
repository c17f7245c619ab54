package io.podidentity.tokenprovider.internal.application;

import io.podidentity.tokenprovider.TokenRequest;
import io.podidentity.tokenprovider.TokenSource;
import io.podidentity.tokenprovider.internal.entra.EntraAuthority;
import io.podidentity.tokenprovider.internal.entra.EntraClient;
import io.podidentity.tokenprovider.internal.entra.EntraTenants;
import io.podidentity.tokenprovider.internal.entra.EntraTokenSource;
import io.podidentity.tokenprovider.internal.http.HttpTransport;
import io.podidentity.tokenprovider.internal.text.Environment;
import io.podidentity.tokenprovider.internal.text.Secret;
import io.podidentity.tokenprovider.internal.text.Time;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/**
 * The application that trusts a running CI job: Entra ID exchanges the OIDC token of the job for one of its own. In
 * Azure Pipelines it is that of the task's service connection; the tasks AzureCLI and AzurePowerShell set the
 * variables, except {@code SYSTEM_ACCESSTOKEN}, which the pipeline must map.
 *
 * <p>Sources: GitHub Docs, "OpenID Connect reference", section on requesting the token by its environment variables;
 * Azure DevOps REST API 7.1, "Oidctoken - Create", and the request of the AzurePipelinesCredential.
 */
public final class JobTokenSource implements TokenSource {
    private static final String PERMISSION =
            "Give the job 'permissions: id-token: write' in the workflow; pull requests from forks never get it.";
    private static final String CONNECTION = "AZURESUBSCRIPTION_SERVICE_CONNECTION_ID";

    private static final JobToken.Service GITHUB = new JobToken.Service(
            "GitHub Actions",
            "AZURE_TENANT_ID",
            "AZURE_CLIENT_ID",
            "ACTIONS_ID_TOKEN_REQUEST_TOKEN",
            "ACTIONS_ID_TOKEN_REQUEST_URL",
            "value",
            PERMISSION);
    private static final JobToken.Service AZURE_PIPELINES = new JobToken.Service(
            "Azure Pipelines",
            "AZURESUBSCRIPTION_TENANT_ID",
            "AZURESUBSCRIPTION_CLIENT_ID",
            "SYSTEM_ACCESSTOKEN",
            "SYSTEM_OIDCREQUESTURI",
            "oidcToken",
            "Map SYSTEM_ACCESSTOKEN: $(System.AccessToken) in the task's env, and let this pipeline use the service"
                    + " connection, which must be of workload identity federation.");

    private final JobToken.Service service;
    private final boolean exchanges;
    private final Environment environment;
    private final HttpTransport http;
    private final Time time;

    private JobTokenSource(
            JobToken.Service service, boolean exchanges, Environment environment, HttpTransport http, Time time) {
        this.service = service;
        this.exchanges = exchanges;
        this.environment = environment;
        this.http = http;
        this.time = time;
    }

    /** The application that {@code AZURE_CLIENT_ID} and {@code AZURE_TENANT_ID} name, in a job of GitHub Actions. */
    public static JobTokenSource gitHubActions(Environment environment, HttpTransport http, Time time) {
        return new JobTokenSource(GITHUB, true, environment, http, time);
    }

    /** The application of the task's service connection, in a job of Azure Pipelines. */
    public static JobTokenSource azurePipelines(Environment environment, HttpTransport http, Time time) {
        return new JobTokenSource(AZURE_PIPELINES, true, environment, http, time);
    }

    /** The same without the exchange: its tokens are those of the job itself. */
    public JobTokenSource withoutExchange() {
        return new JobTokenSource(service, false, environment, http, time);
    }

    @Override
    public String name() {
        return service.name;
    }

    @Override
    public Outcome acquire(TokenRequest request) throws InterruptedException {
        List<String> missing = new ArrayList<>();
        String tenantId = exchanges ? read(service.tenant, missing) : "";
        String clientId = exchanges ? read(service.client, missing) : "";
        String connection = service == GITHUB ? "" : read(CONNECTION, missing);
        String url = read(service.variable, missing);
        Secret shown = new Secret(read(service.accessToken, missing));
        if (!missing.isEmpty()) {
            return new Unavailable("not set: " + String.join(", ", missing), remedy(missing));
        }
        String query = service == GITHUB
                ? "audience=api%3A%2F%2FAzureADTokenExchange"
                : "api-version=7.1&serviceConnectionId=" + URLEncoder.encode(connection, StandardCharsets.UTF_8);
        JobToken token = new JobToken(service, service != GITHUB, url, query, shown, http, time);
        if (!exchanges) {
            return token.acquire(request);
        }
        EntraClient entra = new EntraClient(EntraAuthority.of(environment), null, http, time);
        EntraTenants tenants = EntraTenants.of(tenantId, environment);
        return new EntraTokenSource(name(), entra, tenants, clientId, new ClientAssertion(token)).acquire(request);
    }

    /** The variable's value; if it is not set, an empty text and one more name in the list. */
    private String read(String variable, List<String> missing) {
        String value = environment.get(variable);
        if (value == null) {
            missing.add(variable);
            return "";
        }
        return value;
    }

    private String remedy(List<String> missing) {
        if (service == GITHUB) {
            if (!missing.contains(service.variable) && !missing.contains(service.accessToken)) {
                return "Set client ID and tenant in the job's env.";
            }
            return environment.get("GITHUB_ACTIONS") == null ? "Run it in a GitHub Actions job." : PERMISSION;
        }
        return missing.size() == 1 && missing.contains(service.accessToken)
                ? "Map SYSTEM_ACCESSTOKEN: $(System.AccessToken) in the task's env."
                : "Run it in a task with a service connection, such as AzureCLI@2.";
    }
}
