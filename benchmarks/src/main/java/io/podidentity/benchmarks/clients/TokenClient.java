package io.podidentity.benchmarks.clients;

/** Whatever hands out tokens. The subclasses are found by name, so that a process loads the one it measures alone. */
public interface TokenClient {
    /** What is asked for where one resource is enough. */
    String RESOURCE = "https://storage.azure.com/";

    /**
     * Gets a token, from its cache too.
     *
     * @throws Exception if there is none
     */
    String token(String resource) throws Exception;

    /** The client of a simple class name of this package. */
    static TokenClient named(String name) throws ReflectiveOperationException {
        Class<?> type = Class.forName(TokenClient.class.getPackageName() + "." + name);
        return (TokenClient) type.getDeclaredConstructor().newInstance();
    }
}
