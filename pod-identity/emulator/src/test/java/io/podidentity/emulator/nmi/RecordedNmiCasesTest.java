// SPDX-License-Identifier: Apache-2.0
package io.podidentity.emulator.nmi;

import static org.assertj.core.api.Assertions.assertThat;

import io.podidentity.emulator.cases.RawAnswer;
import io.podidentity.emulator.cases.Recorded;
import io.podidentity.emulator.cases.RecordedCases;
import java.io.IOException;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;

public class RecordedNmiCasesTest extends RecordedCases {

    private static final Map<Recorded.World, RecordedWorld> WORLDS = new HashMap<>();

    public RecordedNmiCasesTest() {
        super("nmi");
    }

    @AfterAll
    static void end() {
        WORLDS.values().forEach(RecordedWorld::close);
        WORLDS.clear();
    }

    @Override
    protected RawAnswer answer(Recorded test) throws IOException {
        RecordedWorld world = WORLDS.computeIfAbsent(test.world(), RecordedWorld::start);
        RecordedWorld.Exchange exchange = world.ask(test);
        double tolerance = Math.max(0.7, 0.05 * test.waited());
        assertThat(exchange.answer().status().isEmpty() || !test.isComparable() ? test.waited() : exchange.seconds())
                .as("seconds until the answer")
                .isBetween(
                        test.waited() - tolerance - 0.5,
                        Math.max(test.waited(), exchange.machineSeconds()) + tolerance);
        // With an IMDS of the case, times are those that it says.
        return test.values().containsKey("imds")
                ? exchange.answer().withoutDate()
                : exchange.answer().masked();
    }
}
