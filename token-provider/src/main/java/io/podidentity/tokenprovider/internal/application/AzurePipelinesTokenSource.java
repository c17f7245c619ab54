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
 * The application of the service connection that a task of Azure Pipelines uses: Entra ID exchanges the OIDC token of
 * the job for one of its own. The tasks AzureCLI and AzurePowerShell set the variables, but for
 * {@code SYSTEM_ACCESSTOKEN}, which the pipeline must map.
 *
 * <p>Source: Azure DevOps REST API 7.1, "Oidctoken - Create"; the request is that of the AzurePipelinesCredential.
 */
public final class AzurePipelinesTokenSource implements TokenSource {
    private static final String TENANT = "AZURESUBSCRIPTION_TENANT_ID";
    private static final String CLIENT = "AZURESUBSCRIPTION_CLIENT_ID";
    private static final String CONNECTION = "AZURESUBSCRIPTION_SERVICE_CONNECTION_ID";
    private static final String URL = "SYSTEM_OIDCREQUESTURI";
    private static final String ACCESS_TOKEN = "SYSTEM_ACCESSTOKEN";

    private static final JobToken.Service AZURE_PIPELINES = new JobToken.Service(
            URL,
            "oidcToken",
            "Map SYSTEM_ACCESSTOKEN: $(System.AccessToken) in the task's env, and let this pipeline use the service"
                    + " connection, which must be of workload identity federation.",
            "Compare issuer and subject of the federated credential with those that the service connection shows,"
                    + " letter by letter.");

    private final Environment environment;
    private final HttpTransport http;
    private final Time time;

    public AzurePipelinesTokenSource(Environment environment, HttpTransport http, Time time) {
        this.environment = environment;
        this.http = http;
        this.time = time;
    }

    @Override
    public String name() {
        return "Azure Pipelines";
    }

    @Override
    public Outcome acquire(TokenRequest request) throws InterruptedException {
        String tenant = environment.get(TENANT);
        String clientId = environment.get(CLIENT);
        String connection = environment.get(CONNECTION);
        String url = environment.get(URL);
        String accessToken = environment.get(ACCESS_TOKEN);
        if (tenant == null || clientId == null || connection == null || url == null || accessToken == null) {
            return missing();
        }
        String query = "api-version=7.1&serviceConnectionId=" + URLEncoder.encode(connection, StandardCharsets.UTF_8);
        JobToken token = new JobToken(AZURE_PIPELINES, url, query, new Secret(accessToken), http, time).byPost();
        EntraClient client = new EntraClient(EntraAuthority.of(environment), null, http, time);
        return new EntraTokenSource(name(), client, EntraTenants.of(tenant, environment), clientId, token)
                .acquire(request);
    }

    private Unavailable missing() {
        List<String> names = new ArrayList<>();
        for (String name : List.of(TENANT, CLIENT, CONNECTION, URL, ACCESS_TOKEN)) {
            if (environment.get(name) == null) {
                names.add(name);
            }
        }
        return new Unavailable(
                "not set: " + String.join(", ", names),
                names.size() == 1 && names.contains(ACCESS_TOKEN)
                        ? "Map SYSTEM_ACCESSTOKEN: $(System.AccessToken) in the task's env."
                        : "Run it in a task with a service connection, such as AzureCLI@2.");
    }
}
