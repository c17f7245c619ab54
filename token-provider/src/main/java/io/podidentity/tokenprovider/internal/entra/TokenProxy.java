package io.podidentity.tokenprovider.internal.entra;

import io.podidentity.tokenprovider.TokenAcquisitionException;
import io.podidentity.tokenprovider.TokenAcquisitionException.Code;
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
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocketFactory;
import javax.net.ssl.TrustManagerFactory;
import org.jspecify.annotations.Nullable;

/**
 * The proxy inside an AKS cluster with identity bindings, which is asked for tokens in Entra ID's place: same path,
 * same form, another host, and a certificate authority of the cluster's own. It is reached without any other proxy.
 *
 * <p>Source: Microsoft Learn, "Identity bindings in AKS", and the Azure SDKs, which leave it alone unless it is asked
 * for; so does the default chain.
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
    /** What was read last, and what was made of it. Guarded by this. */
    private byte[] pem = new byte[0];

    private @Nullable ServerTrust trust;

    private TokenProxy(String url, Environment environment) {
        this.url = url.endsWith("/") ? url.substring(0, url.length() - 1) : url;
        this.caFile = environment.get(CA_FILE);
        this.caData = environment.get(CA_DATA);
        this.sniName = environment.get(SNI_NAME);
    }

    public static @Nullable TokenProxy of(Environment environment) {
        String url = environment.get(VARIABLE);
        if (url == null) {
            for (String other : new String[] {CA_FILE, CA_DATA, SNI_NAME}) {
                if (environment.get(other) != null) {
                    throw wrong(other + " is set and " + VARIABLE + " is not", "Set both or none.");
                }
            }
            return null;
        }
        if (environment.get(CA_FILE) != null && environment.get(CA_DATA) != null) {
            throw wrong(CA_FILE + " and " + CA_DATA + " are both set", "Unset one of them.");
        }
        EntraAuthority.requireBaseUrl(url, VARIABLE, EXAMPLE);
        return new TokenProxy(url, environment);
    }

    /** A request to it that stands for one to Entra ID. */
    public HttpRequest inPlaceOf(HttpRequest request) {
        String path = URI.create(request.url()).getRawPath();
        return HttpRequest.toHost(url + path, request.connectMillis(), request.totalMillis())
                .withTls(trust());
    }

    String baseUrl() {
        return url;
    }

    /**
     * How the proxy is known now; null for how any other server is. A file of authorities is read for each exchange,
     * since clusters replace it; while it is empty, which is a replacement under way, the ones before stand.
     */
    private synchronized @Nullable ServerTrust trust() {
        if (caFile == null && caData == null && sniName == null) {
            return null;
        }
        byte[] read = caFile != null
                ? SmallFile.read(caFile, CA_FILE, "Mount it, or correct " + CA_FILE + ".")
                : caData == null ? pem : caData.getBytes(StandardCharsets.UTF_8);
        if (trust == null || (read.length > 0 && !Arrays.equals(read, pem))) {
            trust = new ServerTrust(sockets(read), sniName, false);
            pem = read;
        }
        return trust;
    }

    private SSLSocketFactory sockets(byte[] read) {
        try {
            SSLContext context = SSLContext.getInstance("TLS");
            TrustManagerFactory managers = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
            managers.init(caFile == null && caData == null ? null : authorities(read));
            context.init(null, managers.getTrustManagers(), null);
            return context.getSocketFactory();
        } catch (GeneralSecurityException | IOException e) {
            throw new TokenAcquisitionException(
                    Code.INVALID_CONFIGURATION,
                    (caFile == null ? CA_DATA : "the file of " + CA_FILE) + " holds no certificate",
                    "It must hold the cluster's certificate authorities as PEM.");
        }
    }

    private static KeyStore authorities(byte[] read) throws GeneralSecurityException, IOException {
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

    private static TokenAcquisitionException wrong(String reason, String remedy) {
        return new TokenAcquisitionException(Code.INVALID_CONFIGURATION, reason, remedy);
    }
}
