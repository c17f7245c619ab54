package io.podidentity.tokenprovider;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.podidentity.tokenprovider.TokenAcquisitionException.Code;
import io.podidentity.tokenprovider.cases.ConformanceCase;
import io.podidentity.tokenprovider.cases.ConformanceRunner;
import io.podidentity.tokenprovider.cases.Runs;
import io.podidentity.tokenprovider.support.FakeTime;
import io.podidentity.tokenprovider.support.ManualCrew;
import io.podidentity.tokenprovider.support.ScriptedSource;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;

/** How often a managed identity host is asked. */
@Runs(kinds = "mi_cache")
class EndpointCacheCasesTest extends ConformanceRunner {
    private static final Duration LIMIT = Duration.ofSeconds(30);

    @Override
    public void run(ConformanceCase row) {
        FakeTime time = new FakeTime();
        ManualCrew crew = new ManualCrew();
        ScriptedSource source = new ScriptedSource("host", time);
        Map<String, TokenSlot> slots = new HashMap<>();
        JsonNode given = row.given();
        for (JsonNode resource : given.path("calls")) {
            TokenSlot slot = slots.computeIfAbsent(resource.asText(), name -> slot(name, source, crew, time));
            CompletableFuture<CachedToken> call = slot.getAsync(false, LIMIT, Function.identity());
            if (crew.waiting() > 0) {
                crew.fly();
            }
            assertThat(call).isCompleted();
        }
        if (given.has("state")) {
            TokenSlot slot = slot("r", source, crew, time);
            CompletableFuture<CachedToken> first = slot.getAsync(false, LIMIT, Function.identity());
            crew.fly();
            assertThat(given.get("state").asText()).isEqualTo("refresh_due");
            time.advance(Duration.ofMillis(first.join().refreshAt - time.millis() + 1));
            if ("error".equals(row.given("refresh"))) {
                source.thenFails(new TokenAcquisitionException(Code.SERVICE_UNAVAILABLE, "HTTP 500", "", null));
            }
            int before = source.calls();
            for (int caller = 0; caller < given.path("parallel").asInt(1); caller++) {
                assertThat(slot.getAsync(false, LIMIT, Function.identity()).join().token)
                        .isSameAs(first.join().token);
            }
            crew.fly();
            assertThat(source.calls() - before)
                    .isEqualTo(row.expected().path("requests").asInt(1));
        } else {
            assertThat(source.calls()).isEqualTo(row.expected().get("requests").asInt());
        }
    }

    private static TokenSlot slot(String resource, ScriptedSource source, ManualCrew crew, FakeTime time) {
        return new TokenSlot(
                TokenRequest.forResource(resource), new TokenSourceChain(List.of(source), time), crew, time, LIMIT);
    }
}
