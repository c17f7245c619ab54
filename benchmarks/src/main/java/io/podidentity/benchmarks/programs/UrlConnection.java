// SPDX-License-Identifier: Apache-2.0
package io.podidentity.benchmarks.programs;

import java.io.IOException;
import java.io.InputStream;
import java.net.HttpURLConnection;
import java.net.URL;
import java.nio.charset.StandardCharsets;

/**
 * IMDS through HttpURLConnection: the floor of a first token. Arguments: the names of classes that it first loads
 * without using them, the least that a library of that many classes costs; with one class it is the least that any
 * library costs.
 */
public final class UrlConnection {
    private UrlConnection() {}

    public static void main(String[] args) throws IOException, ClassNotFoundException {
        for (String name : args) {
            Class.forName(name);
        }
        String base = System.getenv("AZURE_POD_IDENTITY_AUTHORITY_HOST");
        @SuppressWarnings("deprecation") // Deprecated since JDK 20, but a URI would load one class more.
        URL url = new URL(base + "/metadata/identity/oauth2/token?api-version=2018-02-01"
                + "&resource=https%3A%2F%2Fstorage.azure.com%2F");
        HttpURLConnection connection = (HttpURLConnection) url.openConnection();
        connection.setRequestProperty("Metadata", "true");
        String answer;
        try (InputStream body = connection.getInputStream()) {
            answer = new String(body.readAllBytes(), StandardCharsets.UTF_8);
        }
        int start = answer.indexOf("\"access_token\":\"") + "\"access_token\":\"".length();
        System.out.println(answer.indexOf('"', start) - start);
        Runtime.getRuntime().halt(0);
    }
}
