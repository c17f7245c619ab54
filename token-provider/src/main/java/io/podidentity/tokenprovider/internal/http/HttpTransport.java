// SPDX-License-Identifier: Apache-2.0
package io.podidentity.tokenprovider.internal.http;

import io.podidentity.tokenprovider.internal.Nullable;
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

/**
 * Sends HTTP requests for all sources. Each request has a connection of its own, and one deadline for everything: name
 * look-up, connection, TLS and answer.
 *
 * <p>It uses the JDK's sockets and nothing above them. So the defaults of the process do not matter (factories of
 * sockets and contexts, authenticators, cookies, handlers), except for the proxy settings that {@link ProxyRoute}
 * lists. See docs/decisions/0026.
 *
 * <p><i>Thread-safety:</i> safe for use by several threads.
 */
public class HttpTransport {
    /** Enough for a form with an assertion, and so little that it fits into the send buffer of every system. */
    private static final int MAX_REQUEST_BYTES = 128 * 1024;

    private final Time time;
    private final Environment environment;
    private final @Nullable ProxySelector selector;
    private volatile @Nullable ServerTrust authorities;
    /** The endpoints that asked for a wait; null while none has. */
    private volatile @Nullable Map<String, EndpointBackoff> backoffs;

    public HttpTransport(Time time) {
        this(time, Environment.of(Map.of()), null, null);
    }

    /**
     * @param environment has the variables that name proxies
     * @param selector chooses the proxy for requests to the network; null for the proxy of the JVM or of the variables
     * @param tls decides which servers on the network are trusted; null for the authorities that the JDK trusts
     */
    public HttpTransport(
            Time time, Environment environment, @Nullable ProxySelector selector, @Nullable SSLContext tls) {
        this.time = time;
        this.environment = environment;
        this.selector = selector;
        if (tls != null) {
            this.authorities = new ServerTrust(tls.getSocketFactory(), null, false);
        }
    }

    /** Sends a request and reads the whole answer, whatever its status. Redirects are not followed. */
    public HttpResponse send(HttpRequest request) throws IOException, InterruptedException {
        long deadline = time.nanos() + request.totalMillis() * 1_000_000L;
        URI uri = URI.create(request.url());
        boolean secure = "https".equalsIgnoreCase(uri.getScheme());
        String host = hostOf(uri);
        int port = portOf(uri, secure);
        ProxyRoute proxy = null;
        Proxy socks = Proxy.NO_PROXY;
        if (secure && !request.direct()) {
            proxy = ProxyRoute.find(host, port, environment, selector);
        }
        if (proxy != null) {
            socks = proxy.socks();
        }
        Wire wire = new Wire(time, deadline, socks);
        try (wire) {
            byte[] bytes = write(request, uri);
            if (proxy == null) {
                wire.connect(findAddresses(host, wire, request.connectMillis()), port, request.connectMillis());
            } else {
                connectThrough(proxy, wire, host, port, request.connectMillis());
            }
            if (secure) {
                wire.secure(trustFor(request), host, port);
            } else if (request.tls() != null) {
                throw new IOException("the address is not https, so that its server cannot be known");
            }
            wire.send(bytes);
            return new AnswerReader(wire).readAnswer();
        } catch (IOException e) {
            throw explainFailure(e, wire, proxy, host);
        }
    }

    private static IOException explainFailure(IOException e, Wire wire, @Nullable ProxyRoute proxy, String host)
            throws InterruptedException {
        if (Thread.interrupted()) {
            throw new InterruptedException();
        }
        IOException failure = e;
        if (wire.isLate()) {
            failure = NoAnswer.asTimeout(e);
        }
        if (proxy == null) {
            return failure;
        }
        return proxy.explainSilence(failure, host, wire.usedMillis());
    }

    /**
     * Sends a request, unless its endpoint has asked for a wait that is not over. In that case the answer that asked
     * for the wait is the answer to this request too.
     */
    final HttpResponse sendUnlessBusy(HttpRequest request, Time time) throws IOException, InterruptedException {
        EndpointBackoff backoff = findBackoff(request);
        if (backoff != null) {
            HttpResponse busy = backoff.answerWithin(time.nanos());
            if (busy != null) {
                return busy;
            }
        }
        HttpResponse answer = send(request);
        if (backoff != null || answer.retryAfter() != null) {
            EndpointBackoff.noteAnswer(backoffs(), request, answer, time.nanos());
        }
        return answer;
    }

    private @Nullable EndpointBackoff findBackoff(HttpRequest request) {
        Map<String, EndpointBackoff> known = backoffs;
        if (known == null) {
            return null;
        }
        return known.get(EndpointBackoff.endpointOf(request));
    }

    private synchronized Map<String, EndpointBackoff> backoffs() {
        Map<String, EndpointBackoff> known = backoffs;
        if (known == null) {
            known = new ConcurrentHashMap<>();
            backoffs = known;
        }
        return known;
    }

    /** Looks a host name up, which may take for ever. Tests replace this method. */
    public InetAddress[] lookUp(String host) throws UnknownHostException {
        return InetAddress.getAllByName(host);
    }

