package io.podidentity.benchmarks;

import io.podidentity.benchmarks.load.Storm;
import io.podidentity.benchmarks.process.Network;
import io.podidentity.benchmarks.stub.Behaviour;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/**
 * A thousand threads.
 *
 * <p>azure-identity is missing here: over azure-core-http-jdk-httpclient, on two processors, a hundred first calls at
 * the same time never return. Its blocking calls occupy all threads of the common pool, and the transport needs some.
 */
record Loads(Session session) {
    private static final String CALLERS = "1000";

    void measure() throws IOException {
        for (int delayMillis : new int[] {2, 100}) {
            session.say("1,000 threads, IMDS takes " + delayMillis + " ms");
            int rounds = session.options.quick() ? 1 : 5;
            for (int round = 0; round < rounds; round++) {
                storm(delayMillis, "OneFlight");
                storm(delayMillis, "TokenProvider");
            }
            storm(delayMillis, "Msal4jManagedIdentity", "cold");
        }
    }

    private void storm(int delayMillis, String client, String... more) throws IOException {
        session.stub.behave(Behaviour.USUAL.withDelayMillis(delayMillis));
        List<String> arguments = new ArrayList<>(List.of(client, CALLERS));
        arguments.addAll(List.of(more));
        ProcessBuilder program = session.withImds(client, Storm.class, arguments.toArray(String[]::new));
        session.figures.addAll(
                "storm-" + delayMillis + "ms." + client,
                session.run(Network.OPEN, program).output());
    }
}
