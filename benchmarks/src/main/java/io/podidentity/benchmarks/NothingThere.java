package io.podidentity.benchmarks;

import io.podidentity.benchmarks.load.TwoCalls;
import io.podidentity.benchmarks.process.Launcher;
import io.podidentity.benchmarks.process.Network;
import java.io.IOException;
import java.util.List;

/**
 * No environment variables, no az, and a metadata service's address that leads nowhere: how long a caller waits for the
 * error.
 */
record NothingThere(Session session) {
    private static final String PEER = "AzureIdentityDefault";

    void measure() throws IOException, InterruptedException {
        if (!Launcher.canMakeNetworks()) {
            return;
        }
        for (Network network : List.of(Network.REFUSED, Network.NO_ROUTE, Network.BLACK_HOLE, Network.SILENT)) {
            session.say("no token source: " + network.key);
            for (int round = 0; round <= session.options.rounds(); round++) {
                fail(network, "BareSocket", round);
                fail(network, "TokenProvider", round);
                if (isWorthIt(network, round)) {
                    fail(network, PEER, round);
                }
            }
        }
    }

    /** With a silent server each of the peer's two calls takes a minute, so that is measured once. */
    private boolean isWorthIt(Network network, int round) {
        return network == Network.SILENT ? !session.options.quick() && round == 1 : round <= 3;
    }

    private void fail(Network network, String client, int round) throws IOException {
        String output = session.run(network, session.alone(client, TwoCalls.class, client, "fails"))
                .output();
        if (round > 0) {
            session.figures.addAll(network.key + "." + client, output);
        }
    }
}
