// SPDX-License-Identifier: Apache-2.0
package io.podidentity.podid.lend;

import io.podidentity.emulator.server.Limits;
import io.podidentity.emulator.server.LoopbackServer;
import io.podidentity.tokenprovider.AzureServiceTokenProvider;
import java.io.PrintWriter;
import java.net.InetAddress;
import java.net.NetworkInterface;
import java.net.SocketException;
import java.net.URI;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * A server that lends tokens, to several borrowers or to one program that another command of podid runs.
 *
 * <p><i>Lifecycle:</i> answers from {@link #start} until {@link #close}.
 */
public final class Lending implements AutoCloseable {

    /** The variables with which libraries would ask another service first. */
    public static final List<String> VARIABLES_OF_OTHERS =
            List.of("IMDS_ENDPOINT", "IDENTITY_SERVER_THUMBPRINT", "MSI_ENDPOINT", "MSI_SECRET");

    /** A request is some hundred bytes; a form of Cloud Shell likewise. */
    static final Limits LIMITS = new Limits(16 << 10, 8 << 10, 256, Duration.ofSeconds(10));

    /** So many refused requests of unknown senders are logged at once, and then one a second. */
    private static final int LOGGED_STRANGERS = 20;

    private final LoopbackServer server;
    private final InetAddress address;
    private final List<Borrower> borrowers;

    private Lending(LoopbackServer server, InetAddress address, List<Borrower> borrowers) {
        this.server = server;
        this.address = address;
        this.borrowers = borrowers;
    }

    /**
     * Begins to lend to one program.
     *
     * @param resources for which
     * @param bind where to listen: {@code docker}, {@code podman} or an address that other machines do not reach
     * @param log takes a line for each token
     * @throws IllegalArgumentException if a resource or the address cannot be used
     * @throws java.io.UncheckedIOException if no port can be had
     */
    public static Lending startForCommand(
            AzureServiceTokenProvider tokens, List<String> resources, String bind, PrintWriter log) {
        var terms = new Terms(resources, Borrower.createAll(List.of("command")), Instant.MAX, false);
        InetAddress address = BindAddress.ofThisMachine().find(bind, false);
        var place = new Place(address, 0, List.of());
        return start(terms, place, tokens, new AuditLog(log, Clock.systemUTC()), LIMITS);
    }

    /** The variables by which the libraries of the first borrower find it. */
    public Map<String, String> variables() {
        return variables(borrowers.get(0));
    }

    /**
     * Where to listen.
     *
     * @param port 0 for any free one
     * @param names by which borrowers may call this machine, besides its address
     */
    record Place(InetAddress address, int port, List<String> names) {

        Place {
            names = List.copyOf(names);
        }
    }

    /** Begins to lend. */
    static Lending start(Terms terms, Place place, AzureServiceTokenProvider tokens, AuditLog audit, Limits limits) {
        InetAddress address = place.address();
        // The paths hold secrets, so the server itself logs nothing.
        LoopbackServer server =
                LoopbackServer.bind("lend", address, place.port(), null, limits, (name, request, answer) -> {});
        var hosts = KnownHosts.create(
                address.isAnyLocalAddress() ? readOwnAddresses() : List.of(address),
                place.names(),
                server.uri("localhost").getPort());
        var strangers = new Borrower.RateLimit(LOGGED_STRANGERS, Duration.ofSeconds(1), System::nanoTime);
        server.serve(new LendingEndpoint(terms, hosts, tokens, audit, strangers));
        return new Lending(server, address, terms.borrowers());
    }

    private static List<InetAddress> readOwnAddresses() {
        try {
            return NetworkInterface.networkInterfaces()
                    .flatMap(NetworkInterface::inetAddresses)
                    .toList();
        } catch (SocketException e) {
            return List.of();
        }
    }

    /** Where it listens, without a trailing slash. */
    URI uri() {
        return server.uri(KnownHosts.writeInUrl(address));
    }

    List<Borrower> borrowers() {
        return borrowers;
    }

    /** The variables by which a borrower's libraries find it. */
    Map<String, String> variables(Borrower borrower) {
        return Map.of("IDENTITY_ENDPOINT", uri() + Dialect.APP_SERVICE.path(), "IDENTITY_HEADER", borrower.secret());
    }

    /** The same for programs that do not know App Service. */
    Map<String, String> otherVariables(Borrower borrower) {
        String base = uri() + "/" + borrower.secret();
        return new TreeMap<>(
                Map.of("AZURE_POD_IDENTITY_AUTHORITY_HOST", base, "MSI_ENDPOINT", base + Dialect.CLOUD_SHELL.path()));
    }

    @Override
    public void close() {
        server.close();
    }
}
