// SPDX-License-Identifier: Apache-2.0
package io.podidentity.tokenprovider.internal.chain;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.podidentity.tokenprovider.TokenAcquisitionException;
import io.podidentity.tokenprovider.TokenAcquisitionException.Code;
import io.podidentity.tokenprovider.TokenRequest;
import io.podidentity.tokenprovider.TokenSource;
import io.podidentity.tokenprovider.internal.connection.ConnectionSettings;
import io.podidentity.tokenprovider.internal.http.HttpRequest;
import io.podidentity.tokenprovider.internal.source.SourceContext;
import io.podidentity.tokenprovider.internal.text.Environment;
import io.podidentity.tokenprovider.support.FakeTime;
import io.podidentity.tokenprovider.support.FakeTransport;
import java.io.File;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ConnectionStringSourceTest {
    private static final TokenRequest REQUEST =
            TokenRequest.forResource("https://vault.azure.net").withDeadline(Duration.ofSeconds(30));
    private static final String TOKEN = "{\"access_token\":\"t\",\"expires_in\":3600}";

    @TempDir
    private Path root;

    private final FakeTime time = new FakeTime();
    private final FakeTransport http = new FakeTransport();
    private final Map<String, String> variables = new HashMap<>();

    @ParameterizedTest
    @CsvSource({
        "RunAs=Developer;DeveloperTool=AzureCli, Azure CLI",
        "RunAs=Developer;DeveloperTool=AzureDeveloperCli, Azure Developer CLI",
        "RunAs=Developer;DeveloperTool=AzurePowerShell, Azure PowerShell",
        "RunAs=App, IMDS",
        "RunAs=App;AppId=a;MsiRetryTimeout=5, IMDS",
        "RunAs=Workload, Workload identity",
        "RunAs=App;AppId=a;TenantId=t;AppKey=s, Client secret",
        "RunAs=App;AppId=a;TenantId=t;CertificateThumbprint=1;CertificateStoreLocation=CurrentUser, Client certificate",
        "RunAs=App;AppId=a;TenantId=t;CertificateSubjectName=CN=x;CertificateStoreLocation=CurrentUser, Client certificate",
        "RunAs=Agent;AppId=b;TenantId=t;AgentId=a, Agent identity",
        "RunAs=App;AppId=a;KeyVaultCertificateSecretIdentifier=https://v.vault.azure.net/secrets/c, Key Vault certificate",
    })
    void of_eachWay_isItsSource(String text, String name) {
        assertThat(source(text).name()).isEqualTo(name);
    }

    @Test
    void of_aManagedIdentity_asksForTheOneThatTheTextNamesWhateverTheVariableSays() throws Exception {
        http.answers(200, TOKEN);
        variables.put("AZURE_CLIENT_ID", "other");

        source("RunAs=App").acquire(REQUEST);
        source("RunAs=App;AppId=mine").acquire(REQUEST);

        assertThat(http.requests().get(0).url()).doesNotContain("client_id");
        assertThat(http.requests().get(1).url()).contains("client_id=mine");
    }

    @Test
    void of_aManagedIdentityByAnotherId_asksForThatAlone() throws Exception {
        http.answers(200, TOKEN);
        variables.put("AZURE_MANAGED_IDENTITY_RESOURCE_ID", "/other");
        variables.put("AZURE_MANAGED_IDENTITY_OBJECT_ID", "other");

        source("RunAs=App;ObjectId=o").acquire(REQUEST);
        source("RunAs=App;ResourceId=/subscriptions/s;MsiRetryTimeout=5").acquire(REQUEST);
        source("RunAs=App").acquire(REQUEST);

        assertThat(http.requests())
                .extracting(request -> request.url().substring(request.url().lastIndexOf('&') + 1))
                .containsExactly(
                        "object_id=o", "msi_res_id=%2Fsubscriptions%2Fs", "resource=https%3A%2F%2Fvault.azure.net");
    }

    @Test
    void of_aManagedIdentityInAPod_mayBeTheNodes() throws Exception {
        http.answers(200, TOKEN.replace("{", "{\"client_id\":\"c\","));
        variables.put("KUBERNETES_SERVICE_HOST", "10.0.0.1");

        assertThat(source("RunAs=App").acquire(REQUEST)).isInstanceOf(TokenSource.Acquired.class);
    }

    @Test
    void of_aManagedIdentity_asksWithoutAProbe() throws Exception {
        http.answers(200, TOKEN);

        source("RunAs=App").acquire(REQUEST);

        assertThat(http.requests()).hasSize(1);
    }

    @Test
    void of_aSecret_sendsItToTheTenantOfTheCloud() throws Exception {
        http.answers(200, TOKEN);
        variables.put("AZURE_AUTHORITY_HOST", "https://login.microsoftonline.us");

        source("RunAs=App;AppId=a;TenantId=contoso.com;AppKey='s;1'").acquire(REQUEST);

        HttpRequest sent = http.requests().get(0);
        assertThat(sent.url()).isEqualTo("https://login.microsoftonline.us/contoso.com/oauth2/v2.0/token");
        assertThat(sent.form()).contains("client_id=a").contains("client_secret=s%3B1");
    }

    @Test
    void of_anAgent_provesTheBlueprintByTheFederatedTokenFile() throws Exception {
        http.answers(200, TOKEN);
        Path file = Files.writeString(root.resolve("token"), "of-the-pod");
        variables.put("AZURE_FEDERATED_TOKEN_FILE", file.toString());

        source("RunAs=Agent;AppId=b;TenantId=t;AgentId=a;AgentUser=u@contoso.com")
                .acquire(REQUEST);

        assertThat(http.requests().get(0).form()).contains("client_id=b", "client_assertion=of-the-pod", "fmi_path=a");
        assertThat(http.requests().get(http.requests().size() - 1).form())
                .contains("grant_type=user_fic", "client_id=a", "username=u%40contoso.com");
    }

    @Test
    void of_anAgentWithAManagedIdentity_asksTheEndpointAlsoInAPodWithWorkloadIdentity() throws Exception {
        // Entra ID accepts no token that workload identity got as a proof.
        variables.put("AZURE_FEDERATED_TOKEN_FILE", "/var/run/secrets/azure/tokens/azure-identity-token");
        http.answers(200, TOKEN.replace("{", "{\"client_id\":\"m\","));

        source("RunAs=Agent;AppId=b;TenantId=t;AgentId=a;ManagedIdentityClientId=m")
                .acquire(REQUEST);

        assertThat(http.requests().get(0).url())
                .contains("/metadata/identity/oauth2/token")
                .contains("client_id=m");
        assertThat(http.requests().get(1).form()).contains("client_id=b", "client_assertion=t", "fmi_path=a");
        assertThat(http.requests()).hasSize(3);
    }

    @Test
    void of_aRetryLimit_endsTheTriesAndSaysSo() {
        http.answers(503, "busy");
        long start = time.nanos();

        TokenAcquisitionException failure = catchThrowableOfType(
                TokenAcquisitionException.class,
                () -> source("RunAs=App;MsiRetryTimeout=3").acquire(REQUEST));

        assertThat(failure.code()).isEqualTo(Code.SERVICE_UNAVAILABLE);
        assertThat(failure.remedy()).startsWith("Retries stop after MsiRetryTimeout=3.");
        assertThat(Duration.ofNanos(time.nanos() - start)).isLessThanOrEqualTo(Duration.ofSeconds(3));
        assertThat(http.requests()).hasSizeGreaterThan(1);
    }

    @Test
    void of_aRetryLimitLongerThanTheCall_leavesTheCallAlone() {
        http.answers(503, "busy");

        TokenAcquisitionException failure = catchThrowableOfType(
                TokenAcquisitionException.class,
                () -> source("RunAs=App;MsiRetryTimeout=60").acquire(REQUEST));

        assertThat(failure.remedy()).doesNotContain("MsiRetryTimeout");
    }

    @Test
    void of_aRetryLimitAndARefusal_saysNothingOfTheLimit() {
        http.answers(400, "{\"error\":\"invalid_resource\"}");

        TokenAcquisitionException failure = catchThrowableOfType(
                TokenAcquisitionException.class,
                () -> source("RunAs=App;MsiRetryTimeout=3").acquire(REQUEST));

        assertThat(failure.code()).isEqualTo(Code.REFUSED);
        assertThat(failure.remedy()).doesNotContain("MsiRetryTimeout");
    }

    @Test
    void of_aWorkload_readsWhatTheTextDoesNotSayFromTheVariables() throws Exception {
        variables.put("AZURE_TENANT_ID", "tenant");

        TokenSource.Outcome outcome = source("RunAs=Workload;AppId=a").acquire(REQUEST);

        assertThat(((TokenSource.Unavailable) outcome).reason()).isEqualTo("not set: AZURE_FEDERATED_TOKEN_FILE");
    }

    private TokenSource source(String text) {
        Environment environment = new Environment(variables, false, false, "/nowhere");
        return new ConnectionStringSource(
                        new SourceContext(environment, new File(root.toString()), http, time),
                        (source, audience) -> source)
                .create(ConnectionSettings.parse(text));
    }
}
