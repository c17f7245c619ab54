// SPDX-License-Identifier: Apache-2.0
package io.podidentity.podid.serve;

import io.podidentity.emulator.plan.Places;
import io.podidentity.emulator.server.LoopbackServer;
import java.net.InetAddress;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Where to listen, and how clients get there: for an emulator in a container. */
final class ListenOptions {

    private static final Pattern EXPOSED = Pattern.compile("(" + DiscoveryServer.HOST + ")(?::([0-9]{1,5}))?");

    @Option(
            names = "--bind",
            paramLabel = "ADDRESS",
            defaultValue = "127.0.0.1",
            description = "The address to listen on, such as 0.0.0.0 in a container. Whoever reaches this address"
                    + " can use the emulated Azure, whose tokens are worth nothing elsewhere. Default:"
                    + " ${DEFAULT-VALUE}")
    @SuppressWarnings("NullAway.Init") // picocli sets it
    private InetAddress bind;

    @Option(
            names = "--ports",
            paramLabel = "FIRST",
            description =
                    "Fixed ports from FIRST on: a discovery port that tells programs all addresses, the metadata service,"
                            + " Entra ID, storage, the cluster's issuer, its token proxy, NMI on the node, NMI's"
                            + " probes, then one for each pod by namespace and name. Default: any free ports.")
    private @Nullable Integer first;

    @Option(
            names = "--exposed",
            paramLabel = "HOST[:PORT]",
            description = "The host that clients use, which is in every address that is printed, and the outside"
                    + " port that leads to FIRST if it is another one. The ports after it lead to the ports"
                    + " after FIRST. Default: loopback, or the address of --bind.")
    private @Nullable String exposed;

    @Option(
            names = "--await-exposed",
            description =
                    "Serve only when a program has sent the discovery port the host and the ports that clients use, as"
                            + " Testcontainers does when it knows them.")
    private boolean awaitExposed;

    /** @throws IllegalArgumentException if options do not fit together */
    void check(boolean hasPortsByName) {
        if (first == null && needsFirst()) {
            throw new IllegalArgumentException("--await-exposed and the port of --exposed need --ports FIRST");
        }
        if (awaitExposed && exposed != null) {
            throw new IllegalArgumentException("Use --exposed or --await-exposed, not both");
        }
        if (first != null && hasPortsByName) {
            throw new IllegalArgumentException(
                    "Use --ports FIRST or --imds-port, --entra-port and --storage-port, not both");
        }
        // What cannot be an address or a port is noticed here.
        places();
    }

    private boolean needsFirst() {
        return awaitExposed || exposedHost().flatMap(ExposedHost::port).isPresent();
    }

    /** What whoever starts it should know; empty on loopback. */
    Optional<String> warning() {
        if (bind.isLoopbackAddress()) {
            return Optional.empty();
        }
        return Optional.of("listening on " + bind.getHostAddress() + ": whoever reaches that address can use this"
                + " emulated Azure and read what it serves. Publish a container's ports on 127.0.0.1 only");
    }

    /** @param hidden whether to answer this machine only, whatever {@code --bind} says */
    DiscoveryServer openDiscovery(boolean hidden) {
        InetAddress address = hidden ? LoopbackServer.loopback() : bind;
        int port = first == null ? 0 : first;
        return DiscoveryServer.open(places(), address, port, awaitExposed);
    }

    private Places places() {
        Places places = Places.onLoopback().on(bind);
        if (first != null) {
            places = places.withPortsFrom(first + 1);
        }
        Optional<ExposedHost> outside = exposedHost();
        if (outside.isEmpty()) {
            return places;
        }
        int shift = shiftOf(outside.get());
        return places.exposedAs(outside.get().name(), inner -> inner + shift);
    }

    /** How much higher the ports of the outside are than the ports to which they lead. */
    private int shiftOf(ExposedHost outside) {
        if (first == null || outside.port().isEmpty()) {
            return 0;
        }
        return outside.port().get() - first;
    }

    private Optional<ExposedHost> exposedHost() {
        return Optional.ofNullable(exposed).map(ExposedHost::parse);
    }

    /**
     * The host that clients use.
     *
     * @param port the port of the outside that leads to the first port; empty if it has the same number
     */
    private record ExposedHost(String name, Optional<Integer> port) {

        static ExposedHost parse(String text) {
            Matcher host = EXPOSED.matcher(text.toLowerCase(Locale.ROOT));
            if (!host.matches()) {
                throw new IllegalArgumentException("--exposed needs HOST or HOST:PORT, not \"" + text + "\"");
            }
            return new ExposedHost(
                    host.group(1), Optional.ofNullable(host.group(2)).map(Integer::valueOf));
        }
    }
}
