// SPDX-License-Identifier: Apache-2.0
package io.podidentity.tokenprovider.internal.http;

import io.podidentity.tokenprovider.internal.Nullable;
import java.util.ArrayList;
import java.util.List;

/**
 * An HTTP request: a GET, or a POST if it carries a form. Redirects are never followed.
 *
 * @param url the address, with its query
 * @param headers name, value, name, value …; a value may be a secret
 * @param form the encoded form that a POST carries; may hold secrets; null for a GET
 * @param direct whether the request must not go through a proxy, because it goes to this machine or its host
 * @param tls decides whether the server is trusted; null for the certificate authorities that the JDK trusts
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

    /** The same with more parameters in its query. */
    public HttpRequest withQuery(String more) {
        char separator = '?';
        if (url.indexOf('?') >= 0) {
            separator = '&';
        }
        String longer = url + separator + more;
        return new HttpRequest(longer, headers, form, direct, tls, connectMillis, totalMillis);
    }

    public HttpRequest withTls(@Nullable ServerTrust tls) {
        return new HttpRequest(url, headers, form, direct, tls, connectMillis, totalMillis);
    }

    HttpRequest withTotalMillis(int totalMillis) {
        return new HttpRequest(url, headers, form, direct, tls, connectMillis, totalMillis);
    }

    String method() {
        return form == null ? "GET" : "POST";
    }

    /** The address without its query, which names the identity that a token is asked for. */
    String urlWithoutQuery() {
        int query = url.indexOf('?');
        if (query < 0) {
            return url;
        }
        return url.substring(0, query);
    }

    /** Method and address without the query. Headers and form may hold secrets. */
    @Override
    public String toString() {
        return method() + " " + urlWithoutQuery();
    }

    /** A host without the brackets that stand around an IPv6 address. */
    static String withoutBrackets(String host) {
        if (host.startsWith("[") && host.endsWith("]")) {
            return host.substring(1, host.length() - 1);
        }
        return host;
    }

    /** Whether a host is an address already, which needs no look-up. */
    static boolean isAddress(String host) {
        char last = host.charAt(host.length() - 1);
        return host.indexOf(':') >= 0 || (last >= '0' && last <= '9' && host.indexOf('.') > 0 && isNumeric(host));
    }

    private static boolean isNumeric(String host) {
        int dots = 0;
        for (int i = 0; i < host.length(); i++) {
            char c = host.charAt(i);
            if (c == '.') {
                dots++;
            } else if (c < '0' || c > '9') {
                return false;
            }
        }
        return dots == 3;
    }
}
