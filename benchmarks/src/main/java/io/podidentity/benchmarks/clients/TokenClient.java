package io.podidentity.benchmarks.clients;

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
     * @param name its name in the tables: that of its class without {@code Client}, or of azure-identity's credential
     */
    static TokenClient named(String name) throws ReflectiveOperationException {
        if (name.startsWith("AzureIdentity")) {
            return AzureIdentityClient.of(name);
        }
        Class<?> type = Class.forName(TokenClient.class.getPackageName() + "." + name + "Client");
        return (TokenClient) type.getDeclaredConstructor().newInstance();
    }
}
