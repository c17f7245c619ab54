// SPDX-License-Identifier: Apache-2.0
package io.podidentity.tokenprovider.internal.http;

import io.podidentity.tokenprovider.TokenAcquisitionException;
import io.podidentity.tokenprovider.TokenAcquisitionException.Code;
import io.podidentity.tokenprovider.internal.Nullable;
import io.podidentity.tokenprovider.internal.text.Environment;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Proxy;
import java.net.ProxySelector;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.charset.StandardCharsets;
import java.security.cert.CertificateException;
import java.util.Base64;
import java.util.List;
import javax.net.ssl.SSLException;

/**
 * The proxy on the way to a server on the network. A CONNECT request asks the proxy to let TLS through, so it sees
 * nothing but a host name.
 *
 * <p>The first of these settings that says anything decides:
 *
 * <ol>
 *   <li>the provider's own settings
 *   <li>the JVM: {@code https.proxyHost}, {@code socksProxyHost}, {@code java.net.useSystemProxies} with {@code
 *       http.nonProxyHosts}, or the program's own {@code ProxySelector}. A user sets these for just this process
 *   <li>{@code https_proxy} or {@code HTTPS_PROXY} with {@code no_proxy} or {@code NO_PROXY}. Platforms such as AKS set
 *       these for all processes
 * </ol>
 *
 * <p>This machine and its link are never reached through a proxy.
 *
 * @param socks the SOCKS proxy to connect through; {@code NO_PROXY} for a proxy that takes CONNECT
 * @param host the host of the proxy
 * @param secure whether the proxy itself speaks TLS
 * @param authorization user and password in the form of the header, a secret; null without them
 * @param setting the setting that names the proxy, for messages
 */
