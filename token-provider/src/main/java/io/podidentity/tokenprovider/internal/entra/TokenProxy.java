// SPDX-License-Identifier: Apache-2.0
package io.podidentity.tokenprovider.internal.entra;

import io.podidentity.tokenprovider.TokenAcquisitionException;
import io.podidentity.tokenprovider.TokenAcquisitionException.Code;
import io.podidentity.tokenprovider.internal.Nullable;
import io.podidentity.tokenprovider.internal.http.HttpRequest;
import io.podidentity.tokenprovider.internal.http.ServerTrust;
import io.podidentity.tokenprovider.internal.source.SmallFile;
import io.podidentity.tokenprovider.internal.text.Environment;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import java.util.Arrays;
import java.util.Objects;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocketFactory;
import javax.net.ssl.TrustManagerFactory;

/**
 * The proxy in an AKS cluster with identity bindings, which is asked for tokens in place of Entra ID. Path and form of
 * a request stay the same. The host is another one, and a certificate authority of the cluster vouches for it. No other
 * proxy is on the way.
 *
 * <p>Source: Microsoft Learn, "Identity bindings in AKS", and the Azure SDKs. The SDKs use this proxy only if a program
 * asks for it, and so does the default chain.
 *
 * <p><i>Thread-safety:</i> safe for use by several threads.
 */
public final class TokenProxy {
    public static final String VARIABLE = "AZURE_KUBERNETES_TOKEN_PROXY";
    private static final String CA_FILE = "AZURE_KUBERNETES_CA_FILE";
    private static final String CA_DATA = "AZURE_KUBERNETES_CA_DATA";
    private static final String SNI_NAME = "AZURE_KUBERNETES_SNI_NAME";
    private static final String EXAMPLE = "https://10.0.0.1:443";

    private final String url;
    private final @Nullable String caFile;
    private final @Nullable String caData;
    private final @Nullable String sniName;
    /** The certificate authorities that were read last. Guarded by this. */
    private byte[] pem = new byte[0];
    /** The trust that was made of them; null before the first time. Guarded by this. */
    private @Nullable ServerTrust trust;

    private TokenProxy(String url, Environment environment) {
        if (url.endsWith("/")) {
            this.url = url.substring(0, url.length() - 1);
        } else {
            this.url = url;
        }
        this.caFile = environment.get(CA_FILE);
        this.caData = environment.get(CA_DATA);
        this.sniName = environment.get(SNI_NAME);
    }

    /** The proxy that the environment names; null for none. */
    public static @Nullable TokenProxy find(Environment environment) {
        String url = environment.get(VARIABLE);
        if (url == null) {
            requireNoneSet(environment);
            return null;
        }
        if (environment.get(CA_FILE) != null && environment.get(CA_DATA) != null) {
            throw invalidSetting(CA_FILE + " and " + CA_DATA + " are both set", "Unset one of them.");
        }
        EntraAuthority.requireBaseUrl(url, VARIABLE, EXAMPLE);
        return new TokenProxy(url, environment);
    }

    private static void requireNoneSet(Environment environment) {
        for (String other : new String[] {CA_FILE, CA_DATA, SNI_NAME}) {
            if (environment.get(other) != null) {
                throw invalidSetting(other + " is set and " + VARIABLE + " is not", "Set both or none.");
            }
        }
    }

    /** The same request to this proxy. */
    public HttpRequest redirect(HttpRequest request) {
        String path = URI.create(request.url()).getRawPath();
        return HttpRequest.toHost(url + path, request.connectMillis(), request.totalMillis())
                .withTls(trust());
    }

    String baseUrl() {
        return url;
    }

    /**
     * The trust for the proxy now; null for the trust of any other server. A file of authorities is read for each
     * request, because clusters replace it. While the file is empty, it is being replaced, and the authorities before
     * it stay.
     */
    private synchronized @Nullable ServerTrust trust() {
        if (caFile == null && caData == null && sniName == null) {
            return null;
        }
        byte[] read = readAuthorities();
        if (trust == null || (read.length > 0 && !Arrays.equals(read, pem))) {
            trust = new ServerTrust(makeSockets(read), sniName, false);
            pem = read;
        }
        return trust;
    }

    /** The authorities as PEM; empty if no setting names any. */
    private byte[] readAuthorities() {
        if (caFile != null) {
            return SmallFile.readBytes(caFile, CA_FILE, "Mount it, or correct " + CA_FILE + ".");
        }
        return Objects.requireNonNullElse(caData, "").getBytes(StandardCharsets.UTF_8);
    }

    private SSLSocketFactory makeSockets(byte[] read) {
        try {
            KeyStore authorities = null;
            if (caFile != null || caData != null) {
                authorities = parseAuthorities(read);
            }
            SSLContext context = SSLContext.getInstance("TLS");
            TrustManagerFactory managers = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
            managers.init(authorities);
            context.init(null, managers.getTrustManagers(), null);
            return context.getSocketFactory();
        } catch (GeneralSecurityException | IOException e) {
            String origin = CA_DATA;
            if (caFile != null) {
                origin = "the file of " + CA_FILE;
            }
            throw invalidSetting(
                    origin + " holds no certificate", "It must hold the cluster's certificate authorities as PEM.");
        }
    }

    private static KeyStore parseAuthorities(byte[] read) throws GeneralSecurityException, IOException {
        KeyStore store = KeyStore.getInstance("PKCS12");
        store.load(null, null);
        for (Certificate authority :
                CertificateFactory.getInstance("X.509").generateCertificates(new ByteArrayInputStream(read))) {
            store.setCertificateEntry("ca" + store.size(), authority);
        }
        if (store.size() == 0) {
            throw new GeneralSecurityException("none");
        }
        return store;
    }

    private static TokenAcquisitionException invalidSetting(String reason, String remedy) {
        return new TokenAcquisitionException(Code.INVALID_CONFIGURATION, reason, remedy);
    }
}
