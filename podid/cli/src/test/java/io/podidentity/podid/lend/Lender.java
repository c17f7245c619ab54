// SPDX-License-Identifier: Apache-2.0
package io.podidentity.podid.lend;

import io.podidentity.emulator.PodIdentityEmulator;
import io.podidentity.emulator.server.Limits;
import io.podidentity.tokenprovider.AzureServiceTokenProvider;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.InetAddress;
import java.net.Socket;
import java.net.SocketException;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;

/** Lends the identity of the emulator's node to orders and billing, for blob storage. */
final class Lender implements AutoCloseable {

    static final String RESOURCE = "https://storage.azure.com";

    final StringWriter log = new StringWriter();
    final Lending lending;
    final String host;

    private Lender(
            AzureServiceTokenProvider tokens, Limits limits, Instant end, boolean anyIdentity, List<String> names) {
        var terms = new Terms(
                List.of(RESOURCE, "https://vault.example/"),
                Borrower.createAll(List.of("orders", "billing")),
                end,
                anyIdentity);
        var audit = new AuditLog(new PrintWriter(log, true), Clock.systemUTC());
        var place = new Lending.Place(InetAddress.getLoopbackAddress(), 0, names);
        lending = Lending.start(terms, place, tokens, audit, limits);
        host = lending.uri().getAuthority();
    }

    static Lender of(PodIdentityEmulator azure) {
        return of(azure, limits(256, Duration.ofSeconds(10)));
    }

    static Lender of(PodIdentityEmulator azure, Limits limits) {
        return new Lender(tokens(azure), limits, Instant.now().plusSeconds(600), false, List.of());
    }

    static Lender ofAnyIdentity(PodIdentityEmulator azure) {
        return new Lender(
                tokens(azure),
                limits(256, Duration.ofSeconds(10)),
                Instant.now().plusSeconds(600),
                true,
                List.of("lend"));
    }

    static Lender thatHasEnded(PodIdentityEmulator azure) {
        return new Lender(tokens(azure), limits(256, Duration.ofSeconds(10)), Instant.now(), false, List.of());
    }

    /** With the sign-in of az where there is no az. */
    static Lender ofNobody() {
        var tokens = AzureServiceTokenProvider.builder()
                .environment(Map.of("PATH", ""))
                .connectionString("RunAs=Developer; DeveloperTool=AzureCli")
                .build();
        return new Lender(
                tokens, limits(256, Duration.ofSeconds(10)), Instant.now().plusSeconds(600), false, List.of());
    }

    static Limits limits(int connections, Duration requestTime) {
        return new Limits(16 << 10, 8 << 10, connections, requestTime);
    }

    private static AzureServiceTokenProvider tokens(PodIdentityEmulator azure) {
        return AzureServiceTokenProvider.builder()
                .environment(azure.environment())
                .connectionString("RunAs=App")
                .build();
    }

    String secret(int borrower) {
        return lending.borrowers().get(borrower).secret();
    }

    Socket connect() throws IOException {
        var socket = new Socket(lending.uri().getHost(), lending.uri().getPort());
        socket.setSoTimeout(20_000);
        return socket;
    }

    /**
     * The whole answer to these lines, {@code |} for the end of a line, with ORDERS, BILLING and HOST replaced. A body
     * follows {@code ||}.
     */
    String answer(String lines) throws IOException {
        String request = lines.replace("ORDERS", secret(0))
                .replace("BILLING", secret(1))
                .replace("HOST", host)
                .replace("|", "\r\n");
        try (Socket socket = connect()) {
            OutputStream out = socket.getOutputStream();
            out.write((request + "\r\n\r\n").getBytes(StandardCharsets.ISO_8859_1));
            socket.shutdownOutput();
            return new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        } catch (SocketException closedWithAnUnreadRequest) {
            return "closed";
        }
    }

    @Override
    public void close() {
        lending.close();
    }
}
