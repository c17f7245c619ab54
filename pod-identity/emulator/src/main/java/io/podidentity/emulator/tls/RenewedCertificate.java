// SPDX-License-Identifier: Apache-2.0
package io.podidentity.emulator.tls;

import java.net.Socket;
import java.security.Principal;
import java.security.PrivateKey;
import java.security.cert.X509Certificate;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.function.Function;
import javax.net.ssl.X509KeyManager;
import org.jspecify.annotations.Nullable;

/** Gives a server one EC key, and a certificate for it that is made anew after a while. Thread-safe. */
final class RenewedCertificate implements X509KeyManager {

    private static final String ALIAS = "server";

    private final PrivateKey key;
    private final Function<Instant, X509Certificate[]> maker;
    private final Clock clock;
    private final Duration interval;
    private final Object lock = new Object();

    // @GuardedBy("lock")
    private X509Certificate[] chain;
    // @GuardedBy("lock")
    private Instant made;

    /** @param interval after which the maker is asked again */
    RenewedCertificate(PrivateKey key, Function<Instant, X509Certificate[]> maker, Clock clock, Duration interval) {
        this.key = key;
        this.maker = maker;
        this.clock = clock;
        this.interval = interval;
        this.made = clock.instant();
        this.chain = maker.apply(made);
    }

    @Override
    public X509Certificate[] getCertificateChain(String alias) {
        synchronized (lock) {
            Instant now = clock.instant();
            if (!now.isBefore(made.plus(interval))) {
                chain = maker.apply(now);
                made = now;
            }
            return chain.clone();
        }
    }

    @Override
    public PrivateKey getPrivateKey(String alias) {
        return key;
    }

    @Override
    public @Nullable String chooseServerAlias(String keyType, Principal[] issuers, Socket socket) {
        return keyType.equals(key.getAlgorithm()) ? ALIAS : null;
    }

    @Override
    public String[] getServerAliases(String keyType, Principal[] issuers) {
        return new String[] {ALIAS};
    }

    @Override
    public String @Nullable [] getClientAliases(String keyType, Principal[] issuers) {
        return null;
    }

    @Override
    public @Nullable String chooseClientAlias(String[] keyTypes, Principal[] issuers, Socket socket) {
        return null;
    }
}
