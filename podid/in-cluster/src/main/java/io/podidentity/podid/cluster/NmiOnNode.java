// SPDX-License-Identifier: Apache-2.0
package io.podidentity.podid.cluster;

import java.io.IOException;
import java.net.InetAddress;
import java.nio.file.Path;
import java.time.Clock;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;

/**
 * NMI's part on a node: leads what pods ask the metadata service to podid, byte by byte, and says in the first lines of
 * each connection who it is and, in the PROXY protocol, which address the connection comes from. It knows nothing of
 * pods and identities, so it needs no right in the cluster. Before it changes the node it asks podid whether this is a
 * cluster for it, and looks whether another NMI or Azure's metadata service is there.
 */
public final class NmiOnNode {

    private static final long LOOK_SECONDS = 2;
    private static final int HEALTH_PORT = 2578;
    private static final String ALLOW_AZURE = "--allow-azure";

    private NmiOnNode() {}

    /**
     * Runs until SIGTERM, and takes its rule away then.
     *
     * @param arguments the node's address, the port to listen on, podid's host and port, and the file with the token of
     *     its service account; {@code --allow-azure} behind them for a node in Azure
     * @throws IOException if the address is none
     */
    public static void main(String... arguments) throws IOException, InterruptedException {
        List<String> given = List.of(arguments);
        var podid = new PodidLink(given.get(2), Integer.parseInt(given.get(3)), Path.of(given.get(4)));
        var connections = new PodConnections(
                InetAddress.getByName(given.get(0)),
                Integer.parseInt(given.get(1)),
                podid,
                PodConnections.Limits.OF_A_NODE,
                Clock.systemUTC(),
                System.err::println);
        BooleanSupplier azureAnswers = given.contains(ALLOW_AZURE) ? () -> false : AzureMetadata::answers;
        var rule = new RuleKeeper(
                NatTable.ofThisNode(), connections, podid::ask, azureAnswers, Clock.systemUTC(), System.err::println);
        Runtime.getRuntime().addShutdownHook(new Thread(rule::giveBack));
        HealthPort.open(HEALTH_PORT, () -> connections.isServing() && rule.isLookedAfter());
        var serving = new Thread(connections::serve, "podid-nmi");
        // Without it this process is of no use, and starts again.
        serving.setUncaughtExceptionHandler(
                (thread, failure) -> Runtime.getRuntime().exit(1));
        serving.start();
        while (true) {
            rule.look();
            TimeUnit.SECONDS.sleep(LOOK_SECONDS);
        }
    }
}
