package io.podidentity.tokenprovider.internal.entra;

import io.podidentity.tokenprovider.TokenAcquisitionException;
import io.podidentity.tokenprovider.TokenAcquisitionException.Code;
import io.podidentity.tokenprovider.internal.http.HttpRequest;
import io.podidentity.tokenprovider.internal.text.Environment;
import java.net.URI;
import org.jspecify.annotations.Nullable;

/**
 * The proxy inside an AKS cluster with identity bindings, which is asked for tokens in Entra ID's place: same path,
 * same form, another host, and a certificate authority of the cluster's own. It is reached without any other proxy.
 *
 * <p>Source: Microsoft Learn, "Identity bindings in AKS", and the Azure SDKs, which leave it alone unless it is asked
 * for; so does the default chain.
 */
public final class TokenProxy {
    public static final String VARIABLE = "AZURE_KUBERNETES_TOKEN_PROXY";
    private static final String CA_FILE = "AZURE_KUBERNETES_CA_FILE";
    private static final String CA_DATA = "AZURE_KUBERNETES_CA_DATA";
    private static final String SNI_NAME = "AZURE_KUBERNETES_SNI_NAME";
    private static final String EXAMPLE = "https://10.0.0.1:443";

    private final String url;
    private final TokenProxyTrust trust;

    private TokenProxy(String url, TokenProxyTrust trust) {
        this.url = url;
        this.trust = trust;
    }

    /**
     * The proxy that the environment names; null if it names none.
     *
     * @throws TokenAcquisitionException if the variables contradict each other
     */
    public static @Nullable TokenProxy of(Environment environment) {
        String url = environment.get(VARIABLE);
        String caFile = environment.get(CA_FILE);
        String caData = environment.get(CA_DATA);
        String sniName = environment.get(SNI_NAME);
        if (url == null) {
            if (caFile != null || caData != null || sniName != null) {
                String found = caFile != null ? CA_FILE : caData != null ? CA_DATA : SNI_NAME;
                throw wrong(found + " is set and " + VARIABLE + " is not", "Set both or none.");
            }
            return null;
        }
        if (caFile != null && caData != null) {
            throw wrong(CA_FILE + " and " + CA_DATA + " are both set", "Unset one of them.");
        }
        EntraAuthority.requireBaseUrl(url, VARIABLE, EXAMPLE);
        return new TokenProxy(
                url.endsWith("/") ? url.substring(0, url.length() - 1) : url,
                new TokenProxyTrust(caFile, caData, sniName));
    }

    /** A request to it that stands for one to Entra ID. */
    public HttpRequest inPlaceOf(HttpRequest request) {
        String path = URI.create(request.url()).getRawPath();
        return HttpRequest.toHost(url + path, request.connectMillis(), request.totalMillis())
                .withTls(trust.tls());
    }

    /** Its base URL, for messages. */
    String baseUrl() {
        return url;
    }

    private static TokenAcquisitionException wrong(String reason, String remedy) {
        return new TokenAcquisitionException(Code.INVALID_CONFIGURATION, reason, remedy, null);
    }
}
