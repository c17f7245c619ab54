// SPDX-License-Identifier: Apache-2.0
package io.podidentity.tokenprovider;

import static org.assertj.core.api.Assertions.assertThat;

import io.podidentity.tokenprovider.support.ToolFolder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A source of the user's that wraps one whose account may change, or has one of its own. */
@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class SourceAccountTest {
    private static final String RESOURCE = "https://storage.azure.com/";

    @TempDir
    private Path folder;

    /** As a program writes it that counts, or logs, what a source is asked. */
    private record Wrapper(TokenSource wrapped) implements TokenSource {
        @Override
        public Outcome acquire(TokenRequest request) throws InterruptedException {
            return wrapped.acquire(request);
        }

        @Override
        public Object account() {
            return wrapped.account();
        }
    }

    @Test
    void getAccessToken_whenTheAccountOfAWrappedSourceChanged_isTheOtherOnes() throws Exception {
        ToolFolder tools = new ToolFolder(folder);
        Path profile = Files.createDirectory(folder.resolve("profile")).resolve("azureProfile.json");
        Files.writeString(profile, "anna");
        tools.install("az", answer("anna"));
        AzureServiceTokenProvider.Builder settings = AzureServiceTokenProvider.builder()
                .environment(Map.of(
                        "PATH",
                        folder.toString(),
                        "AZURE_CONFIG_DIR",
                        profile.getParent().toString()));
        TokenSource az = DeferredTokenSource.resolve(settings.settings.context(), TokenSources.azureCli());
        AzureServiceTokenProvider provider =
                settings.sources(List.of(new Wrapper(az))).build();
        assertThat(provider.getAccessToken(RESOURCE)).isEqualTo("anna");

        tools.install("az", answer("bertha"));
        Files.writeString(profile, "bertha signs in");

        String token = "anna";
        CountDownLatch never = new CountDownLatch(1);
        for (int i = 0; i < 200 && token.equals("anna"); i++) {
            assertThat(never.await(50, TimeUnit.MILLISECONDS)).isFalse();
            token = provider.getAccessToken(RESOURCE);
        }
        assertThat(token).isEqualTo("bertha");
    }

    private static String answer(String token) {
        return "echo '{\"accessToken\":\"" + token + "\",\"expires_on\":4102444800,\"tokenType\":\"Bearer\"}'\n";
    }
}
