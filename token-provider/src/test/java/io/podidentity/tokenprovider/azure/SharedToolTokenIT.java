// SPDX-License-Identifier: Apache-2.0
package io.podidentity.tokenprovider.azure;

import static org.assertj.core.api.Assertions.assertThat;

import com.azure.core.credential.TokenRequestContext;
import io.podidentity.tokenprovider.AzureServiceTokenProvider;
import io.podidentity.tokenprovider.support.ToolFolder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A program of its own and a client of the Azure SDK in one process, over an az that counts its starts. */
@DisabledOnOs(value = OS.WINDOWS, disabledReason = "The program that stands in for az is a shell script")
class SharedToolTokenIT {
    private static final String RESOURCE = "https://storage.azure.com";

    @TempDir
    private Path folder;

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void getToken_ofAProgramThatHandlesChallengesAndOfOneThatDoesNot_startsAzOnce(boolean capableFirst)
            throws Exception {
        Path starts = folder.resolve("starts");
        new ToolFolder(folder)
                .install(
                        "az",
                        "echo started >> '" + starts + "'\n"
                                + "echo '{\"accessToken\":\"t\",\"expires_on\":4102444800,\"tokenType\":\"Bearer\"}'\n");
        AzureServiceTokenProvider provider = AzureServiceTokenProvider.builder()
                .environment(Map.of("PATH", folder.toString()))
                .build();
        TokenProviderCredential credential = new TokenProviderCredential(provider);
        TokenRequestContext context =
                new TokenRequestContext().addScopes(RESOURCE + "/.default").setCaeEnabled(capableFirst);

        credential.getTokenSync(context);
        provider.getAccessToken(RESOURCE);
        credential.getTokenSync(
                new TokenRequestContext().addScopes(RESOURCE + "/.default").setCaeEnabled(!capableFirst));
        credential.getToken(context).block();

        assertThat(Files.readAllLines(starts)).containsExactly("started");
    }
}
