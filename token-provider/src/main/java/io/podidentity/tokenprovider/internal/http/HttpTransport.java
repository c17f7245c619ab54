package io.podidentity.tokenprovider.internal.http;

import io.podidentity.tokenprovider.internal.text.Environment;
import io.podidentity.tokenprovider.internal.text.Time;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Proxy;
import java.net.ProxySelector;
import java.net.SocketTimeoutException;
import java.net.URI;
import java.net.UnknownHostException;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLContext;
import org.jspecify.annotations.Nullable;

/**
 * Sends HTTP requests: the seam between sources and the network. One request, one connection, one deadline for all of
 * it, names and TLS included.
 *
 * <p>By the JDK's sockets and nothing above them: no default of the process (factories of sockets and contexts,
 * authenticators, cookies, handlers) has a part in it; the settings of proxies have, as {@link ProxyRoute} says. See
 * docs/decisions/0026.
 *
 * <p><i>Thread-safety:</i> safe for use by several threads.
 */
public class HttpTransport {
    /** A form holds one assertion at most; so much fits into a send buffer everywhere. */
    private static final int MAX_REQUEST_BYTES = 128 * 1024;

    private final Time time;
    private final Environment environment;
    private final @Nullable ProxySelector selector;
    private volatile @Nullable ServerTrust authorities;
    /** Those of endpoints that asked for a wait; null while none did. */
    private volatile @Nullable Map<String, EndpointBackoff> backoffs;

    public HttpTransport(Time time) {
        this(time, Environment.of(Map.of()), null, null);
    }

    /**
     * @param environment where the variables of proxies are
     * @param selector chooses the proxy for requests to the network; null for the one of the JVM or of the variables
     * @param tls how servers on the network are known; null for the authorities that the JDK trusts
     */
    public HttpTransport(
            Time time, Environment environment, @Nullable ProxySelector selector, @Nullable SSLContext tls) {
        this.time = time;
        this.environment = environment;
        this.selector = selector;
        this.authorities = tls == null ? null : new ServerTrust(tls.getSocketFactory(), null, false);
    }

    /** Sends a request and reads the whole answer, whatever its status. Redirects are not followed. */
    public HttpResponse send(HttpRequest request) throws IOException, InterruptedException {
        long deadline = time.nanos() + request.totalMillis() * 1_000_000L;
        URI uri = URI.create(request.url());
        boolean secure = "https".equalsIgnoreCase(uri.getScheme());
        String host = host(uri);
        int port = port(uri, secure);
        ProxyRoute proxy = request.direct() || !secure ? null : ProxyRoute.to(host, port, environment, selector);
        Wire wire = new Wire(time, deadline, proxy == null ? Proxy.NO_PROXY : proxy.socks());
        try (wire) {
            byte[] bytes = bytes(request, uri);
            if (proxy == null) {
                wire.connect(addresses(host, wire, request.connectMillis()), port, request.connectMillis());
            } else {
                connect(wire, proxy, host, port, request.connectMillis());
            }
            if (secure) {
                wire.secure(request.tls() == null ? authorities() : request.tls(), host, port);
            } else if (request.tls() != null) {
                throw new IOException("the address is not https, so that its server cannot be known");
            }
            wire.send(bytes);
            return new AnswerReader(wire).read();
        } catch (IOException e) {
            if (Thread.interrupted()) {
                throw new InterruptedException();
            }
            IOException told = wire.isLate() ? NoAnswer.late(e) : e;
            throw proxy == null ? told : proxy.silence(told, host, wire.usedMillis());
        }
    }

    /**
     * Sends a request, unless its endpoint asked for a wait that is not over: then what it answered is the answer to
     * this request too.
     */
    final HttpResponse sendUnlessBusy(HttpRequest request, Time time) throws IOException, InterruptedException {
        Map<String, EndpointBackoff> known = backoffs;
        EndpointBackoff backoff = known == null ? null : known.get(EndpointBackoff.endpoint(request));
        HttpResponse busy = backoff == null ? null : backoff.answer(time.nanos());
        if (busy != null) {
            return busy;
        }
        HttpResponse answer = send(request);
        if (backoff != null || answer.retryAfter() != null) {
            EndpointBackoff.note(backoffs(), request, answer, time.nanos());
        }
        return answer;
    }

