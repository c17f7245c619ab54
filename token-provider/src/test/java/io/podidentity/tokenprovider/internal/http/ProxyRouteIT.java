// SPDX-License-Identifier: Apache-2.0
package io.podidentity.tokenprovider.internal.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.podidentity.tokenprovider.TokenAcquisitionException;
import io.podidentity.tokenprovider.internal.text.Environment;
import io.podidentity.tokenprovider.internal.text.Time;
import io.podidentity.tokenprovider.support.Certificates;
import io.podidentity.tokenprovider.support.ConnectProxy;
import io.podidentity.tokenprovider.support.TlsServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Proxy;
import java.net.ProxySelector;
import java.net.ServerSocket;
import java.net.SocketAddress;
import java.net.URI;
import java.net.UnknownHostException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Real proxies, to a server whose name nothing but the proxy knows. */
class ProxyRouteIT {
    private static final String HOST = "myvault.vault.azure.net";

    private TlsServer server;
    private ConnectProxy proxy;

    @BeforeEach
    void start() throws Exception {
        server = new TlsServer(
                Certificates.server(Certificates.FROM, Certificates.UNTIL),
                (path, form) -> new HttpResponse(200, "through", null));
        proxy = new ConnectProxy(server.port(), 200);
    }

    @AfterEach
    void stop() throws IOException {
        proxy.close();
        server.close();
    }

    @ParameterizedTest
    @ValueSource(strings = {"HTTPS_PROXY", "https_proxy"})
    void send_whereAVariableNamesAProxy_asksItToLetTlsThrough(String variable) throws Exception {
        assertThat(send(Map.of(variable, "http://us%40er:p%3Ass@127.0.0.1:" + proxy.port())))
                .isEqualTo("through");

        assertThat(proxy.requests())
                .containsExactly("CONNECT " + HOST + ":443 HTTP/1.1\r\nHost: " + HOST + ":443\r\n"
                        + "Proxy-Authorization: Basic dXNAZXI6cDpzcw==\r\n\r\n");
    }

    @Test
    void send_whereAVariableNamesHostAndPortAlone_takesThemForAProxy() throws Exception {
        assertThat(send(Map.of("HTTPS_PROXY", "127.0.0.1:" + proxy.port()))).isEqualTo("through");
        assertThat(proxy.requests().get(0)).doesNotContain("Authorization");
    }

