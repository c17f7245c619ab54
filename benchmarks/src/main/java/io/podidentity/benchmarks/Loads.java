package io.podidentity.benchmarks;

import io.podidentity.benchmarks.load.ManyKeys;
import io.podidentity.benchmarks.load.RefreshBehind;
import io.podidentity.benchmarks.load.SharedFailure;
import io.podidentity.benchmarks.load.Storm;
import io.podidentity.benchmarks.process.Network;
import io.podidentity.benchmarks.process.Run;
import io.podidentity.benchmarks.stub.Behaviour;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * Many threads, a server in trouble, many keys.
 *
 * <p>azure-identity is not here: over azure-core-http-jdk-httpclient, and on two processors, a hundred first calls at
 * once never end, since its blocking calls hold all threads of the common pool that the transport needs.
 */
final class Loads {
    private static final String US = "TokenProvider";
    private static final String CALLERS = "1000";
    private static final int VIRTUAL_THREADS_SINCE = 21;

    private final Session session;

    Loads(Session session) {
        this.session = session;
    }

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
                storm(storm, delayMillis, "OneFlight", kind, CALLERS);
                storm(storm, delayMillis, US, kind, CALLERS);
            }
            if (kind.equals("platform")) {
                storm(storm, delayMillis, "Msal4jManagedIdentity", kind, CALLERS, "cold");
            }
        }
    }

    private void storm(String storm, int delayMillis, String client, String... more) throws IOException {
        session.stub.behave(Behaviour.USUAL.withDelayMillis(delayMillis));
        List<String> arguments = new ArrayList<>(List.of(client));
        arguments.addAll(List.of(more));
        Run run = session.run(
                Network.OPEN, session.withImds(Peers.group(client), Storm.class, arguments.toArray(String[]::new)));
        session.figures.addAll(storm + "." + client, run.output());
    }

    private void troubles() throws IOException {
        for (RefreshBehind.Trouble trouble : RefreshBehind.Trouble.values()) {
            String name = trouble.name().toLowerCase(Locale.ROOT);
            session.say("a refresh with a server that is " + name);
            if (session.options.quick()) {
                trouble(trouble, name, US, "5");
            } else {
                againstNothing(trouble, name);
            }
            if (trouble == RefreshBehind.Trouble.SLOW) {
                for (String client : List.of("OneFlight", "Msal4jManagedIdentity")) {
                    trouble(trouble, name, client, "3");
                }
            } else if (trouble == RefreshBehind.Trouble.FAILING && !session.options.quick()) {
                trouble(trouble, name, "Msal4jManagedIdentity", "1", "2");
            }
        }
    }

    /** The worst of ten thousand calls is as often as not a hiccup of the machine: more runs, beside callers of nothing. */
    private void againstNothing(RefreshBehind.Trouble trouble, String name) throws IOException {
        for (int round = 0; round < 3; round++) {
            trouble(trouble, name, "Constant", "10");
            trouble(trouble, name, US, "10");
        }
    }

    /**
     * @param more for how many seconds, and how many callers if not as many as usual: a peer whose calls wait for one
     *     another takes minutes for those
     */
    private void trouble(RefreshBehind.Trouble trouble, String name, String client, String... more) throws IOException {
        List<String> arguments = new ArrayList<>(List.of(client, trouble.name()));
        arguments.addAll(List.of(more));
        Run run = session.run(
                Network.OPEN,
                session.withImds(Peers.group(client), RefreshBehind.class, arguments.toArray(String[]::new)));
        session.figures.addAll(name + "." + client, run.output());
    }

    private void sharedFailure() throws IOException {
        session.say("500 and no token");
        session.stub.behave(Behaviour.USUAL.withStatus(500));
        Run run = session.run(Network.OPEN, session.withImds(Peers.group(US), SharedFailure.class));
        session.figures.addAll("shared-failure." + US, run.output());
        session.figures.add(
                "shared-failure." + US + ".requests", session.stub.seen().requests());
    }

    private void keys() throws IOException {
        session.say("10,000 resources");
        session.stub.behave(Behaviour.USUAL.withDelayMillis(0));
        Run run = session.run(Network.OPEN, session.withImds(Peers.group(US), ManyKeys.class, "10000"));
        session.figures.addAll("keys." + US, run.output());
    }
}
