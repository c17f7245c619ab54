// SPDX-License-Identifier: Apache-2.0
package io.podidentity.benchmarks;

import io.podidentity.benchmarks.Launcher.Network;
import io.podidentity.benchmarks.jmh.JmhSession;
import io.podidentity.benchmarks.programs.Storm;
import io.podidentity.benchmarks.programs.TwoCalls;
import io.podidentity.benchmarks.stub.StubControl.Behaviour;
import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;

/** What programs time themselves: calls that fail, a thousand threads, the microbenchmarks. */
record SelfTimed(Session session) {
    private static final String PEER = "AzureIdentityDefault";

    /**
     * No environment variables, no az, and a metadata service's address that leads nowhere: how long a caller waits for
     * the error.
     */
    void nothing() throws IOException, InterruptedException {
        if (!Launcher.canMakeNetworks()) {
            return;
        }
        for (Network network : List.of(Network.REFUSED, Network.NO_ROUTE, Network.BLACK_HOLE, Network.SILENT)) {
            session.say("no token source: " + network.key());
            for (int round = 0; round <= session.options().rounds(); round++) {
                failAll(network, round);
            }
        }
    }

    private void failAll(Network network, int round) throws IOException {
        fail(network, "BareSocket", round);
        fail(network, "TokenProvider", round);
        if (isWorthIt(network, round)) {
            fail(network, PEER, round);
        }
    }

    /** Whether the peer is measured too. With a silent server each of its two calls takes a minute: once is enough. */
    private boolean isWorthIt(Network network, int round) {
        if (network == Network.SILENT) {
            return !session.options().quick() && round == 1;
        }
        return round <= 3;
    }

    private void fail(Network network, String client, int round) throws IOException {
        String output = session.run(network, session.alone(client, TwoCalls.class, client))
                .output();
        if (round > 0) {
            session.figures().addAll(network.key() + "." + client, output);
        }
    }

    /**
     * A thousand threads.
     *
     * <p>azure-identity is missing here: over azure-core-http-jdk-httpclient, on two processors, a hundred first calls
     * at the same time never return. Its blocking calls occupy all threads of the common pool, and the transport needs
     * some.
     */
    void load() throws IOException {
        for (int delayMillis : new int[] {2, 100}) {
            session.say("1,000 threads, IMDS takes " + delayMillis + " ms");
            int rounds = session.options().quick() ? 1 : 5;
            for (int round = 0; round < rounds; round++) {
                storm(delayMillis, "OneFlight", "all");
                storm(delayMillis, "TokenProvider", "all");
            }
            storm(delayMillis, "Msal4jManagedIdentity", "cold");
        }
    }

    private void storm(int delayMillis, String client, String phases) throws IOException {
        session.stub().behave(Behaviour.USUAL.withDelayMillis(delayMillis));
        ProcessBuilder program = session.withImds(client, Storm.class, client, "1000", phases);
        session.figures()
                .addAll(
                        "storm-" + delayMillis + "ms." + client,
                        session.run(Network.OPEN, program).output());
    }

    /** The microbenchmarks, in a process of their own with all jars on its class path. */
    void hits() throws IOException, InterruptedException {
        session.say("cached tokens");
        session.stub().behave(Behaviour.USUAL);
        Path log = session.folder().resolve("jmh-" + session.jdk().version());
        String length = session.options().quick() ? "quick" : "full";
        Process process = session.withImds("JmhSession", JmhSession.class, length, log.toString())
                .redirectError(ProcessBuilder.Redirect.appendTo(new File(log + ".err")))
                .start();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        if (process.waitFor() != 0) {
            throw new IOException("the microbenchmarks failed, see " + log + ".err");
        }
        session.figures().addAll("jmh", output);
    }
}