    private synchronized Map<String, EndpointBackoff> backoffs() {
        Map<String, EndpointBackoff> made = backoffs == null ? new ConcurrentHashMap<>() : backoffs;
        backoffs = made;
        return made;
    }

    /** Looks a host name up; may take for ever. A test puts its own in its place. */
    public InetAddress[] lookUp(String host) throws UnknownHostException {
        return InetAddress.getAllByName(host);
    }

    private void connect(Wire wire, ProxyRoute proxy, String host, int port, int limitMillis)
            throws IOException, InterruptedException {
        try {
            if (proxy.isSocks()) {
                wire.connect(InetSocketAddress.createUnresolved(host, port), wire.leftMillis(wire.end(limitMillis), 1));
                return;
            }
            wire.connect(addresses(proxy.host(), wire, limitMillis), proxy.port(), limitMillis);
            if (proxy.secure()) {
                wire.secure(authorities(), proxy.host(), proxy.port());
            }
            wire.send(proxy.request(host, port));
            proxy.requireWay(new AnswerReader(wire).readStatus());
        } catch (IOException e) {
            throw proxy.failure(e, wire.usedMillis());
        }
    }

    private InetAddress[] addresses(String host, Wire wire, int limitMillis) throws IOException, InterruptedException {
        return HttpRequest.isAddress(host)
                ? new InetAddress[] {InetAddress.getByName(host)}
                : NameLookup.of(host, this, wire.leftMillis(wire.end(limitMillis), 1));
    }

    /** The host, without the brackets of IPv6. Names with an underscore count too, which {@code URI} does not know. */
    private static String host(URI uri) throws UnknownHostException {
        String authority = uri.getRawAuthority();
        String host = authority == null ? "" : authority.substring(authority.lastIndexOf('@') + 1);
        int bracket = host.indexOf(']');
        int colon = host.indexOf(':', Math.max(0, bracket));
        host = colon < 0 ? host : host.substring(0, colon);
        host = bracket > 0 && host.charAt(0) == '[' ? host.substring(1, bracket) : host;
        if (host.isEmpty()) {
            throw new UnknownHostException("no host");
        }
        return host;
    }

    private static int port(URI uri, boolean secure) throws IOException {
        if (!secure && !"http".equalsIgnoreCase(uri.getScheme())) {
            throw new IOException("the address is not an http URL");
        }
        String authority = uri.getRawAuthority();
        int colon = authority.indexOf(':', Math.max(authority.indexOf(']'), authority.lastIndexOf('@')) + 1);
        if (colon < 0 || colon == authority.length() - 1) {
            return secure ? 443 : 80;
        }
        try {
            int port = Integer.parseInt(authority.substring(colon + 1));
            if (port > 0 && port < 65_536) {
                return port;
            }
        } catch (NumberFormatException e) {
            // As any other port that is none.
        }
        throw new IOException("the address has a port that is none");
    }

    private ServerTrust authorities() throws IOException {
        ServerTrust known = authorities;
        if (known == null) {
            known = ServerTrust.byAuthorities();
            authorities = known;
        }
        return known;
    }

    private static byte[] bytes(HttpRequest request, URI uri) throws IOException {
        String form = request.form();
        String path = uri.getRawPath();
        StringBuilder text = new StringBuilder(512);
        text.append(form == null ? "GET " : "POST ").append(path.isEmpty() ? "/" : path);
        if (uri.getRawQuery() != null) {
            text.append('?').append(uri.getRawQuery());
        }
        String authority = uri.getRawAuthority();
        text.append(" HTTP/1.1");
        header(text, "Host", authority.substring(authority.lastIndexOf('@') + 1));
        header(text, "User-Agent", "token-provider");
        header(text, "Accept", "application/json");
        // Nothing is kept, and so no thread to look after it.
        header(text, "Connection", "close");
        for (int i = 0; i < request.headers().size(); i += 2) {
            header(text, request.headers().get(i), request.headers().get(i + 1));
        }
        if (form != null) {
            if (!form.isEmpty()) {
                header(text, "Content-Type", "application/x-www-form-urlencoded");
            }
            header(text, "Content-Length", Integer.toString(form.length()));
        }
        text.append("\r\n\r\n");
        if (form != null) {
            text.append(form);
        }
        if (text.length() > MAX_REQUEST_BYTES) {
            throw new IOException("the request is longer than " + MAX_REQUEST_BYTES / 1024 + " kB");
        }
        return text.toString().getBytes(StandardCharsets.US_ASCII);
    }

