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
     * @param name the name of its class in this package without {@code Client}, which is also its name in the tables
     */
    static TokenClient named(String name) throws ReflectiveOperationException {
        Class<?> type = Class.forName(TokenClient.class.getPackageName() + "." + name + "Client");
        return (TokenClient) type.getDeclaredConstructor().newInstance();
    }
}
