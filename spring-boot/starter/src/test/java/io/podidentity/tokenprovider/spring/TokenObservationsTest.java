// SPDX-License-Identifier: Apache-2.0
package io.podidentity.tokenprovider.spring;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.micrometer.common.KeyValue;
import io.micrometer.observation.Observation;
import io.micrometer.observation.ObservationHandler;
import io.micrometer.observation.ObservationRegistry;
import io.podidentity.tokenprovider.AzureServiceTokenProvider;
import io.podidentity.tokenprovider.TokenAcquisitionException;
import io.podidentity.tokenprovider.TokenRequest;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.springframework.boot.LazyInitializationBeanFactoryPostProcessor;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;

class TokenObservationsTest {
    private static final String RESOURCE = "https://vault.azure.net";

    private final BlockingQueue<Observation.Context> stopped = new LinkedBlockingQueue<>();
    private final ObservationRegistry registry = ObservationRegistry.create();

    TokenObservationsTest() {
        registry.observationConfig().observationHandler(new ObservationHandler<>() {
            @Override
            public void onStop(Observation.Context context) {
                stopped.add(context);
            }

            @Override
            public boolean supportsContext(Observation.Context context) {
                return true;
            }
        });
    }

    private ApplicationContextRunner runner(FakeSource source) {
        TokenProviderCustomizer customizer = builder -> builder.sources(List.of(source));
        return new ApplicationContextRunner()
                .withConfiguration(AutoConfigurations.of(TokenProviderAutoConfiguration.class))
                .withBean(ObservationRegistry.class, () -> registry)
                .withBean(TokenProviderCustomizer.class, () -> customizer);
    }

    @Test
    void observation_ofACallThatWaits_isAChildOfTheCallersAndNamesTheSource() {
        runner(FakeSource.withToken()).run(context -> {
            AzureServiceTokenProvider provider = context.getBean(AzureServiceTokenProvider.class);
            Observation request = Observation.start("http.server.requests", registry);

            request.scoped(() -> provider.getAccessToken(RESOURCE));

            Observation.Context waited = stopped.poll();
            assertThat(waited).isNotNull();
            assertThat(waited.getName()).isEqualTo("token.provider.request");
            assertThat(waited.getContextualName()).isEqualTo("token for " + RESOURCE);
            assertThat(waited.getParentObservation()).isSameAs(request);
            assertThat(tags(waited))
                    .containsOnly(
                            Map.entry("identity", "default"),
                            Map.entry("resource", RESOURCE),
                            Map.entry("source", "Fake"),
                            Map.entry("outcome", "SUCCESS"),
                            Map.entry("error.type", "none"));
            assertThat(registry.getCurrentObservation()).isNull();
        });
    }

    @Test
    void observation_thatNobodyWants_leavesNothingOnTheThread() {
        registry.observationConfig().observationPredicate((name, context) -> !name.startsWith("token.provider"));
        runner(FakeSource.withToken()).run(context -> {
            context.getBean(AzureServiceTokenProvider.class).getAccessToken(RESOURCE);

            assertThat(stopped).isEmpty();
            assertThat(registry.getCurrentObservation()).isNull();
        });
    }

    @Test
    void observation_withoutARegistryOrAHandler_leavesNothingOnTheThread() {
        ObservationRegistry nobody = ObservationRegistry.create();
        TokenProviderCustomizer customizer = builder -> builder.sources(List.of(FakeSource.withToken()));
        var without = new ApplicationContextRunner()
                .withConfiguration(AutoConfigurations.of(TokenProviderAutoConfiguration.class))
                .withBean(TokenProviderCustomizer.class, () -> customizer);
        for (var runner : List.of(without, without.withBean(ObservationRegistry.class, () -> nobody))) {
            runner.run(context -> {
                context.getBean(AzureServiceTokenProvider.class).getAccessToken(RESOURCE);

                assertThat(registry.getCurrentObservation()).isNull();
                assertThat(registry.getCurrentObservationScope()).isNull();
            });
        }
    }

    @Test
    void observation_ofAHit_isNone() {
        runner(FakeSource.withToken()).run(context -> {
            AzureServiceTokenProvider provider = context.getBean(AzureServiceTokenProvider.class);
            provider.getAccessToken(RESOURCE);
            stopped.clear();

            provider.getAccessToken(RESOURCE);

            assertThat(stopped).isEmpty();
        });
    }

    @Test
    void observation_ofAFailure_hasTheErrorAndTheTenantAsAHighCardinalityTag() {
        runner(FakeSource.refused()).run(context -> {
            AzureServiceTokenProvider provider = context.getBean(AzureServiceTokenProvider.class);
            TokenRequest asked = TokenRequest.forResource(RESOURCE).withTenantId("guest.example");

            assertThatThrownBy(() -> provider.getAccessToken(asked)).isInstanceOf(TokenAcquisitionException.class);

            Observation.Context waited = stopped.poll();
            assertThat(waited).isNotNull();
            assertThat(waited.getError()).isInstanceOf(TokenAcquisitionException.class);
            assertThat(tags(waited))
                    .containsEntry("outcome", "ERROR")
                    .containsEntry("error.type", "refused")
                    .containsEntry("source", "none");
            assertThat(waited.getHighCardinalityKeyValue("request"))
                    .extracting(KeyValue::getValue)
                    .isEqualTo("tenant guest.example");
        });
    }

    @Test
    void observation_whereBeansAreLazy_isThereAllTheSame() {
        runner(FakeSource.withToken())
                .withInitializer(context ->
                        context.addBeanFactoryPostProcessor(new LazyInitializationBeanFactoryPostProcessor()))
                .run(context -> {
                    context.getBean(AzureServiceTokenProvider.class).getAccessToken(RESOURCE);

                    assertThat(stopped).hasSize(1);
                });
    }

    private static Map<String, String> tags(Observation.Context context) {
        return context.getLowCardinalityKeyValues().stream()
                .collect(Collectors.toMap(KeyValue::getKey, KeyValue::getValue));
    }
}