    private static void header(StringBuilder text, String name, String value) throws IOException {
        for (int i = 0; i < value.length(); i++) {
            if (value.charAt(i) < ' ' || value.charAt(i) > '~') {
                throw new IOException("the header " + name + " has a character that no header takes");
            }
        }
        text.append("\r\n").append(name).append(": ").append(value);
    }

    /**
     * Looks a host name up beside the one who asks, since the system's resolver takes neither a limit nor an interrupt.
     * A thread whom nobody waits for any more ends when the resolver does; for one name there is one at most.
     */
    private static final class NameLookup extends Thread {
        private static final ConcurrentMap<String, NameLookup> UNDER_WAY = new ConcurrentHashMap<>();

        private final String host;
        private final HttpTransport names;
        private final CountDownLatch ended = new CountDownLatch(1);
        private volatile InetAddress @Nullable [] found;

        private NameLookup(String host, HttpTransport names) {
            super(null, null, "token-provider-name", 0, false);
            setDaemon(true);
            this.host = host;
            this.names = names;
        }

        static InetAddress[] of(String host, HttpTransport names, int limitMillis)
                throws IOException, InterruptedException {
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

    /**
     * Remembers that an endpoint said {@code Retry-After}, so that it is left alone until then, whatever is asked for:
     * tokens for a hundred resources are requests to one endpoint. Who asks too early is given the answer that said so,
     * with what is left of the wait, and no request is sent. When the time is over one request goes first, and the
     * others a second later if it was answered. Requests that were sent before the wait was heard are not held back.
     *
     * <p>An endpoint is an address without its query: IMDS and the other managed identity hosts count the requests of a
     * machine, whichever identity they name; Entra ID counts those of an application in a tenant, so of a form the
     * client ID belongs to it too. Each provider with settings of its own finds out for itself.
     *
     * <p><i>Thread-safety:</i> safe for use by several threads. Moments are those of the caller's steady clock, in
     * nanoseconds.
     */
    private static final class EndpointBackoff {
        private static final String CLIENT_ID = "client_id=";
        private static final long SECOND = 1_000_000_000L;

        private final HttpResponse answer;
        /** Guarded by this. */
        private long end;

        private EndpointBackoff(HttpResponse answer, long end) {
            this.answer = answer;
            this.end = end;
        }

        static void note(Map<String, EndpointBackoff> known, HttpRequest request, HttpResponse answer, long now) {
            long wait = RetryAfter.millis(answer);
            if (wait > 0 && (answer.status() == 429 || answer.status() >= 500)) {
                known.put(endpoint(request), new EndpointBackoff(answer, now + wait * 1_000_000));
            } else {
                known.remove(endpoint(request));
            }
        }

        /** What to give in place of asking now; null to ask. */
        synchronized @Nullable HttpResponse answer(long now) {
            long left = end - now;
            if (left <= 0) {
                end = now + SECOND;
                return null;
            }
            return answer.withRetryAfter(Long.toString((left + SECOND - 1) / SECOND));
        }

        static String endpoint(HttpRequest request) {
            String address = request.url();
            int query = address.indexOf('?');
            address = query < 0 ? address : address.substring(0, query);
            String form = request.form();
            int client = form == null ? -1 : form.indexOf(CLIENT_ID);
            if (form == null || client < 0) {
                return address;
            }
            int end = form.indexOf('&', client);
            return address.concat(form.substring(client, end < 0 ? form.length() : end));
        }
    }
}