    @Test
    void send_throughAProxyThatSpeaksTls_putsOneOverTheOther() throws Exception {
        ServerSocket socket = TlsServer.context(Certificates.server(Certificates.FROM, Certificates.UNTIL))
                .getServerSocketFactory()
                .createServerSocket(0, 50, InetAddress.getLoopbackAddress());
        try (ConnectProxy secure = new ConnectProxy(socket, server.port(), 200)) {
            HttpTransport http = transport(Map.of("HTTPS_PROXY", "https://127.0.0.1:" + secure.port()));

            ServerTrust trust = new ServerTrust(server.trust().getSocketFactory(), null, false);
            InetAddress[] here = {InetAddress.getLoopbackAddress()};
            try (Wire wire = new Wire(Time.SYSTEM, System.nanoTime() + 20_000_000_000L, Proxy.NO_PROXY)) {
                wire.connect(here, secure.port(), 20_000);
                wire.secure(trust, "127.0.0.1", secure.port());
                wire.send("CONNECT a:1 HTTP/1.1\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
                assertThat(new AnswerReader(wire).readStatus()).isEqualTo(200);
                wire.secure(trust, HOST, 443);
                wire.send(("GET / HTTP/1.1\r\nHost: " + HOST + "\r\n\r\n").getBytes(StandardCharsets.US_ASCII));
                assertThat(new AnswerReader(wire).readAnswer().body()).isEqualTo("through");
            }
            secure.requests().clear();

            // The proxy's own certificate is not trusted here, and it is asked nothing.
            assertThatThrownBy(() -> http.send(request())).isInstanceOf(ProxyException.class);
            assertThat(secure.requests()).isEmpty();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"*", "vault.azure.net", ".azure.net", "x, myvault.vault.azure.net:443"})
    void send_whereNoProxyNamesTheHost_goesPastIt(String except) {
        Map<String, String> variables = Map.of("HTTPS_PROXY", "http://127.0.0.1:" + proxy.port(), "NO_PROXY", except);

        assertThatThrownBy(() -> send(variables)).isInstanceOf(UnknownHostException.class);
        assertThat(proxy.requests()).isEmpty();
    }

    @Test
    void send_toAMetadataServiceOrThisMachine_goesPastIt() throws Exception {
        HttpTransport http = transport(Map.of("HTTPS_PROXY", "http://127.0.0.1:" + proxy.port()));
        ServerTrust trust = new ServerTrust(server.trust().getSocketFactory(), null, false);

        http.send(HttpRequest.toNetwork(server.url(), 20_000, 20_000).withTls(trust));
        http.send(HttpRequest.toHost(server.url(), 20_000, 20_000).withTls(trust));
        assertThatThrownBy(() -> http.send(HttpRequest.toHost("https://" + HOST, 20_000, 20_000)))
                .isInstanceOf(UnknownHostException.class);

        assertThat(proxy.requests()).isEmpty();
    }

    @Test
    void send_whereTheJvmNamesAProxy_takesThatOne() throws Exception {
        Map<String, String> variables = Map.of("HTTPS_PROXY", "http://127.0.0.1:1");
        System.setProperty("https.proxyHost", "127.0.0.1");
        System.setProperty("https.proxyPort", Integer.toString(proxy.port()));
        try {
            assertThat(send(variables)).isEqualTo("through");
            System.setProperty("http.nonProxyHosts", "*.azure.net");
            assertThatThrownBy(() -> send(variables)).isInstanceOf(UnknownHostException.class);
        } finally {
            System.clearProperty("https.proxyHost");
            System.clearProperty("https.proxyPort");
            System.clearProperty("http.nonProxyHosts");
        }
        assertThat(proxy.requests()).hasSize(1);
    }

    @Test
    void send_whereTheProgramHasASelectorOfItsOwn_asksThat() throws Exception {
        ProxySelector before = ProxySelector.getDefault();
        ProxySelector.setDefault(new ProxySelector() {
            @Override
            public List<Proxy> select(URI uri) {
                InetSocketAddress address = InetSocketAddress.createUnresolved("127.0.0.1", proxy.port());
                // The sockets of the test's own proxy ask too.
                return List.of(
                        uri.equals(URI.create("https://" + HOST + ":443/"))
                                ? new Proxy(Proxy.Type.HTTP, address)
                                : Proxy.NO_PROXY);
            }

            @Override
            public void connectFailed(URI uri, SocketAddress address, IOException e) {}
        });
        try {
            assertThat(send(Map.of("HTTPS_PROXY", "http://127.0.0.1:1"))).isEqualTo("through");
        } finally {
            ProxySelector.setDefault(before);
        }
    }

    @Test
    void send_whereTheJvmHasASocksProxy_goesThroughItButForThisMachine() throws Exception {
        try (ConnectProxy socks = new ConnectProxy(server.port(), ConnectProxy.SOCKS)) {
            System.setProperty("socksProxyHost", "127.0.0.1");
            System.setProperty("socksProxyPort", String.valueOf(socks.port()));

            assertThat(send(Map.of())).isEqualTo("through");
            assertThat(socks.requests()).containsExactly(HOST + ":443");

            ServerTrust trust = new ServerTrust(server.trust().getSocketFactory(), null, false);
            transport(Map.of())
                    .send(HttpRequest.toHost(server.url(), 20_000, 20_000).withTls(trust));
            assertThat(socks.requests()).hasSize(1);
        } finally {
            System.clearProperty("socksProxyHost");
            System.clearProperty("socksProxyPort");
        }
    }

    @Test
    void send_whenTheProxyIsNoWay_saysSoAndNotThatTheServerIsGone() throws Exception {
        assertThat(failure(407))
                .hasMessageMatching(
                        "the proxy 127.0.0.1:\\d+ of HTTPS_PROXY wants a user and a password \\(HTTP 407\\)");
        assertThat(failure(403)).hasMessageMatching("the proxy .* does not let the connection through \\(HTTP 403\\)");
        assertThat(failure(403).isRefusal()).isTrue();
        assertThat(failure(503).isRefusal()).isFalse();
        int closed;
        try (ServerSocket unused = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            closed = unused.getLocalPort();
        }
        assertThatThrownBy(() -> send(Map.of("HTTPS_PROXY", "http://u:s3cr3t@127.0.0.1:" + closed)))
                .isInstanceOf(ProxyException.class)
                .hasMessage("nothing listens at the proxy 127.0.0.1:" + closed + " of HTTPS_PROXY");
    }

    @Test
    void send_whenTheProxyRefusesTheUser_saysSo() throws Exception {
        try (ConnectProxy refusing = new ConnectProxy(server.port(), 407)) {
            ProxyException failure = catchThrowableOfType(
                    ProxyException.class,
                    () -> send(Map.of("HTTPS_PROXY", "http://u:s3cr3t@127.0.0.1:" + refusing.port())));

            assertThat(failure)
                    .hasMessageEndingWith("does not accept the user and the password of HTTPS_PROXY (HTTP 407)")
                    .message()
                    .doesNotContain("s3cr3t");
            assertThat(failure.remedy()).isEqualTo("Correct them in HTTPS_PROXY, with % codes for odd characters.");
        }
    }

    @Test
    void send_whenTheProxyHangs_blamesTheProxy() throws Exception {
        try (ServerSocket hanging = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            ProxyException failure = hangs(hanging.getLocalPort());

            assertThat(failure)
                    .hasMessageMatching("no answer from the proxy 127.0.0.1:" + hanging.getLocalPort()
                            + " of HTTPS_PROXY within 0.\\d s");
            assertThat(failure.remedy()).isEqualTo("Check that proxy, or correct HTTPS_PROXY.");
        }
    }

    @Test
    void send_whenTheProxyPassesNothingOn_namesIt() throws Exception {
        try (ServerSocket silent = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
                ConnectProxy through = new ConnectProxy(silent.getLocalPort(), 200)) {
            ProxyException failure = hangs(through.port());

            assertThat(failure)
                    .hasMessageMatching("no answer from .+ through the proxy 127.0.0.1:" + through.port()
                            + " of HTTPS_PROXY within 0.\\d s");
            assertThat(failure.remedy())
                    .isEqualTo("Let the proxy pass on what goes to that host, or name the host in NO_PROXY.");
        }
    }

    private ProxyException hangs(int port) {
        return catchThrowableOfType(
                ProxyException.class,
                () -> transport(Map.of("HTTPS_PROXY", "http://127.0.0.1:" + port))
                        .send(request().withTotalMillis(500)));
    }

    @ParameterizedTest
    @ValueSource(strings = {"socks5://s3cr3t:1080", "http://", "http://u:s3cr3t@host:99999", "http://a b"})
    void send_whereTheVariableNamesNone_saysSoWithoutIt(String value) {
        TokenAcquisitionException failure =
                catchThrowableOfType(TokenAcquisitionException.class, () -> send(Map.of("HTTPS_PROXY", value)));

        assertThat(failure.reason()).isEqualTo("HTTPS_PROXY is no URL of an HTTP proxy");
    }

    private ProxyException failure(int status) throws IOException {
        try (ConnectProxy refusing = new ConnectProxy(server.port(), status)) {
            return catchThrowableOfType(
                    ProxyException.class, () -> send(Map.of("HTTPS_PROXY", "http://127.0.0.1:" + refusing.port())));
        }
    }

    private String send(Map<String, String> variables) throws Exception {
        return transport(variables).send(request()).body();
    }

    private HttpRequest request() {
        return HttpRequest.toNetwork("https://" + HOST + "/p", 20_000, 20_000)
                .withTls(new ServerTrust(server.trust().getSocketFactory(), null, false));
    }

    private static HttpTransport transport(Map<String, String> variables) {
        return new HttpTransport(Time.SYSTEM, Environment.of(variables), null, null) {
            @Override
            public InetAddress[] lookUp(String host) throws UnknownHostException {
                throw new UnknownHostException(host);
            }
        };
    }
}