record ProxyRoute(
        Proxy socks,
        String host,
        int port,
        boolean secure,
        @Nullable String authorization,
        String setting) {
    private static final String JVM = "the JVM's settings";
    private static final String JDK_SELECTOR = "sun.net.spi.DefaultProxySelector";

    /** The proxy for a server; null if there is none. */
    static @Nullable ProxyRoute find(String host, int port, Environment environment, @Nullable ProxySelector own)
            throws IOException {
        if (NoProxy.isNear(host)) {
            return null;
        }
        if (own != null) {
            return select(own, host, port, "the provider's settings");
        }
        ProxySelector selector = ProxySelector.getDefault();
        if (selector != null) {
            // The JDK's own selector also reads the file net.properties, which shows only in its answer.
            ProxyRoute ofJvm = select(selector, host, port, JVM);
            if (ofJvm != null || isConfigured(selector)) {
                return ofJvm;
            }
        }
        return findInEnvironment(host, port, environment);
    }

    private static @Nullable ProxyRoute findInEnvironment(String host, int port, Environment environment) {
        String setting = firstSet(environment, "https_proxy", "HTTPS_PROXY");
        String url = environment.get(setting);
        if (url == null) {
            return null;
        }
        String exceptions = environment.get(firstSet(environment, "no_proxy", "NO_PROXY"));
        if (exceptions != null && NoProxy.parse(exceptions).matches(host, port)) {
            return null;
        }
        return parse(url, setting);
    }

    private static String firstSet(Environment environment, String first, String second) {
        if (environment.get(first) != null) {
            return first;
        }
        return second;
    }

    private static boolean isConfigured(ProxySelector selector) {
        return !selector.getClass().getName().equals(JDK_SELECTOR)
                || System.getProperty("https.proxyHost") != null
                || System.getProperty("socksProxyHost") != null
                || Boolean.getBoolean("java.net.useSystemProxies");
    }

    private static @Nullable ProxyRoute select(ProxySelector selector, String host, int port, String setting)
            throws IOException {
        Proxy chosen = Proxy.NO_PROXY;
        try {
            List<Proxy> proxies = selector.select(URI.create("https://" + bracketed(host) + ":" + port + "/"));
            if (proxies != null && !proxies.isEmpty()) {
                chosen = proxies.get(0);
            }
        } catch (RuntimeException e) {
            throw new IOException(
                    "the selector of proxies of " + setting + " threw "
                            + e.getClass().getName(),
                    e);
        }
        if (chosen.type() == Proxy.Type.DIRECT || !(chosen.address() instanceof InetSocketAddress address)) {
            return null;
        }
        Proxy socks = Proxy.NO_PROXY;
        if (chosen.type() == Proxy.Type.SOCKS) {
            socks = chosen;
        }
        return new ProxyRoute(socks, address.getHostString(), address.getPort(), false, null, setting);
    }

    private static String bracketed(String host) {
        if (host.indexOf(':') >= 0) {
            return "[" + host + "]";
        }
        return host;
    }

    private static ProxyRoute parse(String url, String setting) {
        String whole = url;
        if (!url.contains("://")) {
            // Users also write a host and a port only.
            whole = "http://" + url;
        }
        try {
            URI uri = new URI(whole);
            boolean isHttps = "https".equalsIgnoreCase(uri.getScheme());
            boolean isHttp = "http".equalsIgnoreCase(uri.getScheme());
            String host = uri.getHost();
            int port = portOf(uri, isHttps);
            if (host != null && port > 0 && port < 65_536 && (isHttps || isHttp)) {
                String name = HttpRequest.withoutBrackets(host);
                return new ProxyRoute(
                        Proxy.NO_PROXY, name, port, isHttps, basicAuthorization(uri.getUserInfo()), setting);
            }
        } catch (URISyntaxException e) {
            // The message of the parser shows the URL, which may hold a password.
        }
        throw new TokenAcquisitionException(
                Code.INVALID_CONFIGURATION,
                setting + " is no URL of an HTTP proxy",
                "Correct it, such as http://proxy:3128, with % codes for odd characters of a password.");
    }

    private static int portOf(URI uri, boolean isHttps) {
        if (uri.getPort() >= 0) {
            return uri.getPort();
        }
        return isHttps ? 443 : 80;
    }

    private static @Nullable String basicAuthorization(@Nullable String user) {
        if (user == null) {
            return null;
        }
        return "Basic " + Base64.getEncoder().encodeToString(user.getBytes(StandardCharsets.UTF_8));
    }

    boolean isSocks() {
        return socks.type() == Proxy.Type.SOCKS;
    }

    /** The CONNECT request for a server. */
    byte[] writeConnect(String targetHost, int targetPort) {
        String target = bracketed(targetHost) + ":" + targetPort;
        StringBuilder text = new StringBuilder("CONNECT ").append(target).append(" HTTP/1.1\r\nHost: ");
        text.append(target).append("\r\n");
        if (authorization != null) {
            text.append("Proxy-Authorization: ").append(authorization).append("\r\n");
        }
        return text.append("\r\n").toString().getBytes(StandardCharsets.US_ASCII);
    }

    /** Makes sure that the proxy lets the connection through. */
    void requireConnected(int status) throws ProxyException {
        if (status == 407 && authorization == null) {
            throw new ProxyException(
                    toString() + " wants a user and a password (HTTP 407)", remedyForNoUser(), true, null);
        }
        if (status == 407) {
            throw new ProxyException(
                    toString() + " does not accept the user and the password of " + setting + " (HTTP 407)",
                    "Correct them in " + setting + ", with % codes for odd characters.",
                    true,
                    null);
        }
        if (status >= 300) {
            throw new ProxyException(
                    toString() + " does not let the connection through (HTTP " + status + ")",
                    "Let the proxy allow it, or name the host in NO_PROXY.",
                    status < 500 && status != 408 && status != 429,
                    null);
        }
    }

    private String remedyForNoUser() {
        String remedy = "Set HTTPS_PROXY=http://USER:PASSWORD@" + host + ":" + port;
        if (setting.startsWith("the ")) {
            // Not a variable, but settings of the JVM or of the provider.
            return remedy + " in place of " + setting + ", which have none.";
        }
        return remedy + ".";
    }

    /** The failure to reach the proxy itself, worded as that of the proxy and not of the server behind it. */
    IOException explainFailure(IOException e, long waitedMillis) {
        if (e instanceof ProxyException) {
            return e;
        }
        return new ProxyException(
                NoAnswer.describe(e, toString(), waitedMillis),
                "Check that proxy, or correct " + setting + ".",
                false,
                e);
    }

    /**
     * The silence of a server behind the proxy. The proxy may be silent itself after it has accepted the connection.
     */
    IOException explainSilence(IOException e, String server, long waitedMillis) {
        boolean isAnswer = e instanceof ProxyException || e instanceof BrokenAnswerException;
        boolean isDistrust = e instanceof SSLException && e.getCause() instanceof CertificateException;
        if (isAnswer || isDistrust) {
            return e;
        }
        return new ProxyException(
                NoAnswer.describe(e, server + " through " + this, waitedMillis),
                "Let the proxy pass on what goes to that host, or name the host in NO_PROXY.",
                false,
                e);
    }

    /** For people, without user and password. */
    @Override
    public String toString() {
        return "the proxy " + host + ":" + port + " of " + setting;
    }
}
