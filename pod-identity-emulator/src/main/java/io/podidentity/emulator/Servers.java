package io.podidentity.emulator;

import io.podidentity.emulator.arm.ArmEndpoint;
import io.podidentity.emulator.entra.EntraEndpoint;
import io.podidentity.emulator.http.LoopbackServer;
import io.podidentity.emulator.imds.ImdsEndpoint;
import io.podidentity.emulator.storage.BlobEndpoint;
import io.podidentity.emulator.tls.CertificateAuthority;
import io.podidentity.emulator.tls.TrustFiles;
import io.podidentity.emulator.token.AccessTokenReader;
import io.podidentity.emulator.token.SigningKey;
import io.podidentity.emulator.token.TokenIssuer;
import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import javax.net.ssl.SSLContext;

/** The three servers and what belongs to them. Thread-safe; running until {@link #close()}. */
final class Servers implements AutoCloseable {

    private final Faults faults = new Faults();
    private final AtomicBoolean closed = new AtomicBoolean();
    private final RequestHistory history;
    private final TrustFiles trust;
    private final LoopbackServer imds;
    private final LoopbackServer entra;
    private final LoopbackServer storage;

    private Servers(RequestHistory history, TrustFiles trust, List<LoopbackServer> bound) {
        this.history = history;
        this.trust = trust;
        this.imds = bound.get(0);
        this.entra = bound.get(1);
        this.storage = bound.get(2);
    }

    /** @throws java.io.UncheckedIOException if a port is taken or the CA's files cannot be written */
    static Servers start(Tenant tenant, Ports ports, Consumer<RecordedRequest> listener) {
        // The search for two primes takes longest of all, so it runs beside the rest.
        CompletableFuture<SigningKey> key = CompletableFuture.supplyAsync(SigningKey::create, Servers::onDaemonThread);
        var history = new RequestHistory(listener);
        CertificateAuthority authority = CertificateAuthority.create();
        List<LoopbackServer> bound = bind(ports, authority.serverContext(), history);
        try {
            var servers = new Servers(history, TrustFiles.write(authority), bound);
            servers.serve(tenant, key.join());
            return servers;
        } catch (RuntimeException e) {
            bound.forEach(LoopbackServer::close);
            throw e;
        }
    }

    private static void onDaemonThread(Runnable task) {
        var thread = new Thread(task, "podid-key");
        thread.setDaemon(true);
        thread.start();
    }

    private static List<LoopbackServer> bind(Ports ports, SSLContext tls, RequestHistory history) {
        var bound = new ArrayList<LoopbackServer>();
        try {
            bound.add(LoopbackServer.bind("imds", ports.imds(), null, history));
            bound.add(LoopbackServer.bind("entra", ports.entra(), tls, history));
            bound.add(LoopbackServer.bind("storage", ports.storage(), tls, history));
            return bound;
        } catch (RuntimeException e) {
            bound.forEach(LoopbackServer::close);
            throw e;
        }
    }

    private void serve(Tenant tenant, SigningKey key) {
        var directory = tenant.directory();
        var issuer = new TokenIssuer(key, directory.tenantId(), tenant.clock());
        var tokens = new AccessTokenReader(key);
        imds.serve(faults.beforeImds(new ImdsEndpoint(directory.node(), issuer, tenant.imdsLifetime())));
        var signIn = new EntraEndpoint(directory, issuer, key, entra(), tenant.clock(), tenant.entraLifetime());
        var resourceManager = resourceManager(tenant, issuer, tokens);
        // az can be pointed at one address for both.
        entra.serve(
                faults.beforeEntra(request -> resourceManager.answer(request).orElseGet(() -> signIn.answer(request))));
        storage.serve(faults.beforeStorage(
                new BlobEndpoint(tenant.blobs(), directory, issuer, tokens, storage(), entra(), tenant.clock())));
    }

    private ArmEndpoint resourceManager(Tenant tenant, TokenIssuer issuer, AccessTokenReader tokens) {
        return new ArmEndpoint(
                tenant.directory(),
                tenant.blobs(),
                issuer,
                tokens,
                entra(),
                storage(),
                tenant.clock(),
                faults.ofResourceManager(),
                Defaults::newSecret);
    }

    URI imds() {
        return imds.uri("127.0.0.1");
    }

    URI entra() {
        return entra.uri("localhost");
    }

    URI storage() {
        return URI.create(storage.uri("127.0.0.1") + "/" + BlobEndpoint.ACCOUNT);
    }

    Faults faults() {
        return faults;
    }

    RequestHistory history() {
        return history;
    }

    TrustFiles trust() {
        return trust;
    }

    @Override
    public void close() {
        if (closed.compareAndSet(false, true)) {
            imds.close();
            entra.close();
            storage.close();
            trust.close();
        }
    }
}
