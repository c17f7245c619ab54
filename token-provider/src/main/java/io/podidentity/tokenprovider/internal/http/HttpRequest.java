package io.podidentity.tokenprovider.internal.http;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * An HTTP request: a GET, or a POST if it carries a form. Redirects are never followed.
 *
 * @param url where to, with its query
 * @param headers name, value, name, value …; a value may be a secret
 * @param form the form that a POST carries, encoded; may hold secrets; null for a GET
 * @param direct whether it must not go through a proxy, as nothing may that goes to this machine or its host
 * @param tls how the server is known, where it is not by the certificate authorities that the JDK trusts; or null
 * @param connectMillis how long the connection may take
 * @param totalMillis how long the whole exchange may take
 */
public record HttpRequest(
        String url,
        List<String> headers,
        @Nullable String form,
        boolean direct,
        @Nullable ServerTrust tls,
        int connectMillis,
        int totalMillis) {

    /** A GET to this machine or its host, which takes no proxy. */
    public static HttpRequest toHost(String url, int connectMillis, int totalMillis) {
        return new HttpRequest(url, List.of(), null, true, null, connectMillis, totalMillis);
    }

    public static HttpRequest toNetwork(String url, int connectMillis, int totalMillis) {
        return new HttpRequest(url, List.of(), null, false, null, connectMillis, totalMillis);
    }

    public HttpRequest withHeader(String name, String value) {
        if (headers.isEmpty()) {
            return new HttpRequest(url, List.of(name, value), form, direct, tls, connectMillis, totalMillis);
        }
        List<String> all = new ArrayList<>(headers);
        all.add(name);
        all.add(value);
        return new HttpRequest(url, List.copyOf(all), form, direct, tls, connectMillis, totalMillis);
    }

    /** The same as a POST; with an empty form, one without a body and type. */
    public HttpRequest withForm(String form) {
        return new HttpRequest(url, headers, form, direct, tls, connectMillis, totalMillis);
    }

    public HttpRequest withQuery(String more) {
        return new HttpRequest(
                url + (url.indexOf('?') < 0 ? "?" : "&") + more,
                headers,
                form,
                direct,
                tls,
                connectMillis,
                totalMillis);
    }

    public HttpRequest withTls(@Nullable ServerTrust tls) {
        return new HttpRequest(url, headers, form, direct, tls, connectMillis, totalMillis);
    }

    HttpRequest within(int totalMillis) {
        return new HttpRequest(url, headers, form, direct, tls, connectMillis, totalMillis);
    }

    /** The address without its query; headers and form may hold secrets. */
    @Override
    public String toString() {
        int query = url.indexOf('?');
        return (form == null ? "GET " : "POST ") + (query < 0 ? url : url.substring(0, query));
    }

    /** Whether it is an address already, which needs no lookup. */
    static boolean isAddress(String host) {
        char last = host.charAt(host.length() - 1);
        return host.indexOf(':') >= 0 || (last >= '0' && last <= '9' && host.indexOf('.') > 0 && isNumeric(host));
    }

    private static boolean isNumeric(String host) {
        int dots = 0;
        for (int i = 0; i < host.length(); i++) {
            char c = host.charAt(i);
            dots += c == '.' ? 1 : 0;
            if (c != '.' && (c < '0' || c > '9')) {
                return false;
            }
        }
        return dots == 3;
    }
}
