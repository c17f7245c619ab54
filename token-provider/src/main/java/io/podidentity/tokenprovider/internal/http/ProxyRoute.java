package io.podidentity.tokenprovider.internal.http;

import io.podidentity.tokenprovider.TokenAcquisitionException;
import io.podidentity.tokenprovider.TokenAcquisitionException.Code;
import io.podidentity.tokenprovider.internal.text.Environment;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Proxy;
import java.net.ProxySelector;
import java.net.URI;
import java.net.URISyntaxException;
import java.net.UnknownHostException;
import java.nio.charset.StandardCharsets;
import java.security.cert.CertificateException;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Locale;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;

/**
 * The proxy on the way to a server on the network, who is asked to let TLS through (CONNECT) and so sees a host name
 * and nothing else.
 *
 * <p>Who decides, the first that says anything: the provider's own settings; the JVM ({@code https.proxyHost}, {@code
 * socksProxyHost}, {@code java.net.useSystemProxies} with {@code http.nonProxyHosts}, or a {@code ProxySelector} of the
 * program's own), which the user set for just this process; then {@code https_proxy} or {@code HTTPS_PROXY} with {@code
 * no_proxy} or {@code NO_PROXY}, which platforms such as AKS set for all. This machine and its link are never reached
 * by a proxy.
 *
 * @param socks the SOCKS proxy to connect by; {@code NO_PROXY} for one that is asked by CONNECT
 * @param host the proxy's
 * @param secure whether the proxy itself speaks TLS
 * @param authorization its user and password in the header's form, a secret; null without
 * @param setting what names it, for messages
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

    /** The proxy for a server; null if none is on the way. */
    static @Nullable ProxyRoute to(String host, int port, Environment environment, @Nullable ProxySelector own)
            throws IOException {
        if (NoProxy.isNear(host)) {
            return null;
        }
        if (own != null) {
            return select(own, host, port, "the provider's settings");
        }
        ProxySelector selector = ProxySelector.getDefault();
        // The JDK's own selector has settings of the file net.properties too, which only its answer shows.
        ProxyRoute ofJvm = selector == null ? null : select(selector, host, port, JVM);
        if (ofJvm != null || (selector != null && isSet(selector))) {
            return ofJvm;
        }
        String setting = environment.get("https_proxy") == null ? "HTTPS_PROXY" : "https_proxy";
        String url = environment.get(setting);
        String except = environment.get("no_proxy") == null ? environment.get("NO_PROXY") : environment.get("no_proxy");
        return url == null || (except != null && NoProxy.of(except).has(host, port)) ? null : parse(url, setting);
    }

    private static boolean isSet(ProxySelector selector) {
        return !selector.getClass().getName().equals(JDK_SELECTOR)
                || System.getProperty("https.proxyHost") != null
                || System.getProperty("socksProxyHost") != null
                || Boolean.getBoolean("java.net.useSystemProxies");
    }

    private static @Nullable ProxyRoute select(ProxySelector selector, String host, int port, String setting)
            throws IOException {
        Proxy chosen;
        try {
            String name = host.indexOf(':') >= 0 ? "[" + host + "]" : host;
            List<Proxy> proxies = selector.select(URI.create("https://" + name + ":" + port + "/"));
            chosen = proxies == null || proxies.isEmpty() ? Proxy.NO_PROXY : proxies.get(0);
        } catch (RuntimeException e) {
            throw new IOException(
                    "the selector of proxies of " + setting + " threw "
                            + e.getClass().getName(),
                    e);
        }
        if (chosen.type() == Proxy.Type.DIRECT || !(chosen.address() instanceof InetSocketAddress address)) {
            return null;
        }
        Proxy socks = chosen.type() == Proxy.Type.SOCKS ? chosen : Proxy.NO_PROXY;
        return new ProxyRoute(socks, address.getHostString(), address.getPort(), false, null, setting);
    }

    private static ProxyRoute parse(String url, String setting) {
        try {
            // A host and a port alone are usual too.
            URI uri = new URI(url.contains("://") ? url : "http://" + url);
            boolean secure = "https".equalsIgnoreCase(uri.getScheme());
            String host = uri.getHost();
            int port = uri.getPort() >= 0 ? uri.getPort() : secure ? 443 : 80;
            if (host != null && port > 0 && port < 65_536 && (secure || "http".equalsIgnoreCase(uri.getScheme()))) {
                host = host.startsWith("[") ? host.substring(1, host.length() - 1) : host;
                return new ProxyRoute(Proxy.NO_PROXY, host, port, secure, basic(uri.getUserInfo()), setting);
            }
        } catch (URISyntaxException e) {
            // The parser's message holds the text.
        }
        throw new TokenAcquisitionException(
                Code.INVALID_CONFIGURATION,
                setting + " is no URL of an HTTP proxy",
                "Correct it, such as http://proxy:3128, with % codes for odd characters of a password.");
    }

    private static @Nullable String basic(@Nullable String user) {
        return user == null
                ? null
                : "Basic " + Base64.getEncoder().encodeToString(user.getBytes(StandardCharsets.UTF_8));
    }

    boolean isSocks() {
        return socks.type() == Proxy.Type.SOCKS;
    }

    byte[] request(String targetHost, int targetPort) {
        String target = (targetHost.indexOf(':') >= 0 ? "[" + targetHost + "]" : targetHost) + ":" + targetPort;
        String text = "CONNECT " + target + " HTTP/1.1\r\nHost: " + target + "\r\n"
                + (authorization == null ? "" : "Proxy-Authorization: " + authorization + "\r\n") + "\r\n";
        return text.getBytes(StandardCharsets.US_ASCII);
    }

    void requireWay(int status) throws ProxyException {
        if (status == 407) {
            String withUser = "HTTPS_PROXY=http://USER:PASSWORD@" + host + ":" + port;
            throw authorization == null
                    ? new ProxyException(
                            toString() + " wants a user and a password (HTTP 407)",
                            "Set " + withUser
                                    + (setting.startsWith("the ")
                                            ? " in place of " + setting + ", which have none."
                                            : "."),
                            true,
                            null)
                    : new ProxyException(
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

    /** A failure on the way to it, told as its own and not as the server's behind it. */
    IOException failure(IOException e, long waitedMillis) {
        return e instanceof ProxyException
                ? e
                : new ProxyException(
                        NoAnswer.describe(e, toString(), waitedMillis),
                        "Check that proxy, or correct " + setting + ".",
                        false,
                        e);
    }

    /** A server's silence behind it, which may be the proxy's: it let the connection through and passes nothing on. */
    IOException silence(IOException e, String server, long waitedMillis) {
        boolean spoke = e instanceof ProxyException
                || e instanceof BrokenAnswerException
                || (e instanceof SSLException && e.getCause() instanceof CertificateException);
        return spoke
                ? e
                : new ProxyException(
                        NoAnswer.describe(e, server + " through " + this, waitedMillis),
                        "Let the proxy pass on what goes to that host, or name the host in NO_PROXY.",
                        false,
                        e);
    }

    /** For people, without its user and password. */
    @Override
    public String toString() {
        return "the proxy " + host + ":" + port + " of " + setting;
    }

    /**
     * What a {@code NO_PROXY} variable excepts from proxies: {@code *} for all; a host name, with all below it, with or
     * without {@code .} or {@code *.} before it; an address; a range such as {@code 10.0.0.0/8}; each with a port or
     * without; between commas or blanks. As curl and Go read it. A range is compared with addresses, and no name is
     * looked up for it.
     */
    static final class NoProxy {
        private final String[] entries;

        private NoProxy(String[] entries) {
            this.entries = entries;
        }

        static NoProxy of(String list) {
            return new NoProxy(list.toLowerCase(Locale.ROOT).split("[,\\s]+", -1));
        }

        /** Whether it is this machine or something on its own link, such as a metadata service. */
        static boolean isNear(String host) {
            byte[] bytes = address(host);
            if (bytes == null) {
                return host.equalsIgnoreCase("localhost")
                        || host.toLowerCase(Locale.ROOT).endsWith(".localhost");
            }
            try {
                InetAddress address = InetAddress.getByAddress(bytes);
                return address.isLoopbackAddress() || address.isLinkLocalAddress() || address.isAnyLocalAddress();
            } catch (UnknownHostException e) {
                return false;
            }
        }

        boolean has(String host, int port) {
            String name = host.toLowerCase(Locale.ROOT);
            byte[] address = address(name);
            for (String entry : entries) {
                if (!entry.isEmpty() && (entry.equals("*") || matches(entry, name, address, port))) {
                    return true;
                }
            }
            return false;
        }

        private static boolean matches(String entry, String name, byte @Nullable [] address, int port) {
            String pattern = entry;
            int slash = entry.indexOf('/');
            if (slash >= 0) {
                return address != null
                        && isWithin(address, address(entry.substring(0, slash)), entry.substring(slash + 1));
            }
            int colon = entry.lastIndexOf(':');
            boolean ofPort = colon > 0 && (entry.indexOf(':') == colon || entry.charAt(colon - 1) == ']');
            if (ofPort) {
                if (!entry.substring(colon + 1).equals(Integer.toString(port))) {
                    return false;
                }
                pattern = entry.substring(0, colon);
            }
            if (address != null) {
                byte[] other = address(pattern);
                return other != null && Arrays.equals(address, other);
            }
            pattern = pattern.startsWith("*.") ? pattern.substring(2) : pattern;
            pattern = pattern.startsWith(".") ? pattern.substring(1) : pattern;
            return !pattern.isEmpty() && (name.equals(pattern) || name.endsWith("." + pattern));
        }

        private static boolean isWithin(byte[] address, byte @Nullable [] network, String bits) {
            if (network == null || network.length != address.length || bits.isEmpty() || bits.length() > 3) {
                return false;
            }
            int left = 0;
            for (int i = 0; i < bits.length(); i++) {
                if (bits.charAt(i) < '0' || bits.charAt(i) > '9') {
                    return false;
                }
                left = left * 10 + bits.charAt(i) - '0';
            }
            if (left > address.length * 8) {
                return false;
            }
            for (int i = 0; left > 0; i++, left -= 8) {
                int mask = left >= 8 ? 0xff : 0xff << (8 - left);
                if (((address[i] ^ network[i]) & mask & 0xff) != 0) {
                    return false;
                }
            }
            return true;
        }

        /** The bytes of an address; null for a name, which is not looked up. */
        private static byte @Nullable [] address(String text) {
            String host = text.startsWith("[") && text.endsWith("]") ? text.substring(1, text.length() - 1) : text;
            try {
                return !host.isEmpty() && HttpRequest.isAddress(host)
                        ? InetAddress.getByName(host).getAddress()
                        : null;
            } catch (UnknownHostException e) {
                return null;
            }
        }
    }
}
