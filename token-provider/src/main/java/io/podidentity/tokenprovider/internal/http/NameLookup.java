package io.podidentity.tokenprovider.internal.http;

import java.io.IOException;
import java.net.InetAddress;
import java.net.SocketTimeoutException;
import java.net.UnknownHostException;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Looks a host name up beside the one who asks, since the system's resolver takes neither a limit nor an interrupt. A
 * thread whom nobody waits for any more ends when the resolver does; for one name there is one at most.
 */
final class NameLookup extends Thread {
    interface Resolver {
        /** The addresses of a host; may take for ever. */
        InetAddress[] lookUp(String host) throws UnknownHostException;
    }

    private static final ConcurrentMap<String, NameLookup> UNDER_WAY = new ConcurrentHashMap<>();

    private final String host;
    private final Resolver names;
    private final CountDownLatch ended = new CountDownLatch(1);
    private volatile InetAddress @Nullable [] found;

    private NameLookup(String host, Resolver names) {
        super(null, null, "token-provider-name", 0, false);
        setDaemon(true);
        this.host = host;
        this.names = names;
    }

    static InetAddress[] of(String host, Resolver names, int limitMillis) throws IOException, InterruptedException {
        NameLookup own = new NameLookup(host, names);
        NameLookup other = UNDER_WAY.putIfAbsent(host, own);
        if (other == null) {
            own.begin();
        }
        NameLookup lookup = other == null ? own : other;
        boolean inTime = lookup.ended.await(limitMillis, TimeUnit.MILLISECONDS);
        InetAddress[] found = lookup.found;
        if (found == null || found.length == 0) {
            throw inTime ? new UnknownHostException(host) : new SocketTimeoutException("the name server is silent");
        }
        return found;
    }

    private void begin() {
        boolean begun = false;
        try {
            start();
            begun = true;
        } finally {
            if (!begun) {
                end();
            }
        }
    }

    private void end() {
        UNDER_WAY.remove(host, this);
        ended.countDown();
    }

    @Override
    public void run() {
        try {
            found = names.lookUp(host);
        } catch (UnknownHostException e) {
            // Nothing found.
        } finally {
            end();
        }
    }
}
