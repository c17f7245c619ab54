// SPDX-License-Identifier: Apache-2.0
package io.podidentity.tokenprovider.internal.chain;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.podidentity.tokenprovider.TokenAcquisitionException;
import io.podidentity.tokenprovider.TokenRequest;
import io.podidentity.tokenprovider.TokenSource;
import io.podidentity.tokenprovider.internal.http.HttpRequest;
import io.podidentity.tokenprovider.internal.source.SourceContext;
import io.podidentity.tokenprovider.internal.text.Environment;
import io.podidentity.tokenprovider.support.FakeTime;
import io.podidentity.tokenprovider.support.FakeTransport;
import io.podidentity.tokenprovider.support.Forms;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class DefaultSourcesTest {
    private static final String AZURE = "7783-7084-3265-9085-8269-3286-77";

    @TempDir
    private Path root;

    private final FakeTime time = new FakeTime();
    private final FakeTransport http = new FakeTransport();

    @Test
    void of_onALaptop_asksTheAzureCliFirst() throws IOException {
        assertThat(names(Map.of())).containsExactly("Azure CLI", "Azure Developer CLI", "Azure PowerShell", "IMDS");

        chassisAssetTag("Default string");
        assertThat(names(Map.of())).containsExactly("Azure CLI", "Azure Developer CLI", "Azure PowerShell", "IMDS");
    }

    @Test
    void of_onALaptop_probesBeforeItAsksForAToken() throws Exception {
        http.fails(new IOException("x"));

        sources(Map.of()).get(3).acquire(request());

        assertThat(http.requests()).extracting(HttpRequest::headers).containsOnly(List.of());
    }

    @ParameterizedTest
    @ValueSource(strings = {"AZURE_POD_IDENTITY_AUTHORITY_HOST", "KUBERNETES_SERVICE_HOST"})
    void of_whereAVariableAnnouncesIt_asksTheMetadataServiceFirstAndWithoutAProbe(String variable) throws Exception {
        http.answers(403, "no");
        Map<String, String> variables = Map.of(variable, "http://10.0.0.1");

        assertThat(names(variables)).containsExactly("IMDS", "Azure CLI", "Azure Developer CLI", "Azure PowerShell");
        assertThat(catchThrowable(() -> sources(variables).get(0).acquire(request())))
                .isInstanceOf(TokenAcquisitionException.class);
        assertThat(http.requests())
                .extracting(request -> Forms.header(request, "Metadata"))
                .containsExactly("true");
    }

    @Test
    void of_whereTheChassisIsAzures_asksTheMetadataServiceFirst() throws IOException {
        chassisAssetTag(AZURE + "\n");

        assertThat(names(Map.of())).containsExactly("IMDS", "Azure CLI", "Azure Developer CLI", "Azure PowerShell");
    }

    @Test
    void of_whereTheAzureAgentIs_asksTheMetadataServiceFirst() throws IOException {
        Files.createDirectories(root.resolve("var/lib/waagent"));

        assertThat(names(Map.of())).containsExactly("IMDS", "Azure CLI", "Azure Developer CLI", "Azure PowerShell");
    }

    @Test
    void of_whereAllIsAnnounced_asksApplicationsFirst() {
        assertThat(names(Map.of(
                        "AZURE_CLIENT_CERTIFICATE_PATH", "/c.pem",
                        "AZURE_FEDERATED_TOKEN_FILE", "/token",
                        "KUBERNETES_SERVICE_HOST", "10.0.0.1")))
                .containsExactly(
                        "Environment",
                        "Workload identity",
                        "IMDS",
                        "Azure CLI",
                        "Azure Developer CLI",
                        "Azure PowerShell");
    }

    @Test
    void of_whereAHostIsAnnounced_asksItBeforeTheTools() {
        assertThat(names(Map.of("IDENTITY_ENDPOINT", "http://127.0.0.1:1/token", "IDENTITY_HEADER", "h")))
                .containsExactly("App Service", "Azure CLI", "Azure Developer CLI", "Azure PowerShell", "IMDS");
        assertThat(names(Map.of("MSI_ENDPOINT", "http://127.0.0.1:1/token"))).startsWith("Cloud Shell", "Azure CLI");
    }

    @Test
    void of_whereTheArcAgentIs_asksItBeforeTheTools() throws IOException {
        Files.createDirectories(root.resolve("opt/azcmagent/bin"));
        Files.createFile(root.resolve("opt/azcmagent/bin/himds"));

        assertThat(names(Map.of())).startsWith("Azure Arc", "Azure CLI");
    }

    @Test
    void of_theManagedIdentityByName_isThatOfTheHost() {
        Map<String, String> variables = Map.of(
                "IDENTITY_ENDPOINT", "http://127.0.0.1:1/token",
                "IDENTITY_HEADER", "h",
                "AZURE_TOKEN_CREDENTIALS", "managedidentitycredential");

        assertThat(names(variables)).containsExactly("App Service");
    }

    @Test
    void of_whereAnApplicationIsAnnouncedOutsideAzure_probesLast() {
        assertThat(names(Map.of("AZURE_CLIENT_SECRET", "s")))
                .containsExactly("Environment", "Azure CLI", "Azure Developer CLI", "Azure PowerShell", "IMDS");
    }

    @Test
    void of_whereNoToolIsInstalled_saysSoOfEach() throws Exception {
        for (int i = 0; i < 3; i++) {
            TokenSource tool = sources(Map.of("PATH", root.toString(), "AZURE_CLIENT_SECRET", "s"))
                    .get(i + 1);

            TokenSource.Unavailable outcome = (TokenSource.Unavailable) tool.acquire(request());

            assertThat(outcome.reason())
                    .isIn("az is not installed", "azd is not installed", "PowerShell is not installed");
        }
    }

    @Test
    void of_theManagedIdentityByName_asksWithoutAProbe() throws Exception {
        http.answers(200, "{\"access_token\":\"t\",\"expires_in\":3600}");

        List<TokenSource> selected = sources(Map.of("AZURE_TOKEN_CREDENTIALS", "ManagedIdentityCredential"));
        selected.get(0).acquire(request());

        assertThat(selected).hasSize(1);
        assertThat(http.requests())
                .extracting(request -> Forms.header(request, "Metadata"))
                .containsExactly("true");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "prod"})
    void of_theMetadataServiceThatNobodyNamed_isNotTheNodesIdentity(String selection) throws Exception {
        http.answers(200, "{\"access_token\":\"t\",\"expires_in\":3600,\"client_id\":\"c\"}");
        Map<String, String> pod = Map.of("KUBERNETES_SERVICE_HOST", "10.0.0.1", "AZURE_TOKEN_CREDENTIALS", selection);

        assertThat(sources(pod).get(0).acquire(request())).isInstanceOf(TokenSource.Unavailable.class);
    }

    @Test
    void of_theManagedIdentityByName_isTheNodesIdentityToo() throws Exception {
        http.answers(200, "{\"access_token\":\"t\",\"expires_in\":3600,\"client_id\":\"c\"}");
        Map<String, String> pod =
                Map.of("KUBERNETES_SERVICE_HOST", "10.0.0.1", "AZURE_TOKEN_CREDENTIALS", "ManagedIdentityCredential");

        assertThat(sources(pod).get(0).acquire(request())).isInstanceOf(TokenSource.Acquired.class);
    }

    @ParameterizedTest
    @CsvSource({
        "VisualStudioCodeCredential, Visual Studio Code",
        "intellijcredential, IntelliJ",
        "InteractiveBrowserCredential, Browser"
    })
    void of_aSignInOfADeveloperByName_isThatOneAlone(String name, String source) {
        assertThat(sources(Map.of("AZURE_TOKEN_CREDENTIALS", name)))
                .extracting(TokenSource::name)
                .containsExactly(source);
    }

    @Test
    void of_theBroker_isRefusedWithTheWayToAddIt() {
        assertThat(catchThrowable(() -> sources(Map.of("AZURE_TOKEN_CREDENTIALS", "BrokerCredential"))))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage(
                        "AZURE_TOKEN_CREDENTIALS is BrokerCredential, which is a sign-in of the Azure SDK: the program"
                                + " can add it as a TokenCredentialSource. Set it to dev, prod, "
                                + SourceDescriptorTest.ofTheDefaultChain()
                                        .map(SourceDescriptor::credential)
                                        .distinct()
                                        .collect(Collectors.joining(", "))
                                        .replace(", Interactive", " or Interactive")
                                + ".");
    }

    @Test
    void of_aSignInThatOnlyDotNetHas_isRefused() {
        assertThat(catchThrowable(() -> sources(Map.of("AZURE_TOKEN_CREDENTIALS", "VisualStudioCredential"))))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageStartingWith("AZURE_TOKEN_CREDENTIALS is VisualStudioCredential, which is an Azure SDK"
                        + " credential that is not supported here. Set it to dev,");
    }

    private void chassisAssetTag(String tag) throws IOException {
        Path file = root.resolve("sys/class/dmi/id/chassis_asset_tag");
        Files.createDirectories(file.getParent());
        Files.writeString(file, tag);
    }

    private List<String> names(Map<String, String> variables) {
        return sources(variables).stream().map(TokenSource::name).toList();
    }

    private List<TokenSource> sources(Map<String, String> variables) {
        Environment environment = new Environment(variables, false, false, "/nowhere");
        return new DefaultSources(new SourceContext(environment, new File(root.toString()), http, time)).createAll();
    }

    private static TokenRequest request() {
        return TokenRequest.forResource("r").withDeadline(Duration.ofSeconds(1));
    }
}
