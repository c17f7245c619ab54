package io.podidentity.benchmarks.programs;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;

/** IMDS through java.net.http. */
public final class JdkHttpClient {
    private JdkHttpClient() {}

    public static void main(String[] args) throws IOException, InterruptedException {
        String base = System.getenv("AZURE_POD_IDENTITY_AUTHORITY_HOST");
        URI uri = URI.create(base + "/metadata/identity/oauth2/token?api-version=2018-02-01"
                + "&resource=https%3A%2F%2Fstorage.azure.com%2F");
        HttpRequest request =
                HttpRequest.newBuilder(uri).header("Metadata", "true").build();
        String answer = HttpClient.newHttpClient()
                .send(request, HttpResponse.BodyHandlers.ofString())
                .body();
        int start = answer.indexOf("\"access_token\":\"") + "\"access_token\":\"".length();
        System.out.println(answer.indexOf('"', start) - start);
        Runtime.getRuntime().halt(0);
    }
}
