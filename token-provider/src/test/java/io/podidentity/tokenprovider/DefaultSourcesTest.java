package io.podidentity.tokenprovider;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class DefaultSourcesTest {
    private static final String AZURE = "7783-7084-3265-9085-8269-3286-77";

    @TempDir
    private Path root;

    private final FakeTime time = new FakeTime();
    private final FakeTransport http = new FakeTransport();

    @Test
    void of_onALaptop_asksTheAzureCliFirst() throws IOException {
        assertThat(names(Map.of())).containsExactly("Azure CLI", "IMDS");

        chassisAssetTag("Default string");
        assertThat(names(Map.of())).containsExactly("Azure CLI", "IMDS");
    }

    @Test
    void of_onALaptop_probesBeforeItAsksForAToken() throws Exception {
        http.fails(new IOException("x"));

        sources(Map.of()).get(1).acquire(request());

        assertThat(http.requests()).extracting(HttpRequest::headers).containsOnly(List.of());
    }

    @ParameterizedTest
    @ValueSource(strings = {"AZURE_POD_IDENTITY_AUTHORITY_HOST", "KUBERNETES_SERVICE_HOST"})
    void of_whereAVariableAnnouncesIt_asksTheMetadataServiceFirstAndWithoutAProbe(String variable) throws Exception {
        http.answers(403, "no");
        Map<String, String> variables = Map.of(variable, "http://10.0.0.1");

        assertThat(names(variables)).containsExactly("IMDS", "Azure CLI");
        assertThat(catchThrowable(() -> sources(variables).get(0).acquire(request())))
                .isInstanceOf(TokenAcquisitionException.class);
        assertThat(http.requests())
                .extracting(request -> request.header("Metadata"))
                .containsExactly("true");
    }

    @Test
    void of_whereTheChassisIsAzures_asksTheMetadataServiceFirst() throws IOException {
        chassisAssetTag(AZURE + "\n");

        assertThat(names(Map.of())).containsExactly("IMDS", "Azure CLI");
    }

    @Test
    void of_whereTheAzureAgentIs_asksTheMetadataServiceFirst() throws IOException {
        Files.createDirectories(root.resolve("var/lib/waagent"));

        assertThat(names(Map.of())).containsExactly("IMDS", "Azure CLI");
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
        TokenSource azureCli = new AzureCliTokenSource(environment, new FakeProcessRunner(), time, null);
        return DefaultSources.of(environment, new File(root.toString()), http, azureCli, time);
    }

    private static TokenRequest request() {
        return TokenRequest.forResource("r").withDeadline(Duration.ofSeconds(1));
    }
}
