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
import java.util.ArrayList;
import java.util.List;

/**
 * The application that trusts this GitHub Actions job: Entra ID exchanges the job's OIDC token for one of its own.
 *
 * <p>Source: GitHub Docs, "OpenID Connect reference", section on requesting the token by its environment variables.
 */
public final class GitHubActionsTokenSource implements TokenSource {
    private static final String TENANT = "AZURE_TENANT_ID";
    private static final String CLIENT = "AZURE_CLIENT_ID";
    private static final String URL = "ACTIONS_ID_TOKEN_REQUEST_URL";
    private static final String ACCESS_TOKEN = "ACTIONS_ID_TOKEN_REQUEST_TOKEN";
    private static final String PERMISSION =
            "Give the job 'permissions: id-token: write' in the workflow; pull requests" + " from forks never get it.";

    private static final JobToken.Service GITHUB = new JobToken.Service(
            URL,
            "value",
            PERMISSION,
            "Compare issuer and subject of the federated credential with the job's, letter by letter:"
                    + " https://token.actions.githubusercontent.com and repo:OWNER/NAME:ref:refs/heads/BRANCH or"
                    + " repo:OWNER/NAME:environment:ENVIRONMENT.");

    private final Environment environment;
    private final HttpTransport http;
    private final Time time;

    public GitHubActionsTokenSource(Environment environment, HttpTransport http, Time time) {
        this.environment = environment;
        this.http = http;
        this.time = time;
    }

    @Override
    public String name() {
        return "GitHub Actions";
    }

    @Override
    public Outcome acquire(TokenRequest request) throws InterruptedException {
        String tenant = environment.get(TENANT);
        String clientId = environment.get(CLIENT);
        String url = environment.get(URL);
        String accessToken = environment.get(ACCESS_TOKEN);
        if (tenant == null || clientId == null || url == null || accessToken == null) {
            return missing();
        }
        JobToken token = new JobToken(
                GITHUB, url, "audience=api%3A%2F%2FAzureADTokenExchange", new Secret(accessToken), http, time);
        EntraClient client = new EntraClient(EntraAuthority.of(environment), null, http, time);
        return new EntraTokenSource(name(), client, EntraTenants.of(tenant, environment), clientId, token)
                .acquire(request);
    }

    private Unavailable missing() {
        List<String> names = new ArrayList<>();
        for (String name : List.of(TENANT, CLIENT, URL, ACCESS_TOKEN)) {
            if (environment.get(name) == null) {
                names.add(name);
            }
        }
        String remedy = "Set client ID and tenant in the job's env.";
        if (names.contains(URL) || names.contains(ACCESS_TOKEN)) {
            remedy = environment.get("GITHUB_ACTIONS") == null ? "Run it in a GitHub Actions job." : PERMISSION;
        }
        return new Unavailable("not set: " + String.join(", ", names), remedy);
    }
}
