package io.podidentity.benchmarks;

import io.podidentity.benchmarks.load.ManyKeys;
import io.podidentity.benchmarks.load.RefreshBehind;
import io.podidentity.benchmarks.load.SharedFailure;
import io.podidentity.benchmarks.load.Storm;
import io.podidentity.benchmarks.process.Network;
import io.podidentity.benchmarks.stub.Behaviour;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * Many threads, a server in trouble, many keys.
 *
 * <p>azure-identity is missing here: over azure-core-http-jdk-httpclient, on two processors, a hundred first calls at
 * the same time never return. Its blocking calls occupy all threads of the common pool, and the transport needs some.
 */
record Loads(Session session) {
    private static final String US = "TokenProvider";
    private static final String CALLERS = "1000";
    private static final int VIRTUAL_THREADS_SINCE = 21;

    void measure() throws IOException {
        storms("platform");
        if (session.jdk.feature() >= VIRTUAL_THREADS_SINCE) {
            storms("virtual");
        }
        troubles();
        sharedFailure();
        keys();
    }

    private void storms(String kind) throws IOException {
        for (int delayMillis : new int[] {2, 100}) {
            String storm = "storm-" + kind + "-" + delayMillis + "ms";
            session.say(storm);
            int rounds = session.options.quick() ? 1 : 5;
            for (int round = 0; round < rounds; round++) {
                storm(storm, delayMillis, "OneFlight", kind);
                storm(storm, delayMillis, US, kind);
            }
            if (kind.equals("platform")) {
                storm(storm, delayMillis, "Msal4jManagedIdentity", kind, "cold");
            }
        }
    }

    private void storm(String storm, int delayMillis, String client, String kind, String... more) throws IOException {
        session.stub.behave(Behaviour.USUAL.withDelayMillis(delayMillis));
        List<String> arguments = new ArrayList<>(List.of(client, kind, CALLERS));
        arguments.addAll(List.of(more));
        run(storm, client, Storm.class, arguments);
    }

    private void troubles() throws IOException {
        for (RefreshBehind.Trouble trouble : RefreshBehind.Trouble.values()) {
            session.say("a refresh while the server is " + name(trouble));
            if (session.options.quick()) {
                trouble(trouble, US, "5");
            } else {
                againstNothing(trouble);
            }
            if (trouble == RefreshBehind.Trouble.SLOW) {
                trouble(trouble, "OneFlight", "3");
                trouble(trouble, "Msal4jManagedIdentity", "3");
            } else if (trouble == RefreshBehind.Trouble.FAILING && !session.options.quick()) {
                trouble(trouble, "Msal4jManagedIdentity", "1", "2");
            }
        }
    }

    /** The slowest of ten thousand calls is often a hiccup of the machine: more runs, beside callers of nothing. */
    private void againstNothing(RefreshBehind.Trouble trouble) throws IOException {
        for (int round = 0; round < 3; round++) {
            trouble(trouble, "Constant", "10");
            trouble(trouble, US, "10");
        }
    }

    /**
     * @param more the seconds to go on, and the number of callers if not the usual one: with that many, a peer whose
     *     calls wait for one another takes minutes
     */
    private void trouble(RefreshBehind.Trouble trouble, String client, String... more) throws IOException {
        List<String> arguments = new ArrayList<>(List.of(client, trouble.name()));
        arguments.addAll(List.of(more));
        run(name(trouble), client, RefreshBehind.class, arguments);
    }

    private static String name(RefreshBehind.Trouble trouble) {
        return trouble.name().toLowerCase(Locale.ROOT);
    }

    private void sharedFailure() throws IOException {
        session.say("500 and no token");
        session.stub.behave(Behaviour.USUAL.withStatus(500));
        run("shared-failure", US, SharedFailure.class, List.of());
        session.figures.add(
                "shared-failure." + US + ".requests", session.stub.seen().requests());
    }

    private void keys() throws IOException {
        session.say("10,000 resources");
        session.stub.behave(Behaviour.USUAL.withDelayMillis(0));
        run("keys", US, ManyKeys.class, List.of("10000"));
    }

    private void run(String scenario, String client, Class<?> load, List<String> arguments) throws IOException {
        ProcessBuilder program = session.withImds(client, load, arguments.toArray(String[]::new));
        session.figures.addAll(
                scenario + "." + client, session.run(Network.OPEN, program).output());
    }
}
