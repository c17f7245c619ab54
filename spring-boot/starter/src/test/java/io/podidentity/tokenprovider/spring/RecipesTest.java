// SPDX-License-Identifier: Apache-2.0
package io.podidentity.tokenprovider.spring;

import static org.assertj.core.api.Assertions.assertThat;

import com.azure.core.credential.TokenCredential;
import com.openai.client.OpenAIClient;
import com.openai.client.okhttp.OpenAIOkHttpClient;
import com.openai.credential.BearerTokenCredential;
import io.podidentity.tokenprovider.AzureServiceTokenProvider;
import io.podidentity.tokenprovider.TokenSources;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.restclient.autoconfigure.RestClientAutoConfiguration;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.web.client.RestClient;

/** The recipes of docs/spring-boot.md, word for word. */
class RecipesTest {
    private static final Path PAGE = Path.of("..", "..", "docs", "spring-boot.md");

    private final ApplicationContextRunner runner = new ApplicationContextRunner()
            .withConfiguration(AutoConfigurations.of(
                    RestClientAutoConfiguration.class,
                    TokenProviderAutoConfiguration.class,
                    TokenProviderHttpAutoConfiguration.class))
            .withPropertyValues(
                    "token-provider.bearer[0].url=https://api.contoso.com",
                    "token-provider.bearer[0].resource=api://11111111-1111-1111-1111-111111111111");

    @Test
    void recipes_inOneApplication_start() {
        runner.withUserConfiguration(Recipes.class).run(context -> {
            assertThat(context)
                    .hasNotFailed()
                    .hasSingleBean(RestClient.class)
                    .hasSingleBean(OpenAIClient.class)
                    .hasSingleBean(TokenCredential.class)
                    .hasSingleBean(BearerTokenInterceptor.class);
            assertThat(context.getBean(AzureServiceTokenProvider.class))
                    .hasToString("AzureServiceTokenProvider[Workload identity]");
        });
    }

    @Test
    void page_always_hasTheRecipesThatAreCompiledHere() throws IOException {
        String page = Files.readString(PAGE);
        String source = Files.readString(
                Path.of("src/test/java", RecipesTest.class.getName().replace('.', '/') + ".java"));

        assertThat(List.of(
                        "RestClient api(RestClient.Builder builder) {",
                        "return builder.baseUrl(\"https://api.contoso.com\").build();",
                        "OpenAIClient openAi(AzureServiceTokenProvider provider) {",
                        ".credential(BearerTokenCredential.create(",
                        "() -> provider.getAccessToken(\"https://cognitiveservices.azure.com\")))",
                        "TokenProviderCustomizer onlyWorkloadIdentity() {",
                        "return builder -> builder.sources(List.of(TokenSources.workloadIdentity()));"))
                .allSatisfy(line -> {
                    assertThat(page).contains(line);
                    assertThat(source.substring(source.indexOf("class Recipes {")))
                            .contains(line);
                });
        assertThat(page)
                .contains("url: https://api.contoso.com", "resource: api://11111111-1111-1111-1111-111111111111");
    }

    @Configuration(proxyBeanMethods = false)
    static class Recipes {
        @Bean
        RestClient api(RestClient.Builder builder) {
            return builder.baseUrl("https://api.contoso.com").build();
        }

        @Bean
        OpenAIClient openAi(AzureServiceTokenProvider provider) {
            return OpenAIOkHttpClient.builder()
                    .baseUrl("https://RESOURCE.openai.azure.com")
                    .credential(BearerTokenCredential.create(
                            () -> provider.getAccessToken("https://cognitiveservices.azure.com")))
                    .build();
        }

        @Bean
        TokenProviderCustomizer onlyWorkloadIdentity() {
            return builder -> builder.sources(List.of(TokenSources.workloadIdentity()));
        }
    }
}
