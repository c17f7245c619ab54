// SPDX-License-Identifier: Apache-2.0
package io.podidentity.tokenprovider.azure;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.azure.core.util.Configuration;
import com.azure.identity.IntelliJCredential;
import io.podidentity.tokenprovider.AzureServiceTokenProvider;
import io.podidentity.tokenprovider.TokenAcquisitionException;
import io.podidentity.tokenprovider.TokenAcquisitionException.Code;
import io.podidentity.tokenprovider.TokenAttempt;
import io.podidentity.tokenprovider.TokenAttempt.State;
import io.podidentity.tokenprovider.TokenRequest;
import io.podidentity.tokenprovider.TokenSource;
import java.io.File;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The sign-ins of azure-identity itself, on a machine where nobody is signed in anywhere. */
@Timeout(60)
class DeveloperSignInTest {
    private static final String RESOURCE = "https://storage.azure.com/";
    private static final String SETTING = "TOKEN_PROVIDER_DEVELOPER_SIGN_INS";

    @TempDir
    private Path folder;

    @Test
    void chain_unlessASettingSaysSo_hasNone() {
        assertThat(provider(Map.of())).asString().endsWith("Azure PowerShell, IMDS]");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "ide     | IMDS, IntelliJ, Visual Studio Code]",
                "Browser | IMDS, IntelliJ, Visual Studio Code, Browser]"
            })
    void chain_withTheSetting_hasThemLast(String setting, String end) {
        assertThat(provider(Map.of(SETTING, setting))).asString().endsWith(end);
        assertThat(AzureServiceTokenProvider.builder()
                        .environment(variables(Map.of()))
                        .developerSignIns(setting.equals("Browser"))
                        .build())
                .asString()
                .endsWith(end);
    }

    @Test
    void chain_ofDeveloperTools_hasThemToo() {
        assertThat(provider(Map.of(SETTING, "ide", "AZURE_TOKEN_CREDENTIALS", "dev")))
                .asString()
                .endsWith("Azure PowerShell, IntelliJ, Visual Studio Code]");
        assertThat(provider(Map.of(SETTING, "ide", "AZURE_TOKEN_CREDENTIALS", "prod")))
                .asString()
                .endsWith("[IMDS]");
    }

    @Test
    void chain_withAnUnknownValue_isRefused() {
        assertThatThrownBy(() -> provider(Map.of(SETTING, "yes")))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage(SETTING + " is yes, which is not a known value. Set it to ide or browser, or remove it.");
    }

    @Test
    void call_whereNobodyIsSignedIn_asksThemLastAndSaysWhatToDo() {
        AzureServiceTokenProvider provider = provider(Map.of(SETTING, "ide", "AZURE_TOKEN_CREDENTIALS", "dev"));

        TokenAcquisitionException e = catchThrowableOfType(
                TokenAcquisitionException.class, () -> provider.getAccessToken(request(Duration.ofSeconds(30))));

        assertThat(e.code()).as(e.getMessage()).isEqualTo(Code.NO_SOURCE_AVAILABLE);
        assertThat(e.attempts())
                .extracting(TokenAttempt::source)
                .containsExactly(
                        "Azure CLI", "Azure Developer CLI", "Azure PowerShell", "IntelliJ", "Visual Studio Code");
        assertThat(e.attempts()).extracting(TokenAttempt::state).containsOnly(State.UNAVAILABLE);
        assertThat(e)
                .hasMessageContaining("com.azure.identity.IntelliJCredential says that it does not apply here."
                        + " Sign in with the Azure Toolkit for IntelliJ.")
                .hasMessageContaining("com.azure.identity.VisualStudioCodeCredential says that it does not apply here."
                        + " Add com.azure:azure-identity-broker");
        assertThat(e.getMessage()).hasSizeLessThanOrEqualTo(800);
    }

    @Test
    void acquire_whenTheCredentialCannotBeMade_letsTheNextOneBeAsked() throws InterruptedException {
        TokenSource source = DeveloperSignIn.intelliJ().withAuthorityHost("no URL");

        assertThat(source.acquire(request(Duration.ofSeconds(30)))).isInstanceOf(TokenSource.Unavailable.class);
    }

    @Test
    void credential_withAnAuthorityHost_asksThatOne() {
        Configuration configuration = IdentityCredentials.configuration("https://login.microsoftonline.us/");

        assertThat(configuration.get(Configuration.PROPERTY_AZURE_AUTHORITY_HOST))
                .isEqualTo("https://login.microsoftonline.us/");
        assertThat(Configuration.getGlobalConfiguration().get(Configuration.PROPERTY_AZURE_AUTHORITY_HOST))
                .as("that of the whole process")
                .isNull();
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void explain_withoutTheLibrary_saysWhatToAdd(boolean withAzureCore) throws Exception {
        String classPath = pathOf(AzureServiceTokenProvider.class)
                + (withAzureCore ? File.pathSeparator + pathOf(Configuration.class) : "");
        assertThat(classPath).doesNotContain(pathOf(IntelliJCredential.class));
        ProcessBuilder builder = new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-cp",
                classPath,
                "io.podidentity.tokenprovider.Main",
                "explain",
                "--resource",
                RESOURCE);
        builder.environment().clear();
        builder.environment().putAll(variables(Map.of(SETTING, "ide", "AZURE_TOKEN_CREDENTIALS", "dev")));
        Process process = builder.redirectErrorStream(true).start();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);

        assertThat(process.waitFor(30, TimeUnit.SECONDS)).isTrue();
        assertThat(process.exitValue()).as(output).isEqualTo(1);
        assertThat(output)
                .containsPattern("IntelliJ: unavailable .* is missing. Add com.azure:azure-identity to the class path.")
                .containsPattern("Visual Studio Code: unavailable .* is missing. Add com.azure:azure-identity");
    }

    private AzureServiceTokenProvider provider(Map<String, String> more) {
        return AzureServiceTokenProvider.builder().environment(variables(more)).build();
    }

    /** No tool is on this path, and nobody's login in this home. */
    private Map<String, String> variables(Map<String, String> more) {
        Map<String, String> variables = new HashMap<>(Map.of("PATH", folder.toString(), "HOME", folder.toString()));
        variables.putAll(more);
        return variables;
    }

    private static TokenRequest request(Duration deadline) {
        return TokenRequest.forResource(RESOURCE).withDeadline(deadline);
    }

    private static String pathOf(Class<?> type) throws Exception {
        return Path.of(Objects.requireNonNull(type.getProtectionDomain().getCodeSource())
                        .getLocation()
                        .toURI())
                .toString();
    }
}