    private void connectThrough(ProxyRoute proxy, Wire wire, String host, int port, int limitMillis)
            throws IOException, InterruptedException {
        try {
            if (proxy.isSocks()) {
                wire.connect(InetSocketAddress.createUnresolved(host, port), wire.leftMillis(wire.end(limitMillis), 1));
                return;
            }
            wire.connect(findAddresses(proxy.host(), wire, limitMillis), proxy.port(), limitMillis);
            if (proxy.secure()) {
                wire.secure(authorities(), proxy.host(), proxy.port());
            }
            wire.send(proxy.writeConnect(host, port));
            proxy.requireConnected(new AnswerReader(wire).readStatus());
        } catch (IOException e) {
            throw proxy.explainFailure(e, wire.usedMillis());
        }
    }

    private InetAddress[] findAddresses(String host, Wire wire, int limitMillis)
            throws IOException, InterruptedException {
        if (HttpRequest.isAddress(host)) {
            return new InetAddress[] {InetAddress.getByName(host)};
        }
        return NameLookup.find(host, this, wire.leftMillis(wire.end(limitMillis), 1));
    }

    /** The host of a URL. Not that of {@code URI.getHost}, which is null for a name with an underscore. */
    private static String hostOf(URI uri) throws UnknownHostException {
        String authority = uri.getRawAuthority();
        if (authority == null) {
            throw new UnknownHostException("no host");
        }
        String host = authority.substring(authority.lastIndexOf('@') + 1);
        int colon = host.indexOf(':', Math.max(0, host.indexOf(']')));
        if (colon >= 0) {
            host = host.substring(0, colon);
        }
        host = HttpRequest.withoutBrackets(host);
        if (host.isEmpty()) {
            throw new UnknownHostException("no host");
        }
        return host;
    }

    private static int portOf(URI uri, boolean secure) throws IOException {
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
            // Reported below, like a number that is no port.
        }
        throw new IOException("the address has a port that is none");
    }

    private ServerTrust trustFor(HttpRequest request) throws IOException {
        ServerTrust own = request.tls();
        if (own != null) {
            return own;
        }
        return authorities();
    }

    private ServerTrust authorities() throws IOException {
        ServerTrust known = authorities;
        if (known == null) {
            known = ServerTrust.byAuthorities();
            authorities = known;
        }
        return known;
    }

    private static byte[] write(HttpRequest request, URI uri) throws IOException {
        StringBuilder text = new StringBuilder(512);
        appendRequestLine(text, request, uri);
        String authority = uri.getRawAuthority();
        appendHeader(text, "Host", authority.substring(authority.lastIndexOf('@') + 1));
        appendHeader(text, "User-Agent", "token-provider");
        appendHeader(text, "Accept", "application/json");
        // No connection is kept open, because a thread would have to look after it.
        appendHeader(text, "Connection", "close");
        for (int i = 0; i < request.headers().size(); i += 2) {
            appendHeader(text, request.headers().get(i), request.headers().get(i + 1));
        }
        String form = request.form();
        if (form == null) {
            text.append("\r\n\r\n");
        } else {
            appendForm(text, form);
        }
        if (text.length() > MAX_REQUEST_BYTES) {
            throw new IOException("the request is longer than " + MAX_REQUEST_BYTES / 1024 + " kB");
        }
        return text.toString().getBytes(StandardCharsets.US_ASCII);
    }

    private static void appendRequestLine(StringBuilder text, HttpRequest request, URI uri) {
        text.append(request.method()).append(' ');
        if (uri.getRawPath().isEmpty()) {
            text.append('/');
        }
        text.append(uri.getRawPath());
        if (uri.getRawQuery() != null) {
            text.append('?').append(uri.getRawQuery());
        }
        text.append(" HTTP/1.1");
    }

    private static void appendForm(StringBuilder text, String form) throws IOException {
        if (!form.isEmpty()) {
            appendHeader(text, "Content-Type", "application/x-www-form-urlencoded");
        }
        appendHeader(text, "Content-Length", Integer.toString(form.length()));
        text.append("\r\n\r\n").append(form);
    }

    private static void appendHeader(StringBuilder text, String name, String value) throws IOException {
        for (int i = 0; i < value.length(); i++) {
            if (value.charAt(i) < ' ' || value.charAt(i) > '~') {
                throw new IOException("the header " + name + " has a character that no header takes");
            }
        }
        text.append("\r\n").append(name).append(": ").append(value);
    }

    /**
     * Looks a host name up on a thread of its own, because the system's resolver knows neither a time limit nor
     * interrupts. If nobody waits any more, the thread still runs until the resolver returns. There is at most one
     * thread for each name.
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

        static InetAddress[] find(String host, HttpTransport names, int limitMillis)
                throws IOException, InterruptedException {
            NameLookup own = new NameLookup(host, names);
            NameLookup lookup = UNDER_WAY.putIfAbsent(host, own);
            if (lookup == null) {
                lookup = own;
                own.begin();
            }
            boolean inTime = lookup.ended.await(limitMillis, TimeUnit.MILLISECONDS);
            InetAddress[] found = lookup.found;
            if (found != null && found.length > 0) {
                return found;
            }
            if (inTime) {
                throw new UnknownHostException(host);
            }
            throw new SocketTimeoutException("the name server is silent");
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
                // Then found stays null, which find() reports.
            } finally {
                end();
            }
        }
    }
}
