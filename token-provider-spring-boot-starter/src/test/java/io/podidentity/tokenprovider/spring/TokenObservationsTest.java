package io.podidentity.tokenprovider.spring;

import static org.assertj.core.api.Assertions.assertThat;

import io.micrometer.observation.Observation;
import io.micrometer.observation.ObservationHandler;
import io.micrometer.observation.ObservationRegistry;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.Test;

class TokenObservationsTest {
    private final List<String> events = new CopyOnWriteArrayList<>();
    private final ObservationRegistry registry = ObservationRegistry.create();

    @Test
    void observation_ofACallThatWaitedForAToken_hasAnEvent() {
        registry.observationConfig().observationHandler(new ObservationHandler<>() {
            @Override
            public void onEvent(Observation.Event event, Observation.Context context) {
                events.add(context.getName() + ": " + event.getContextualName());
            }

            @Override
            public boolean supportsContext(Observation.Context context) {
                return true;
            }
        });
        var provider = FakeSource.withToken().provider(new TokenObservations(() -> registry));

        Observation.createNotStarted("request", registry).observe(() -> {
            provider.getAccessToken("https://vault.azure.net");
            provider.getAccessToken("https://vault.azure.net");
        });

        assertThat(events)
                .singleElement()
                .asString()
                .matches("request: waited \\d+ ms for a token for https://vault\\.azure\\.net, from Fake");
    }
}
