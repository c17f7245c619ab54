// SPDX-License-Identifier: Apache-2.0
package io.podidentity.benchmarks.clients;

import static java.util.Objects.requireNonNull;

import com.azure.core.credential.TokenCredential;
import com.azure.core.credential.TokenRequestContext;
import com.azure.identity.AzureCliCredentialBuilder;
import com.azure.identity.DefaultAzureCredentialBuilder;
import com.azure.identity.ManagedIdentityCredentialBuilder;
import com.microsoft.aad.msal4j.ManagedIdentityApplication;
import com.microsoft.aad.msal4j.ManagedIdentityId;
import com.microsoft.aad.msal4j.ManagedIdentityParameters;
import io.podidentity.tokenprovider.AzureServiceTokenProvider;
import java.io.IOException;
import java.io.InputStream;
import java.net.HttpURLConnection;
import java.net.InetSocketAddress;
import java.net.Proxy;
import java.net.Socket;
import java.net.URI;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * Something that hands out tokens. Its implementations are found by name, so that a process loads only the one that it
 * measures.
 */
public interface TokenClient {
    /** The resource to ask for where one is enough. */
    String RESOURCE = "https://storage.azure.com/";

    /**
     * Gets a token; it may come from the client's cache.
     *
     * @throws Exception if there is none
     */
    String token(String resource) throws Exception;

    /**
     * Makes a client.
     *
     * @param name its name in the tables: that of its class, or of azure-identity's credential
     */
    static TokenClient named(String name) throws ReflectiveOperationException {
        if (name.startsWith("AzureIdentity")) {
            return AzureIdentity.of(name);
        }
        Class<?> type = Class.forName(TokenClient.class.getName() + "$" + name);
        return (TokenClient) type.getDeclaredConstructor().newInstance();
    }

    /** The token provider, with the default chain. */
    final class TokenProvider implements TokenClient {
        private final AzureServiceTokenProvider provider = new AzureServiceTokenProvider();

        @Override
        public String token(String resource) {
            return provider.getAccessToken(resource);
        }
    }

    /** One attempt to connect to the metadata service's address: the floor for finding out that nothing is there. */
    final class BareSocket implements TokenClient {
        @Override
        public String token(String resource) throws IOException {
            try (Socket socket = new Socket(Proxy.NO_PROXY)) {
                socket.connect(new InetSocketAddress("169.254.169.254", 80), 300);
            }
            throw new IOException("the address accepts connections, but this client asks for no token");
        }
    }

    /**
     * The floor for many callers: a hand-written map with one request in flight per resource, and nothing else. The
     * first caller asks IMDS on its own thread, and the others wait for it. A token that is due for a refresh is handed
     * out while one thread asks for the next.
     */
    final class OneFlight implements TokenClient {
        private final String base = System.getenv("AZURE_POD_IDENTITY_AUTHORITY_HOST");
        private final Map<String, CompletableFuture<Token>> flights = new ConcurrentHashMap<>();
        private final Map<String, Token> tokens = new ConcurrentHashMap<>();

        private record Token(String value, long refreshAt, long expiresAt) {}

        @Override
        public String token(String resource) {
            Token token = tokens.get(resource);
            long now = System.currentTimeMillis();
            if (token == null || now >= token.expiresAt) {
                return fly(resource, now).join().value;
            }
            if (now >= token.refreshAt && !flights.containsKey(resource)) {
                Thread refresh = new Thread(() -> {
                    CompletableFuture<Token> unused = fly(resource, now);
                });
                refresh.setDaemon(true);
                refresh.start();
            }
            return token.value;
        }

        private CompletableFuture<Token> fly(String resource, long before) {
            CompletableFuture<Token> flight = new CompletableFuture<>();
            CompletableFuture<Token> other = flights.putIfAbsent(resource, flight);
            if (other != null) {
                return other;
            }
            try {
                Token landed = tokens.get(resource);
                if (landed == null || landed.refreshAt <= before) {
                    landed = ask(resource);
                    tokens.put(resource, landed);
                }
                flight.complete(landed);
            } catch (IOException e) {
                flight.completeExceptionally(e);
            } finally {
                flights.remove(resource);
            }
            return flight;
        }

        private Token ask(String resource) throws IOException {
            URI uri = URI.create(base + "/metadata/identity/oauth2/token?api-version=2018-02-01&resource="
                    + URLEncoder.encode(resource, StandardCharsets.UTF_8));
            HttpURLConnection connection = (HttpURLConnection) uri.toURL().openConnection();
            connection.setRequestProperty("Metadata", "true");
            String answer;
            try (InputStream body = connection.getInputStream()) {
                answer = new String(body.readAllBytes(), StandardCharsets.UTF_8);
            }
            long now = System.currentTimeMillis();
            long expiresAt = now + seconds(answer, "expires_in", 0);
            return new Token(
                    requireNonNull(text(answer, "access_token")),
                    now + seconds(answer, "refresh_in", expiresAt - now),
                    expiresAt);
        }

        private static long seconds(String json, String member, long otherwise) {
            String text = text(json, member);
            if (text == null) {
                return otherwise;
            }
            return Long.parseLong(text) * 1000;
        }

        private static @Nullable String text(String json, String member) {
            String start = "\"" + member + "\":\"";
            int at = json.indexOf(start);
            if (at < 0) {
                return null;
            }
            return json.substring(at + start.length(), json.indexOf('"', at + start.length()));
        }
    }

    final class Msal4jManagedIdentity implements TokenClient {
        private final ManagedIdentityApplication application = ManagedIdentityApplication.builder(
                        ManagedIdentityId.systemAssigned())
                .build();

        @Override
        public String token(String resource) throws Exception {
            return application
                    .acquireTokenForManagedIdentity(
                            ManagedIdentityParameters.builder(resource).build())
                    .get()
                    .accessToken();
        }
    }

    record AzureIdentity(TokenCredential credential) implements TokenClient {
        static AzureIdentity of(String name) {
            if (name.equals("AzureIdentityCli")) {
                return new AzureIdentity(new AzureCliCredentialBuilder().build());
            }
            if (name.equals("AzureIdentityManagedIdentity")) {
                return new AzureIdentity(new ManagedIdentityCredentialBuilder().build());
            }
            return new AzureIdentity(new DefaultAzureCredentialBuilder().build());
        }

        @Override
        public String token(String resource) {
            return credential
                    .getTokenSync(new TokenRequestContext().addScopes(resource + ".default"))
                    .getToken();
        }
    }
}
