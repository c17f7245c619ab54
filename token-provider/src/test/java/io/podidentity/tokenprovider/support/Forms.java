// SPDX-License-Identifier: Apache-2.0
package io.podidentity.tokenprovider.support;

import io.podidentity.tokenprovider.internal.http.HttpRequest;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Reads what a request's form and headers say. */
public final class Forms {
    private Forms() {}

    /** The form's fields, in their order. */
    public static Map<String, String> fields(String form) {
        Map<String, String> fields = new LinkedHashMap<>();
        for (String pair : form.split("&", -1)) {
            int equals = pair.indexOf('=');
            fields.put(decode(pair.substring(0, equals)), decode(pair.substring(equals + 1)));
        }
        return fields;
    }

    /** A field of a POST. */
    public static String field(HttpRequest request, String name) {
        return fields(request.form()).get(name);
    }

    /** The value of a header, whatever case its name is in; null without it. */
    public static @Nullable String header(HttpRequest request, String name) {
        List<String> headers = request.headers();
        for (int i = 0; i < headers.size(); i += 2) {
            if (headers.get(i).equalsIgnoreCase(name)) {
                return headers.get(i + 1);
            }
        }
        return null;
    }

    private static String decode(String text) {
        return URLDecoder.decode(text, StandardCharsets.UTF_8);
    }
}
